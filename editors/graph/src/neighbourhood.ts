// The part of a graph around a component: a large graph is read one part at a time.

import type { Parts } from './system';

/**
 * The components that `start` leads to, or that lead to it, in so many steps, with the dependencies among them; the nearest
 * `most` of them. The whole graph without a start.
 */
export function neighbourhood(graph: Parts, start: string | undefined, steps: number, most: number): Parts {
  const known = new Set(graph.components.map(component => component.id));
  const kept = new Set<string>();
  if (start !== undefined && known.has(start)) {
    kept.add(start);
    // Both ways at once, so that what is left out is what is farthest.
    const fronts = [
      { ids: [start], next: neighbours(graph, 'from', 'to'), seen: new Set([start]) },
      { ids: [start], next: neighbours(graph, 'to', 'from'), seen: new Set([start]) },
    ];
    for (let step = 0; step < steps && fronts.some(front => front.ids.length > 0); step++) {
      for (const front of fronts) {
        front.ids = front.ids.flatMap(id => front.next.get(id) ?? []).filter(id => {
          const isNew = known.has(id) && !front.seen.has(id) && (kept.has(id) || kept.size < most);
          if (isNew) {
            front.seen.add(id);
            kept.add(id);
          }
          return isNew;
        });
      }
    }
  } else {
    graph.components.slice(0, most).forEach(component => kept.add(component.id));
  }
  return {
    components: graph.components.filter(component => kept.has(component.id)),
    dependencies: graph.dependencies.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

function neighbours(graph: Parts, from: 'from' | 'to', to: 'from' | 'to'): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const dependency of graph.dependencies) {
    const list = map.get(dependency[from]);
    list ? list.push(dependency[to]) : map.set(dependency[from], [dependency[to]]);
  }
  return map;
}
