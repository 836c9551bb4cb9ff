// Bundles the extension into dist/extension.js.   node scripts/build.mjs [--watch]
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as esbuild from 'esbuild';

const common = { bundle: true, minify: true, logLevel: 'warning' };

/** `import text from 'script:./page.ts'` is that file bundled for a web page, as a string: the page reads no files. */
const pageScripts = {
  name: 'page-scripts',
  setup(build) {
    build.onResolve({ filter: /^script:/ }, ({ path, importer }) => ({
      path: resolve(dirname(importer), path.slice('script:'.length)),
      namespace: 'script',
    }));
    build.onLoad({ filter: /.*/, namespace: 'script' }, async ({ path }) => {
      const page = await esbuild.build({
        ...common,
        entryPoints: [path],
        format: 'iife',
        platform: 'browser',
        target: 'es2022',
        write: false,
      });
      return { contents: page.outputFiles[0].text, loader: 'text', watchFiles: [path] };
    });
  },
};

/** The picture that the report carries, too, as text: `graph.js.txt` is `graph.js`. */
const texts = {
  name: 'texts',
  setup(build) {
    build.onResolve({ filter: /\/graph\.(js|css)\.txt$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path).replace(/\.txt$/, ''),
      namespace: 'text',
    }));
    build.onLoad({ filter: /.*/, namespace: 'text' }, ({ path }) => ({ contents: readFileSync(path, 'utf8'), loader: 'text', watchFiles: [path] }));
  },
};

const options = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  legalComments: 'none',
  metafile: true,
  plugins: [pageScripts, texts],
};

/** The licences of everything that went into the bundle, which those licences ask to be passed on. */
function notices({ inputs }) {
  const packages = new Set(
    Object.keys(inputs).flatMap(path => path.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []),
  );
  const texts = [...packages].sort().map(directory => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const file = readdirSync(directory).find(entry => /^licen[cs]e(\.|$)/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(directory, file), 'utf8').trim() : ''}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

// For yaml-language-server, which takes it from `yamlValidation` of package.json.
mkdirSync('dist', { recursive: true });
copyFileSync('../../docs/infra.schema.json', 'dist/infra.schema.json');
// The shop that "Open Demo" opens.
mkdirSync('dist/demo', { recursive: true });
for (const name of readdirSync('../../fixtures/shop').filter(name => name.endsWith('.tf'))) {
  copyFileSync(join('../../fixtures/shop', name), join('dist/demo', name));
}

if (process.argv.includes('--watch')) {
  await (await esbuild.context(options)).watch();
} else {
  const { metafile } = await esbuild.build(options);
  writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(metafile));
}
