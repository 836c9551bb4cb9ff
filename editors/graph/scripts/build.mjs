// Bundles the picture for those who carry it, the report of the command line and the panel of VS Code:
//   node scripts/build.mjs            writes graph.js and graph.css of the report
//   node scripts/build.mjs --check    fails when those that are there are others
//
// They are checked in, so that the command line builds without Node.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const report = join(here, '..', '..', 'server', 'report', 'src', 'html');

const { outputFiles } = await esbuild.build({
  entryPoints: [join(here, 'src', 'standalone.ts')],
  absWorkingDir: here,
  bundle: true,
  minify: true,
  write: false,
  logLevel: 'warning',
  charset: 'ascii',
  legalComments: 'none',
  format: 'iife',
  globalName: 'foreshockGraph',
  platform: 'browser',
  target: 'es2022',
  loader: { '.css': 'text' },
});
const css = ['picture.css', 'around.css'].map(name => readFileSync(join(here, 'src', name), 'utf8')).join('');
const licence = readFileSync(join(here, 'node_modules', '@dagrejs', 'dagre', 'LICENSE'), 'utf8').trim();
// A script inside a page must not contain what ends it.
const script = `/* Layout: @dagrejs/dagre\n${licence.replaceAll('*/', '')} */\n${outputFiles[0].text}`.replaceAll('</script', '<\\/script');

let stale = 0;
for (const [name, text] of [['graph.js', script], ['graph.css', css]]) {
  const path = join(report, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is not what src gives: run \`npm run build\` in editors/graph`);
    stale++;
  }
}
process.exitCode = stale > 0 ? 1 : 0;
