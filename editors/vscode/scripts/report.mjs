// Bundles the graph for the reports of the command line, which carry it:
//   node scripts/report.mjs            writes graph.js and graph.css of the report
//   node scripts/report.mjs --check    fails when those that are there are others
//
// They are checked in, so that the command line builds without Node.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const report = join(here, '..', '..', 'server', 'report', 'src', 'html');
const common = { bundle: true, minify: true, write: false, logLevel: 'warning', charset: 'ascii', legalComments: 'none' };

async function bundled(options) {
  const { outputFiles } = await esbuild.build({ ...common, ...options });
  return outputFiles[0].text;
}

const script = await bundled({
  entryPoints: [join(here, 'src', 'graph', 'standalone.ts')],
  absWorkingDir: here,
  format: 'iife',
  globalName: 'foreshockGraph',
  platform: 'browser',
  target: 'es2022',
});
const style = await bundled({
  stdin: { contents: "export { GRAPH_STYLE } from './style';", resolveDir: join(here, 'src', 'graph'), loader: 'ts' },
  format: 'esm',
});
const { GRAPH_STYLE } = await import(`data:text/javascript,${encodeURIComponent(style)}`);

let stale = 0;
for (const [name, text] of [['graph.js', script], ['graph.css', GRAPH_STYLE.trimStart()]]) {
  const path = join(report, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is not what src/graph gives: run \`npm run report\` in editors/vscode`);
    stale++;
  }
}
process.exitCode = stale > 0 ? 1 : 0;
