// Colours for Terraform text are the business of other extensions (HashiCorp's, OpenTofu's), which cannot be had from
// npm. This makes a small one that stands beside ours the way they do: the same language id, a grammar, no server.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the extension to `directory` and packs it. `tools`: where @vscode/vsce is. Gives `{directory, vsix}`. */
export function colourExtension(editors, tools, directory) {
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(editors, 'node/node_modules/tm-grammars/grammars/terraform.json'), join(directory, 'terraform.json'));
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({
      name: 'terraform-colours',
      publisher: 'test',
      version: '0.0.1',
      engines: { vscode: '^1.91.0' },
      contributes: {
        languages: [{ id: 'terraform', extensions: ['.tf'], aliases: ['Terraform'] }],
        grammars: [{ language: 'terraform', scopeName: 'source.hcl.terraform', path: './terraform.json' }],
      },
    }),
  );
  const vsix = join(directory, 'colours.vsix');
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(tools, 'node_modules/@vscode/vsce/vsce'), 'package', '--no-dependencies', '--skip-license', '--allow-missing-repository', '--out', vsix],
    { cwd: directory, encoding: 'utf8' },
  );
  if (status !== 0) {
    throw new Error(`vsce could not pack the colours: ${stderr}`);
  }
  return { directory, vsix };
}
