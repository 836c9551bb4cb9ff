// "Open Demo": the bundled shop in a folder of its own.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** Copies the shop into a temporary folder and opens that; the window keeps what it has, a new one is opened then. */
export async function openDemo(context: vscode.ExtensionContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foreshock-demo-'));
  const target = vscode.Uri.file(join(folder, 'shop'));
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'dist', 'demo'), target);
  const isUsed = (vscode.workspace.workspaceFolders ?? []).length > 0;
  await vscode.commands.executeCommand('vscode.openFolder', target, { forceNewWindow: isUsed });
}
