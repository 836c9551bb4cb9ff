#!/usr/bin/env bash
# Drives a real, headless Neovim with the plugin in editors/nvim against the real server on a copy of fixtures/shop.
#   tests/editors/nvim.sh
# One line per check; the last line is "N passed, M failed"; exit 1 when a check failed, 2 when something is missing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

nvim="$editors/nvim/bin/nvim"
[ -x "$nvim" ] || fail_setup "no Neovim in $editors; run: tests/editors/install.sh"

passed=0 failed=0

# run NAME STYLE CHECKS [FILE [MAKE]]: one Neovim, started the given way, on a stack of its own.
run() {
  local name=$1 style=$2 checks=$3 file=${4:-rds.tf} make=${5:-new_stack} stack log
  stack=$($make "$name")
  log="$work/$name.log"
  echo "== $name"
  XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/$name.state" XDG_DATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache" \
    FORESHOCK_SERVER="$server" FORESHOCK_PLUGIN="$repo/editors/nvim" FORESHOCK_START="$style" FORESHOCK_TESTS="$repo/tests/editors/nvim" \
    timeout 120 "$nvim" --headless --clean -u "$repo/tests/editors/nvim/init.lua" "$stack/$file" \
    -c "luafile $repo/tests/editors/nvim/$checks.lua" </dev/null >"$log" 2>&1 || true
  tr -d '\r' <"$log"
  passed=$((passed + $(grep -c '^ok  ' "$log" || true)))
  failed=$((failed + $(grep -c '^FAIL' "$log" || true)))
  if ! grep -q '^done$' "$log"; then
    echo "FAIL $name: Neovim ended before its checks did"
    failed=$((failed + 1))
  fi
  if [ -n "${VERBOSE:-}" ] && [ "$failed" != 0 ]; then
    cat "$work/$name.state/nvim/lsp.log" 2>/dev/null || true
  fi
}

"$nvim" --version | head -1
run enable enable checks
run setup setup start_checks
run fallback fallback start_checks
run yaml enable yaml_checks checkout.yaml
run kubernetes enable kubernetes_checks k8s/shop.yaml
run environments enable environments_checks envs/prod/main.tf new_environments
run view enable view_checks rds.tf new_old_risks
run outage enable outage_checks
run change enable change_checks rds.tf new_repository
run apply enable apply_checks main.tf new_applied

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
