// What the user chooses: the file with values that a stack is read with, and the caller whose results a shared file shows.

import * as vscode from 'vscode';
import type { Server } from './client';
import type { BlockArgument, Caller, VariableRoot } from './protocol';

/** An entry that does something when it is picked. */
interface Entry extends vscode.QuickPickItem {
  run?: () => Promise<void>;
}

/** Asks for the file with values of the active file's stack and writes it into the setting `foreshock.varFiles`. */
export async function chooseVariableFile(server: Server, uri: string): Promise<void> {
  const { roots } = await server.variableFiles(uri);
  const root = await oneOf(roots);
  if (!root) {
    return;
  }
  if (root.configured) {
    // foreshock.toml says which files there are; what is left to choose is which of its stacks to look at.
    if (root.stacks.length < 2) {
      void vscode.window.showInformationMessage(`foreshock.toml reads ${root.label} with ${root.stacks.join(', ') || 'its own values'}.`);
      return;
    }
    return chooseCaller(server, { uri });
  }
  await pick(entriesOf(root), `Foreshock: values of the variables of ${root.label}`);
}

/** Asks whose results a file shows; with `caller: null`, everybody's without asking. */
export async function chooseCaller(server: Server, { uri, caller }: BlockArgument): Promise<void> {
  if (caller === null) {
    await server.chooseCaller(uri, null);
    return;
  }
  const { callers } = await server.callers(uri);
  if (callers.length < 2) {
    void vscode.window.showInformationMessage(
      callers[0] ? `Only ${callers[0].label} uses this file.` : 'No stack uses this file.',
    );
    return;
  }
  const mark = (chosen: boolean) => (chosen ? '$(check) ' : '');
  const all: Entry = {
    label: `${mark(!callers.some(one => one.chosen))}All callers`,
    run: async () => void (await server.chooseCaller(uri, null)),
  };
  const one = (caller: Caller): Entry => ({
    label: `${mark(caller.chosen)}${caller.label}`,
    description: caller.summary,
    run: async () => void (await server.chooseCaller(uri, caller.id)),
  });
  await pick([all, ...callers.map(one)], 'Foreshock: show this file as it is for');
}

async function oneOf(roots: VariableRoot[]): Promise<VariableRoot | undefined> {
  if (roots.length === 0) {
    throw new Error('No stack reads this file. Open a file of a root module, or one that it calls.');
  }
  if (roots.length === 1) {
    return roots[0];
  }
  const items = roots.map(root => ({ label: root.label, description: [...root.stacks, ...root.chosen].join(', '), root }));
  return (await vscode.window.showQuickPick(items, { title: 'Foreshock: which stack?' }))?.root;
}

function entriesOf(root: VariableRoot): Entry[] {
  const mark = (chosen: boolean) => (chosen ? '$(check) ' : '');
  const always = root.always.length > 0 ? `always read: ${root.always.join(', ')}` : 'the defaults of the variables';
  const none: Entry = {
    label: `${mark(root.chosen.length === 0)}No other file`,
    description: always,
    run: () => remember('varFiles', root.setting, undefined),
  };
  const file = (name: string): Entry => ({
    label: `${mark(root.chosen.includes(name))}${name}`,
    run: () => remember('varFiles', root.setting, [name]),
  });
  const workspace: Entry = {
    label: `Workspace: ${root.workspace ?? 'default'}`,
    description: 'the value of terraform.workspace',
    run: async () => {
      const value = await vscode.window.showInputBox({ prompt: `terraform.workspace of ${root.label}`, value: root.workspace ?? '' });
      if (value !== undefined) {
        await remember('workspaces', root.setting, value.trim() === '' ? undefined : value.trim());
      }
    },
  };
  const others = (root.workspaces ?? []).filter(name => name !== root.workspace);
  const known = others.map((name): Entry => ({
    label: `Workspace: ${name}`,
    description: 'the text has values for it',
    run: () => remember('workspaces', root.setting, name),
  }));
  return [none, ...root.others.map(file), { label: '', kind: vscode.QuickPickItemKind.Separator }, workspace, ...known];
}

async function pick(entries: Entry[], title: string): Promise<void> {
  const picked = await vscode.window.showQuickPick(entries, { title, matchOnDescription: true });
  await picked?.run?.();
}

/** Writes one root's choice. The server is told because a setting has changed. */
async function remember(setting: string, root: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('foreshock');
  const target = vscode.workspace.workspaceFolders ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  const known = settings.inspect<Record<string, unknown>>(setting);
  const before = target === vscode.ConfigurationTarget.Workspace ? known?.workspaceValue : known?.globalValue;
  const after = { ...before };
  delete after[root];
  if (value !== undefined) {
    after[root] = value;
  }
  await settings.update(setting, Object.keys(after).length > 0 ? after : undefined, target);
}
