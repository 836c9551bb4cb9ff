// A stack as nested lists: from the entry points down to what they depend on. The reading order for a screen reader,
// and for stacks too large to take in as a picture.

import type { Component, StackGraph } from '../protocol';
import { escape } from './picture';
import { isWaypoint, tiers } from './tiers';
import { redundancyText } from './words';

export interface OutlineLine {
  component: Component;
  depth: number;
  /** Its dependencies are listed where it first appears. */
  again: boolean;
}

/** Depth first, each component's dependencies once. */
export function outline(graph: StackGraph): OutlineLine[] {
  const byId = new Map(graph.components.map(component => [component.id, component]));
  const below = new Map<string, string[]>(graph.components.map(component => [component.id, []]));
  const hasAbove = new Set<string>();
  for (const { from, to } of graph.dependencies) {
    if (from !== to && byId.has(to)) {
      below.get(from)?.push(to);
      hasAbove.add(to);
    }
  }

  const order = tiers(graph).rows.flat().filter(id => !isWaypoint(id));
  const entries = order.filter(id => byId.get(id)?.entry);
  const tops = [...entries, ...order.filter(id => !hasAbove.has(id))];
  const lines: OutlineLine[] = [];
  const seen = new Set<string>();
  for (const top of [...tops, ...order]) {
    if (seen.has(top)) {
      continue;
    }
    const stack = [{ id: top, depth: 0 }];
    for (let item = stack.pop(); item; item = stack.pop()) {
      const component = byId.get(item.id);
      if (!component) {
        continue;
      }
      const children = below.get(item.id) ?? [];
      const again = seen.has(item.id);
      lines.push({ component, depth: item.depth, again: again && children.length > 0 });
      if (!again) {
        seen.add(item.id);
        stack.push(...children.map(id => ({ id, depth: item.depth + 1 })).reverse());
      }
    }
  }
  return lines;
}

export function outlineHtml(graph: StackGraph, marks: ReadonlyMap<string, string>): string {
  const rows = outline(graph).map(({ component, depth, again }) => {
    const mark = marks.get(component.id);
    const notes = [component.entry ? 'entry' : '', redundancyText(component), again ? 'listed above' : ''].filter(Boolean);
    return (
      `<li style="--depth:${depth}" aria-level="${depth + 1}" role="treeitem"><button class="line ${mark ?? ''}" data-id="${escape(component.id)}">${escape(component.id)}</button>` +
      `<span class="notes">${escape(notes.join(' · '))}</span></li>`
    );
  });
  return `<ul class="outline" role="tree">${rows.join('')}</ul>`;
}
