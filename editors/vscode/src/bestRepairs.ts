// The repairs that gain most: made at once, and told of in the status bar.

import * as vscode from 'vscode';
import type { Server } from './client';
import { applyEdits } from './edits';
import type { RepairsResult } from './protocol';
import { repairLine } from './statusText';

/** So long after the last change they are asked for: to prove them takes longer than a key. */
const PAUSE = 2000;

/** Makes the three that gain most, after showing them; one step to take back. */
export async function fixBest(server: Server, uri: string): Promise<void> {
  const asked = vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Foreshock: trying repairs' }, () => server.repairs(uri));
  const { repairs, edits } = await asked;
  if (repairs.length === 0) {
    void vscode.window.showInformationMessage('No repair is known that is proven to help.');
    return;
  }
  const before = vscode.workspace.textDocuments.map(document => [document, document.version] as const);
  const make: vscode.QuickPickItem = { label: repairs.length === 1 ? 'Make this repair' : `Make these ${repairs.length} repairs`, description: 'one step to take back' };
  const items: vscode.QuickPickItem[] = [make, ...repairs.map(({ title, component, points, file, range }) => ({
    label: title,
    description: `${component}, +${points.toFixed(1)} points`,
    detail: `${vscode.workspace.asRelativePath(file)}:${range.start.line + 1}`,
  }))];
  const chosen = await vscode.window.showQuickPick(items, { title: 'The best repairs', placeHolder: 'Tried together on a copy: they hold what they promise' });
  if (!chosen) {
    return;
  }
  if (chosen !== make) {
    const repair = repairs[items.indexOf(chosen) - 1];
    if (repair) {
      const at = new vscode.Position(repair.range.start.line, repair.range.start.character);
      await vscode.window.showTextDocument(vscode.Uri.file(repair.file), { selection: new vscode.Range(at, at) });
    }
    return;
  }
  if (before.some(([document, version]) => document.version !== version)) {
    throw new Error('The text was changed meanwhile: ask again.');
  }
  await applyEdits(edits);
}

/** What the best repairs of the file that is looked at are, asked for when nobody has typed for a while. */
export class BestRepairs implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  /** Others are known. */
  readonly onChange = this.emitter.event;
  private timer: NodeJS.Timeout | undefined;
  private known: { uri: string; repairs: RepairsResult['repairs'] } | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    const forget = () => {
      this.known = undefined;
      this.later();
    };
    this.subscriptions = [
      server.onStatus(forget),
      server.onState(forget),
      vscode.window.onDidChangeActiveTextEditor(() => this.later()),
    ];
  }

  /** A line for each; none where they are not known (yet). */
  lines(uri: string | undefined): string[] {
    return this.known !== undefined && this.known.uri === uri ? this.known.repairs.map(repairLine) : [];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.forEach(subscription => subscription.dispose());
    this.emitter.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), PAUSE);
  }

  private async ask(): Promise<void> {
    const uri = vscode.window.activeTextEditor?.document.uri;
    if (uri?.scheme !== 'file' || this.known?.uri === uri.toString() || !vscode.window.state.focused) {
      return;
    }
    try {
      const { repairs } = await this.server.repairs(uri.toString());
      this.known = { uri: uri.toString(), repairs };
      this.emitter.fire();
    } catch {
      // Edited meanwhile, or no server: the next status asks again.
    }
  }
}
