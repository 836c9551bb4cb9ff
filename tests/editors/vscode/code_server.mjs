// VS Code's server part, as code-server ships it, called without code-server's own wrapper (which writes to $HOME).
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const main = editors => join(editors, 'vscode/node_modules/code-server/lib/vscode/out/server-main.js');
const directories = data => ['--server-data-dir', join(data, 'data'), '--extensions-dir', join(data, 'extensions')];

// Trust prompt, welcome page, assistants and updates would cover the editor or ask for a network.
const QUIET = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.fontFamily': 'DejaVu Sans Mono',
  'editor.fontSize': 13,
  'editor.inlayHints.enabled': 'on',
  'editor.stickyScroll.enabled': false,
};

/** Writes the settings of the user and, for those that belong to a machine, of this one. VS Code notices changes. */
export function settings(data, { user = {}, machine = {} }) {
  for (const [level, values] of [['User', { ...QUIET, ...user }], ['Machine', machine]]) {
    mkdirSync(join(data, 'data/data', level), { recursive: true });
    writeFileSync(join(data, 'data/data', level, 'settings.json'), JSON.stringify(values, null, 2));
  }
}

/** Gives what VS Code said. */
export function installExtensions(editors, data, packages) {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [main(editors), '--accept-server-license-terms', ...directories(data), ...packages.flatMap(vsix => ['--install-extension', vsix])],
    { encoding: 'utf8' },
  );
  return stdout + stderr;
}

/**
 * Listens on a free port of 127.0.0.1. Gives `{address, stop}`. A built VS Code takes a test payload from the URL only
 * with its smoke-test switch, and with that it shows no notifications: so with `payloads` only where they are needed.
 */
export async function startCodeServer(editors, data, { payloads }) {
  const log = createWriteStream(join(data, 'server.log'));
  const child = spawn(
    process.execPath,
    [
      main(editors), '--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms',
      '--telemetry-level', 'off',
      ...(payloads ? ['--enable-smoke-test-driver'] : []),
      // Extension hosts otherwise outlive their page by hours.
      '--reconnection-grace-time', '5',
      ...directories(data),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stderr.pipe(log);
  const port = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
      log.write(chunk);
      const found = text.match(/listening on (\d+)/);
      if (found) resolve(found[1]);
    });
    child.on('exit', code => reject(new Error(`VS Code's server ended with ${code}: ${text}`)));
    setTimeout(() => reject(new Error(`VS Code's server did not start: ${text}`)), 60_000).unref();
  });
  const ended = new Promise(resolve => child.on('exit', resolve));
  return {
    address: `127.0.0.1:${port}`,
    stop: () => {
      child.kill();
      return ended;
    },
  };
}

/** Opens a page that can reach nothing but the loopback server. */
export async function openPage(browser, options) {
  const context = await browser.newContext(options);
  const local = url => url.hostname === '127.0.0.1' || url.hostname.endsWith('.localhost');
  await context.route(url => !local(url), route => route.abort());
  return context.newPage();
}
