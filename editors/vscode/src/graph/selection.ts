/// <reference lib="dom" />
// Which component of a drawn graph is chosen.

/**
 * Marks a component and all that it depends on, or that depends on it, directly or not; dims the rest. Without a component,
 * or without a box for it, nothing is dim. Returns the chosen box.
 */
export function mark(root: ParentNode, id: string | undefined): SVGElement | undefined {
  const edges = [...root.querySelectorAll<SVGElement>('.edge')];
  const nodes = [...root.querySelectorAll<SVGElement>('.node')];
  const chosen = nodes.find(node => node.dataset.id === id);
  const selected = chosen ? id : undefined;

  const down = reach(selected, edges, 'from', 'to');
  const up = reach(selected, edges, 'to', 'from');
  const on = (name: string | undefined) => name !== undefined && (down.has(name) || up.has(name));
  for (const node of nodes) {
    node.classList.toggle('dim', selected !== undefined && !on(node.dataset.id));
    node.classList.toggle('chosen', node === chosen);
  }
  for (const edge of edges) {
    const { from = '', to = '' } = edge.dataset;
    edge.classList.toggle('dim', selected !== undefined && !((down.has(from) && down.has(to)) || (up.has(from) && up.has(to))));
  }
  return chosen;
}

/** Scrolls the chosen box into view. */
export function reveal(root: ParentNode): void {
  root.querySelector('.node.chosen')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

function reach(start: string | undefined, edges: SVGElement[], from: 'from' | 'to', to: 'from' | 'to'): Set<string> {
  const next = new Map<string, string[]>();
  for (const { dataset } of edges) {
    const source = dataset[from];
    const target = dataset[to];
    if (source !== undefined && target !== undefined) {
      next.set(source, [...(next.get(source) ?? []), target]);
    }
  }
  const found = new Set(start === undefined ? [] : [start]);
  // A set may grow while it is walked: new members are visited too.
  for (const id of found) {
    next.get(id)?.forEach(target => found.add(target));
  }
  return found;
}
