#!/usr/bin/env bash
# Builds the pages of docs/ as a site, without a network but for its one tool:   tests/ci/site.sh [DIRECTORY]
# Fails where a page of ours has no page of the site, or a link inside of the site leads nowhere. What leads out of docs/ leads
# to the repository.
set -euo pipefail
out="$(realpath -m "${1:-site}")"
cd "$(dirname "$0")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check 'zensical>=0.0.10,<0.1'
cp -r docs zensical.toml "$work"
find "$work/docs" -name '*.md' -exec sed -i -E 's#\]\(((\.\./)+)(README\.md|LICENSE|fixtures|fuzz|server|tests|editors|action\.yml|CONTRIBUTING\.md)#](https://github.com/foreshock/foreshock/blob/main/\3#g' {} +
find "$work/docs" -name "*.md" -exec sed -i "s,](rules),](https://github.com/foreshock/foreshock/tree/main/docs/rules)," {} +
(cd "$work" && tools/bin/zensical build --clean >/dev/null)
python3 -I tests/ci/site_links.py "$work/docs" "$work/site"
rm -rf "$out" && mkdir -p "$(dirname "$out")" && cp -r "$work/site" "$out"
