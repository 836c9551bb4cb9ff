// "Simulate a failure…": which failures of a component the user may ask for, by the names the server reads.

import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { showCascade } from './cascade';
import type { Server } from './client';
import type { Component, GraphResult } from './protocol';

interface FaultItem extends vscode.QuickPickItem {
  fault?: string;
}

/** Asks what fails at the block under the cursor, then shows what falls with it. */
export async function simulateAt(server: Server, uri: string, line: number): Promise<void> {
  const graph = await server.graph(uri);
  const component = componentAt(graph, uri, line);
  const chosen = await vscode.window.showQuickPick(faults(graph, component), {
    title: component ? `Simulate a failure of ${component.id}` : 'Simulate a failure',
    placeHolder: 'Nothing is executed: the failure is played on the model',
    matchOnDescription: true,
  });
  if (chosen?.fault) {
    await showCascade(server, { uri, component: component?.id, fault: chosen.fault }, chosen.label);
  }
}

/** The component whose block is the last to begin at or above the line. */
function componentAt(graph: GraphResult, uri: string, line: number): Component | undefined {
  const here = graph.stacks
    .flatMap(stack => stack.components)
    .filter(component => component.file && component.range && isAbsolute(component.file))
    .filter(component => vscode.Uri.file(component.file ?? '').toString() === uri && (component.range?.start.line ?? 0) <= line);
  return here.sort((a, b) => (b.range?.start.line ?? 0) - (a.range?.start.line ?? 0))[0];
}

function faults(graph: GraphResult, component: Component | undefined): FaultItem[] {
  const items: FaultItem[] = [];
  if (component) {
    const { id } = component;
    items.push(
      { label: `${id} is down as a whole`, description: 'a bad deploy, its service, its data', fault: `component:${id}` },
      { label: `One instance of ${id} is lost`, fault: `instance:${id}#0` },
      { label: `${id} serves with less`, description: 'a gray fault', fault: `degraded:${id}` },
      { label: `${id} is overloaded`, description: 'a gray fault', fault: `overloaded:${id}` },
      { label: `${id} fails 20 % of its requests`, description: 'a gray fault', fault: `errors:${id}:20%` },
      { label: `${id} takes 10 times as long`, description: 'latency mode', fault: `latency:${id}:x10` },
      { label: `${id} has no CPU left`, fault: `exhausted:${id}:cpu` },
      { label: `${id} has no connections left`, fault: `exhausted:${id}:connections` },
      { label: `${id} has no memory left`, fault: `exhausted:${id}:memory` },
      { label: `${id} has no disk left`, fault: `exhausted:${id}:disk` },
    );
    const called = graph.stacks.flatMap(stack => stack.dependencies).filter(edge => edge.from === id);
    items.push(...called.map(({ to }) => ({ label: `${id} can't reach ${to}`, fault: `cut:${id}->${to}` })));
  }
  items.push(separator('the whole stack'));
  for (const factor of ['1.5', '3', '10']) {
    items.push({ label: `${factor} times as many requests`, description: 'traffic mode', fault: `traffic:x${factor}` });
  }
  const zones = graph.stacks.flatMap(stack => stack.components).flatMap(({ redundancy }) => {
    const zones = redundancy?.zones;
    return Array.isArray(zones) ? zones : [];
  });
  items.push(...[...new Set(zones)].sort().map(zone => ({ label: `Zone ${zone} is lost`, fault: `zone:${zone}` })));
  return items;
}

function separator(label: string): FaultItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
