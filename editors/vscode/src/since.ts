// "What fails now that did not before?": the single failures that take more away than at the base.

import * as vscode from 'vscode';
import { showCascade } from './cascade';
import type { Server } from './client';
import type { NewFailure } from './protocol';

interface FailureItem extends vscode.QuickPickItem {
  fault: string;
}

/** Lists them; a chosen line plays that failure. */
export async function showNewlyFailing(server: Server, uri: string): Promise<void> {
  const { stacks } = await server.newlyFailing(uri);
  const compared = stacks.filter(stack => stack.base);
  if (compared.length === 0) {
    void vscode.window.showInformationMessage('There is nothing to compare with: no git repository, or foreshock.base is "none".');
    return;
  }
  const base = compared[0]?.base?.words ?? '';
  const failures = compared.flatMap(stack => stack.failures);
  if (failures.length === 0) {
    void vscode.window.showInformationMessage(`No single failure takes more away than at the base (${base}).`);
    return;
  }
  const chosen = await vscode.window.showQuickPick(failures.map(item), {
    title: `What fails now that did not before (${base})`,
    placeHolder: 'Enter plays the failure',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen) {
    await showCascade(server, { uri, fault: chosen.fault }, `${chosen.fault} fails`);
  }
}

function item(failure: NewFailure): FailureItem {
  const percent = (loss: number | null) => (loss === null ? 'nothing of the kind' : `${Math.round(loss * 100)} %`);
  const down = failure.down.length > 0 ? `also goes down: ${failure.down.join(', ')}` : 'nothing else goes down';
  return {
    label: `$(flame) ${failure.fault}`,
    description: failure.loss === null ? undefined : `${percent(failure.loss)} of requests lost, before: ${percent(failure.loss_before)}`,
    detail: down,
    fault: failure.fault,
  };
}
