// From the server's file names to places in the editor.

import { dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { Component, Range } from './protocol';

/** Where `file` of the stack `root` is on disk: it is a URI, absolute, or relative to the stack or the workspace. */
async function resolveFile(file: string, root: string, asker: string): Promise<vscode.Uri | undefined> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file)) {
    return vscode.Uri.parse(file);
  }
  if (isAbsolute(file)) {
    return vscode.Uri.file(file);
  }
  const rootPath = /^file:/.test(root) ? vscode.Uri.parse(root).fsPath : root;
  const bases: string[] = isAbsolute(rootPath) ? [rootPath] : [];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    bases.push(join(folder.uri.fsPath, isAbsolute(rootPath) ? '' : rootPath), folder.uri.fsPath);
  }
  bases.push(dirname(vscode.Uri.parse(asker).fsPath));
  for (const base of bases) {
    const uri = vscode.Uri.file(join(base, file));
    try {
      await vscode.workspace.fs.stat(uri);
      return uri;
    } catch {
      // not there: the next base
    }
  }
  return undefined;
}

/** Opens the block of a component, in the column beside a panel when one is given. */
export async function reveal(component: Component, root: string, asker: string, column?: vscode.ViewColumn): Promise<void> {
  const uri = component.file ? await resolveFile(component.file, root, asker) : undefined;
  if (!uri) {
    void vscode.window.showInformationMessage(`${component.id} has no place in a file.`);
    return;
  }
  const start = component.range && toRange(component.range).start;
  await vscode.window.showTextDocument(uri, {
    selection: start && new vscode.Range(start, start),
    viewColumn: column,
  });
}

function toRange(range: Range): vscode.Range {
  return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}
