// What a page gets: `foreshockGraph`. The panel of the editor and the report of the command line carry the same bundle.

import { Graph, type Host, type State } from './app';
import { duration } from './duration';
import type { System } from './system';
import style from './picture.css';

/** Puts a picture into an element; returns what it can be asked to do. */
export function mount(host: Element, system: System, able: Omit<Host, 'style'>, state?: State): Graph {
  const graph = new Graph(host, { ...able, style }, state);
  graph.show(system);
  return graph;
}

export { duration };
