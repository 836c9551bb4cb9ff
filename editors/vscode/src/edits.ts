// Edits that the server has proposed, as one step to take back.

import * as vscode from 'vscode';
import type { TextReplacement } from './protocol';

/** Makes the edits; they are one step to take back. */
export async function applyEdits(edits: TextReplacement[]): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const { file, range, text } of edits) {
    edit.replace(vscode.Uri.file(file), new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character), text);
  }
  await vscode.workspace.applyEdit(edit);
}
