// Runs inside the extension host: the walk of apply_walk.json through a shop in git. Each step is found on its line, and gone after undo.
const fs = require('fs');
const path = require('path');
const vscode = require('vscode');

const PATIENCE = 20_000;

function check(name, ok, seen) {
  console.log(ok ? `ok\t${name}` : `FAIL\t${name}\t${seen === undefined ? '' : JSON.stringify(seen)}`);
  return ok;
}

/** The first truthy value of `probe`, or undefined when there is none in time. */
async function eventually(probe) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const value = await probe();
    if (value) return value;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return undefined;
}

const codeOf = diagnostic => (typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code);

const summary = uri => vscode.languages.getDiagnostics(uri).map(found => [codeOf(found), found.range.start.line, found.message]);

async function replace(document, old, text) {
  const at = document.getText().indexOf(old);
  if (at < 0) throw new Error(`the shop has no ${old}`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + old.length)), text);
  await vscode.workspace.applyEdit(edit);
}

async function walk(document, { name, edits, rule, on, says }) {
  const before = document.getText();
  for (const [old, text] of edits) await replace(document, old, text);
  const told = () => vscode.languages.getDiagnostics(document.uri).find(found =>
    codeOf(found) === rule && found.message.includes(says) && document.lineAt(found.range.start.line).text.includes(on));
  check(`${name}: ${rule} is on its line`, Boolean(await eventually(told)), summary(document.uri));
  for (const _ of edits) await vscode.commands.executeCommand('undo');
  check(`${name}: the text is that of before`, document.getText() === before);
  const gone = () => !vscode.languages.getDiagnostics(document.uri).some(found => codeOf(found) === rule && found.message.includes(says));
  check(`${name}: taken back it is gone`, Boolean(await eventually(gone)), summary(document.uri));
}

exports.run = async function () {
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, 'main.tf'));
  await vscode.window.showTextDocument(document);
  const ready = () => vscode.languages.getDiagnostics(document.uri).length > 0;
  check('the shop is looked at', Boolean(await eventually(ready)), summary(document.uri));
  for (const step of JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'apply_walk.json'), 'utf8'))) {
    await walk(document, step);
  }
};
