// Bundles test/*.test.ts (they touch no editor API) and hands them to Node's test runner.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

const tests = readdirSync('test').filter(name => name.endsWith('.test.ts'));
const outdir = mkdtempSync(join(tmpdir(), 'foreshock-graph-test-'));
try {
  await esbuild.build({
    entryPoints: tests.map(name => join('test', name)),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outExtension: { '.js': '.cjs' },
    loader: { '.css': 'text' },
    logLevel: 'warning',
  });
  const built = readdirSync(outdir).map(name => join(outdir, name));
  process.exitCode = spawnSync(process.execPath, ['--test', ...built], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(outdir, { recursive: true });
}
