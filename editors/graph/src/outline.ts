// The system as a list: from the entry points down to what they depend on, each component with what it needs. The reading order
// for a screen reader, and complete: every component and every dependency is in it, whatever the picture shows.

import { escape } from './html';
import type { Component, Dependency, Parts } from './system';
import { isWaypoint, tiers } from './tiers';
import { spoken } from './words';

export interface OutlineLine {
  component: Component;
  depth: number;
  /** Its dependencies are listed where it first appears. */
  again: boolean;
}

/** Depth first, each component's dependencies once. */
export function outline(graph: Parts): OutlineLine[] {
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

export function outlineHtml(graph: Parts): string {
  const needs = new Map<string, Dependency[]>();
  for (const dependency of graph.dependencies) {
    needs.set(dependency.from, [...(needs.get(dependency.from) ?? []), dependency]);
  }
  const rows = outline(graph).map(({ component, depth, again }) => {
    const all = again ? [] : (needs.get(component.id) ?? []);
    const words = all.map(({ to, kind, confidence }) =>
      `<span data-to="${escape(to)}">${escape(to)} (${escape([kind, confidence === 'certain' ? '' : confidence].filter(Boolean).join(', '))})</span>`);
    const needing = words.length > 0 ? ` needs ${words.join(', ')}` : again ? ' listed above' : '';
    return (
      `<li style="--depth:${Math.min(depth, 12)}"><button type="button" class="line ${component.severity ?? ''}" data-id="${escape(component.id)}">${escape(component.id)}</button>` +
      `<span class="notes">${escape(spoken(component))}${needing}</span></li>`
    );
  });
  return `<ul class="outline">${rows.join('')}</ul>`;
}
