// "What falls with it?": asks the server to play a failure and lists what happens, in order of time.

import * as vscode from 'vscode';
import type { Server } from './client';
import { duration } from '../../graph/src/duration';
import { reveal } from './places';
import type { BlockArgument, Effect, FaultResult } from './protocol';

interface EffectItem extends vscode.QuickPickItem {
  component: string;
}

const ICONS: Record<string, string> = { DOWN: 'error', OVERLOADED: 'warning', DEGRADED: 'info' };

/** Resolves when the list is closed; a chosen line opens that component's block. `title`: what fails, in words. */
export async function showCascade(server: Server, argument: BlockArgument, title?: string): Promise<void> {
  const fault = argument.fault ?? argument.component;
  if (!fault) {
    throw new Error('foreshock.showCascade needs the component that fails.');
  }
  const answer = await server.simulate(argument.uri, fault);
  const stack = answer.stacks.find(candidate => candidate.results.length > 0);
  const result = stack?.results[0];
  if (!stack || !result) {
    void vscode.window.showInformationMessage(`The server knows no failure of ${fault}.`);
    return;
  }

  const chosen = await vscode.window.showQuickPick(items(result.effects), {
    title: `If ${title ?? `${argument.component ?? fault} fails`}`,
    placeHolder: summary(result, argument.component),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) {
    return;
  }
  const graph = await server.graph(argument.uri);
  const found = graph.stacks
    .flatMap(({ root, components }) => components.map(component => ({ root, component })))
    .find(({ component }) => component.id === chosen.component);
  if (found) {
    await reveal(found.component, found.root, argument.uri);
  }
}

function items(effects: Effect[]): EffectItem[] {
  return [...effects]
    .sort((a, b) => a.at_seconds - b.at_seconds)
    .map(effect => ({
      component: effect.component,
      label: `$(${ICONS[effect.health] ?? 'circle-outline'}) ${effect.component}`,
      description: [`${effect.health} after ${duration(effect.at_seconds)}`, failing(effect), likely(effect), perRequest(effect)]
        .filter(Boolean)
        .join(' · '),
      detail: effect.reason ?? (effect.because ? `because of ${effect.because.component}` : undefined),
    }));
}

/** Where a fault makes requests fail: which share of its own it fails. */
function failing(effect: Effect): string {
  return typeof effect.errors === 'number' ? `fails ${(100 * effect.errors).toFixed(1).replace(/\.0$/, '')} % of its requests` : '';
}

/** What is likely, where that is less than the worst. */
function likely(effect: Effect): string {
  return effect.likely && effect.likely.health !== effect.health ? `likely ${effect.likely.health}` : '';
}

/** In latency mode: how long one request takes by then. */
function perRequest(effect: Effect): string {
  return typeof effect.latency_ms === 'number' ? `${duration(effect.latency_ms / 1000)} a request` : '';
}

/** The component that fails is not among the others, as the blast radius counts them. */
function summary(result: FaultResult, failing: string | undefined): string {
  if (result.effects.length === 0) {
    const why = result.unsettled?.[0];
    // Nothing lost would be comfort that nobody has earned.
    return why ? `What gets worse can't be told: ${why.component ?? 'something'}: ${why.why}` : 'Nothing gets worse';
  }
  const others = result.effects.filter(effect => effect.component !== failing);
  const down = others.filter(effect => effect.health === 'DOWN').length;
  const figures = [`${down} ${down === 1 ? 'other' : 'others'} down`];
  if (others.length > down) {
    figures.push(`${others.length - down} impaired`);
  }
  const lost = typeof result.entry_loss === 'number' ? [`${Math.round(result.entry_loss * 100)} % of requests lost`] : [];
  return [...figures, ...lost, 'Enter opens the block'].join(' · ');
}
