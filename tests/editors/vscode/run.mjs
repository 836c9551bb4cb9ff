// Installs the package into a fresh VS Code, runs the two kinds of checks, and counts.
import { parseArgs } from 'node:util';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { colourExtension } from './colours.mjs';
import { installExtensions, settings, startCodeServer } from './code_server.mjs';
import { runInExtensionHost } from './extension_host.mjs';
import { driveApply } from './apply.mjs';
import { driveKubernetes } from './kubernetes.mjs';
import { driveChange } from './change.mjs';
import { driveEnvironments } from './environments.mjs';
import { driveOutage } from './outage.mjs';
import { drive } from './screen.mjs';
import { driveContrast } from './contrast.mjs';
import { record } from './record.mjs';
import { driveView } from './view.mjs';

const { values: options } = parseArgs({
  options: Object.fromEntries(
    ['editors', 'tools', 'vsix', 'out', 'pictures', 'api-stack', 'screen-stack', 'environments', 'repository', 'applied', 'applied-screen', 'outage-stack', 'view'].map(name => [name, { type: 'string' }]),
  ),
});

/** The names of the parts to run, all of them without. */
const wanted = (process.env.PARTS ?? '').split(',').filter(Boolean);

let passed = 0;
let failed = 0;
/** One line per check. `seen` is shown when it does not hold. */
function check(name, ok, seen) {
  if (ok) {
    passed++;
    console.log(`ok   ${name}`);
  } else {
    failed++;
    console.log(`FAIL ${name}${seen === undefined ? '' : `  saw: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`.slice(0, 1500)}`);
  }
  return ok;
}

const { chromium } = createRequire(join(options.editors, 'node/'))('playwright-core');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const colours = colourExtension(options.editors, options.tools, join(options.out, 'colours'));

// A used data directory restores unsaved edits, so each part has its own.
async function part(name, start, body) {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const data = join(options.out, name);
  settings(data, {});
  const installed = installExtensions(options.editors, data, [options.vsix, colours.vsix]);
  check(`the package installs (${name})`, installed.match(/successfully installed/g)?.length === 2, installed);
  const code = await startCodeServer(options.editors, data, start);
  try {
    await body({ browser, check, data, address: code.address, editors: options.editors });
  } catch (error) {
    check(`the checks of ${name} themselves`, false, error.stack);
  } finally {
    await code.stop();
  }
}

try {
  await part('api', { payloads: true }, context =>
    runInExtensionHost({ ...context, stack: options['api-stack'], colours: colours.directory }));
  await part('screen', { payloads: false }, context =>
    drive({ ...context, stack: options['screen-stack'], pictures: options.pictures }));
  await part('environments', { payloads: false }, context =>
    driveEnvironments({ ...context, stack: options.environments, pictures: options.pictures }));
  await part('change', { payloads: false }, context =>
    driveChange({ ...context, stack: options.repository, pictures: options.pictures }));
  await part('apply', { payloads: true }, context =>
    runInExtensionHost({ ...context, stack: options.applied, colours: colours.directory, tests: 'apply_checks.cjs' }));
  await part('apply-screen', { payloads: false }, context =>
    driveApply({ ...context, stack: options['applied-screen'], pictures: options.pictures }));
  await part('kubernetes-screen', { payloads: false }, context =>
    driveKubernetes({ ...context, stack: options['screen-stack'], pictures: options.pictures }));
  await part('contrast', { payloads: false }, context => driveContrast({ ...context, stack: options['screen-stack'], pictures: options.pictures }));
  // Only when it is asked for by name: it checks nothing that the others do not.
  if (wanted.includes('record')) {
    await part('record', { payloads: false }, context => record({ ...context, stack: options.repository, pictures: options.pictures }));
  }
  await part('outage', { payloads: false }, context =>
    driveOutage({ ...context, stack: options['outage-stack'], pictures: options.pictures }));
  await part('view', { payloads: false }, context => driveView({ ...context, stack: options.view, pictures: options.pictures }));
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
