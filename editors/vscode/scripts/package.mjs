// Builds foreshock-<version>[-<platform>].vsix.   npm run package [-- --out FILE]
//
// With a server binary at hand (FORESHOCK_SERVER, else ../../target/release/foreshock) the package carries it in
// bin/ and is for this platform only; without one it is for every platform and looks for `foreshock` on PATH.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(here);

const exe = process.platform === 'win32' ? 'foreshock.exe' : 'foreshock';
const named = process.env.FORESHOCK_SERVER;
const server = named || join('..', '..', 'target', 'release', exe);

rmSync('bin', { recursive: true, force: true });
const args = ['package', '--no-dependencies', ...process.argv.slice(2)];
if (existsSync(server)) {
  mkdirSync('bin');
  copyFileSync(server, join('bin', exe));
  chmodSync(join('bin', exe), 0o755);
  args.push('--target', `${process.platform}-${process.arch}`);
  console.log(`package: with the server ${server}`);
} else if (named) {
  console.error(`package: FORESHOCK_SERVER names ${named}, which does not exist`);
  process.exit(2);
} else {
  console.log('package: without a server (build it with `cargo build --release`, or set FORESHOCK_SERVER)');
}

const licence = join('..', '..', 'LICENSE');
if (existsSync(licence)) {
  copyFileSync(licence, 'LICENSE');
} else if (!existsSync('LICENSE')) {
  args.push('--skip-license');
}

const vsce = join('node_modules', '@vscode', 'vsce', 'vsce');
process.exitCode = spawnSync(process.execPath, [vsce, ...args], { stdio: 'inherit' }).status ?? 1;
