#!/usr/bin/env bash
# What users' CI sees: the wheel in a fresh virtual environment, SARIF against its schema, hostile names in every format,
# the steps of action.yml as a runner executes them, the pre-commit hook. Uses the release build that is there already;
# `tests/ci/run.sh dev` the debug build.
set -euo pipefail
cd "$(dirname "$0")/../.."

profile="${1:-release}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
say() { printf -- '-- %s\n' "$*"; }

say "a fresh virtual environment with what the tests need"
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check \
    'maturin>=1.9,<2' 'jsonschema>=4,<5' 'pyyaml>=6,<7' 'markdown-it-py>=3,<5' 'pre-commit>=4,<5'
# Microsoft's package for jest carries the schema of the standard; nothing of it is run.
(cd "$work" && npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null && tar xzf microsoft-jest-sarif-*.tgz)

say "the wheel"
"$work/tools/bin/maturin" build --profile "$profile" --out "$work/wheels" --compatibility off --quiet
python3 -m venv "$work/user"
"$work/user/bin/pip" install --quiet --disable-pip-version-check --no-index "$work"/wheels/foreshock-*.whl
"$work/user/bin/foreshock" --version
"$work/user/bin/foreshock" check fixtures/shop --fail-on never >/dev/null

say "formats, action and hook"
PATH="$work/user/bin:$PATH" FORESHOCK_SARIF_SCHEMA="$work/package/lib/schemas/sarif-2.1.0-rtm.5.json" \
    "$work/tools/bin/python" -m unittest discover --start-directory tests/ci --pattern '*_test.py'
