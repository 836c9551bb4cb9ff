// Runs api_checks.cjs, or another file of checks, inside VS Code's extension host: the page's URL carries the path, as VS Code's own tests do it.
import { fileURLToPath } from 'node:url';
import { openPage } from './code_server.mjs';

const PATIENCE = 120_000;

/** The colour extension is the one "under development", so that ours is tested as installed from its package. */
export async function runInExtensionHost({ browser, check, colours, address, stack, tests = 'api_checks.cjs' }) {
  const remote = path => `vscode-remote://${address}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(colours)],
    ['extensionTestsPath', remote(fileURLToPath(new URL(tests, import.meta.url)))],
    ['skipWelcome', 'true'],
  ];

  const page = await openPage(browser);
  let finish;
  const finished = new Promise(resolve => (finish = resolve));
  await page.exposeFunction('codeAutomationLog', (_type, parts) => {
    const line = parts.join(' ');
    const [, verdict, name, seen] = line.match(/^(ok|FAIL)\t([^\t]*)\t?(.*)$/s) ?? [];
    if (verdict) {
      check(name, verdict === 'ok', seen || undefined);
    } else if (process.env.VERBOSE) {
      console.log(line.slice(0, 2000));
    }
  });
  await page.exposeFunction('codeAutomationExit', code => finish(code));
  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
  const timeout = new Promise(resolve => setTimeout(resolve, PATIENCE, 'no answer in time').unref());
  const code = await Promise.race([finished, timeout]);
  check('the extension host ran all checks', code === 0, String(code));
  await page.context().close();
}
