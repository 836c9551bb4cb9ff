/// <reference lib="dom" />
// The graph in a page outside of the editor: the reports of the command line carry this, bundled by scripts/report.mjs.

import { duration } from '../duration';
import type { StackGraph } from '../protocol';
import { neighbourhood } from './neighbourhood';
import { outlineHtml } from './outline';
import { picture } from './picture';
import { mark, reveal } from './selection';

/** How a component fares in a cascade. */
export interface Fate {
  health: string;
  at: number;
}

/** What to draw. */
export interface Wish {
  /** The component in the middle. */
  chosen?: string | undefined;
  /** So many steps around it; without it, everything. */
  steps?: number | undefined;
  /** What falls, by id: everything else is dim. */
  fates?: ReadonlyMap<string, Fate> | undefined;
}

/** More boxes than this nobody reads at once. */
const MOST_BOXES = 250;

/** Draws into `host`; returns how many of the components are there. */
export function draw(host: Element, graph: StackGraph, marks: ReadonlyMap<string, string>, wish: Wish): number {
  const steps = wish.steps ?? Infinity;
  const start = wish.steps === undefined && graph.components.length <= MOST_BOXES ? undefined : wish.chosen;
  const part = neighbourhood(graph, start, steps, MOST_BOXES);
  host.innerHTML = picture(part, marks);
  if (wish.fates) {
    paint(host, wish.fates);
    host.querySelectorAll<SVGElement>('.node').forEach(node => node.classList.toggle('chosen', node.dataset.id === wish.chosen));
  } else {
    mark(host, wish.chosen);
  }
  reveal(host);
  return part.components.length;
}

/** Writes the stack as nested lists into `host`. */
export function outlineInto(host: Element, graph: StackGraph, marks: ReadonlyMap<string, string>): void {
  host.innerHTML = outlineHtml(graph, marks);
}

function paint(host: Element, fates: ReadonlyMap<string, Fate>): void {
  for (const node of host.querySelectorAll<SVGElement>('.node')) {
    const fate = fates.get(node.dataset.id ?? '');
    node.classList.toggle('dim', fate === undefined);
    if (fate) {
      node.classList.remove('error', 'warning', 'info', 'hint');
      node.classList.add(fate.health);
      const line = node.querySelector('.type');
      if (line) {
        line.textContent = fate.at > 0 ? `${fate.health} after ${duration(fate.at)}` : fate.health;
      }
    }
  }
  for (const edge of host.querySelectorAll<SVGElement>('.edge')) {
    edge.classList.toggle('dim', !fates.has(edge.dataset.from ?? '') || !fates.has(edge.dataset.to ?? ''));
  }
}

export { duration };
