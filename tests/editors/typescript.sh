#!/usr/bin/env bash
# The tests of the picture and of the extension that need no editor: layout, groups, words; and whether the bundle that the report
# carries is what editors/graph makes.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for package in graph vscode; do
  cd "$repo/editors/$package"
  [ -d node_modules ] || npm ci --no-audit --no-fund --loglevel=error --ignore-scripts
  npm run --silent lint
  npm test --silent
done
