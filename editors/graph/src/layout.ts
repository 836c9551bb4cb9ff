// Where boxes and lines are: in layers from users to data. Two ways: dagre, which crosses few lines, for as many boxes as anybody
// reads; our own tiers, linear in the size of the system, beyond that.

import dagre from '@dagrejs/dagre';
import type { Box, Drawn, Line } from './grouping';
import { isGroup } from './grouping';
import { tiers, isWaypoint } from './tiers';

export type Direction = 'down' | 'right';

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Point {
  width: number;
  height: number;
}

export interface PlacedBox extends Rect {
  box: Box;
}

export interface PlacedLine {
  line: Line;
  points: Point[];
}

export interface Layout {
  boxes: PlacedBox[];
  lines: PlacedLine[];
  hulls: (Rect & { id: string; label: string; count: number })[];
  /** What nothing is tied to, below everything else. */
  tray: (Rect & { count: number }) | undefined;
  width: number;
  height: number;
}

export const BOX = { width: 208, height: 66 };
const GAP = { between: 26, layers: 58 };
const HULL = { side: 18, top: 34, bottom: 16 };
/** Beyond this dagre takes longer than anybody waits; see docs/dependencies.md. */
const MOST_FOR_DAGRE = 220;
/** A layer of more boxes than this goes on in the next row. */
const WIDEST = 24;

interface Item {
  id: string;
  width: number;
  height: number;
}

interface Arranged {
  at: Map<string, Point>;
  paths: Point[][];
  width: number;
  height: number;
}

/** Places everything. An open group is arranged by itself and then stands among the others as one box. */
export function layout({ boxes, lines, hulls }: Drawn, direction: Direction): Layout {
  const byId = new Map(boxes.map(box => [box.id, box]));
  const hullOf = new Map(hulls.flatMap(hull => hull.members.map(member => [member, hull.id] as const)));
  const joined = new Set(lines.filter(({ from, to }) => from !== to).flatMap(({ from, to }) => [from, to]));
  const isAlone = (box: Box) => !joined.has(box.id) && !hullOf.has(box.id) && !isGroup(box) && !box.component.entry;
  const alone = boxes.filter(isAlone);

  const inner = new Map<string, Arranged>();
  for (const hull of hulls) {
    const inside = lines.filter(({ from, to }) => hullOf.get(from) === hull.id && hullOf.get(to) === hull.id);
    inner.set(hull.id, arrange(hull.members.map(id => ({ id, ...BOX })), inside, direction));
  }
  const items: Item[] = [];
  for (const box of boxes) {
    if (!isAlone(box) && !hullOf.has(box.id)) {
      items.push({ id: box.id, ...BOX });
    }
  }
  for (const hull of hulls) {
    const { width = 0, height = 0 } = inner.get(hull.id) ?? {};
    items.push({ id: hull.id, width: width + 2 * HULL.side, height: height + HULL.top + HULL.bottom });
  }
  const outer = (id: string) => hullOf.get(id) ?? id;
  const between = lines.filter(({ from, to }) => outer(from) !== outer(to));
  const whole = arrange(items, between.map(line => ({ ...line, from: outer(line.from), to: outer(line.to) })), direction);

  const rects = new Map<string, Rect>();
  const placed: PlacedBox[] = [];
  const place = (id: string, at: Point) => {
    const box = byId.get(id);
    if (box) {
      rects.set(id, { ...at, ...BOX });
      placed.push({ box, ...at, ...BOX });
    }
  };
  const placedHulls: Layout['hulls'] = [];
  for (const item of items) {
    const at = whole.at.get(item.id) ?? { x: 0, y: 0 };
    const hull = hulls.find(({ id }) => id === item.id);
    if (!hull) {
      place(item.id, at);
      continue;
    }
    placedHulls.push({ ...at, width: item.width, height: item.height, id: hull.id, label: hull.label, count: hull.members.length });
    const arranged = inner.get(hull.id);
    for (const member of hull.members) {
      const inside = arranged?.at.get(member) ?? { x: 0, y: 0 };
      place(member, { x: at.x + HULL.side + inside.x, y: at.y + HULL.top + inside.y });
    }
  }

  const paths = new Map<Line, Point[]>();
  between.forEach((line, index) => {
    // Into or out of an open group a line goes its own way, from box to box.
    const crosses = hullOf.has(line.from) || hullOf.has(line.to);
    paths.set(line, crosses ? [] : (whole.paths[index] ?? []));
  });
  for (const hull of hulls) {
    const arranged = inner.get(hull.id);
    const at = whole.at.get(hull.id) ?? { x: 0, y: 0 };
    const inside = lines.filter(({ from, to }) => hullOf.get(from) === hull.id && hullOf.get(to) === hull.id);
    inside.forEach((line, index) => {
      const points = arranged?.paths[index] ?? [];
      paths.set(line, points.map(({ x, y }) => ({ x: x + at.x + HULL.side, y: y + at.y + HULL.top })));
    });
  }
  const placedLines = lines.map(line => ({ line, points: route(rects.get(line.from), rects.get(line.to), paths.get(line) ?? [], direction) }));

  let { width, height } = whole;
  let tray: Layout['tray'];
  if (alone.length > 0) {
    const columns = Math.max(1, Math.min(alone.length, Math.floor(Math.max(width, 4 * (BOX.width + GAP.between)) / (BOX.width + GAP.between))));
    const rows = Math.ceil(alone.length / columns);
    const top = items.length > 0 ? height + GAP.layers : 0;
    alone.forEach((box, index) =>
      place(box.id, {
        x: HULL.side + (index % columns) * (BOX.width + GAP.between),
        y: top + HULL.top + Math.floor(index / columns) * (BOX.height + GAP.between / 2),
      }));
    tray = {
      x: 0,
      y: top,
      width: 2 * HULL.side + columns * (BOX.width + GAP.between) - GAP.between,
      height: HULL.top + HULL.bottom + rows * (BOX.height + GAP.between / 2) - GAP.between / 2,
      count: alone.length,
    };
    width = Math.max(width, tray.width);
    height = top + tray.height;
  }
  return { boxes: placed, lines: placedLines, hulls: placedHulls, tray, width, height };
}

/** Top left corners, and for each line the points that it passes. Several that no line is tied to lie in rows below the others. */
function arrange(items: Item[], lines: { from: string; to: string }[], direction: Direction): Arranged {
  const joined = new Set(lines.filter(({ from, to }) => from !== to).flatMap(({ from, to }) => [from, to]));
  const loose = items.filter(({ id }) => !joined.has(id));
  if (loose.length < 4) {
    return inLayers(items, lines, direction);
  }
  const above = inLayers(items.filter(({ id }) => joined.has(id)), lines, direction);
  const widest = Math.max(...loose.map(({ width }) => width)) + GAP.between;
  const columns = Math.max(Math.floor((above.width + GAP.between) / widest), Math.min(loose.length, Math.ceil(Math.sqrt(loose.length * 1.5))), 1);
  const start = above.height > 0 ? above.height + GAP.layers : 0;
  let [x, y, high] = [0, start, 0];
  let width = above.width;
  loose.forEach((item, index) => {
    if (index > 0 && index % columns === 0) {
      [x, y, high] = [0, y + high + GAP.between / 2, 0];
    }
    above.at.set(item.id, { x, y });
    x += item.width + GAP.between;
    high = Math.max(high, item.height);
    width = Math.max(width, x - GAP.between);
  });
  return { ...above, width, height: y + high };
}

function inLayers(items: Item[], lines: { from: string; to: string }[], direction: Direction): Arranged {
  if (items.length > MOST_FOR_DAGRE) {
    return byTiers(items, lines, direction);
  }
  // What dagre costs hangs on the places that long lines pass, too.
  const components = items.map(({ id }) => ({ id, kind: '', label: '', entry: false }));
  const dependencies = lines.map(({ from, to }) => ({ from, to, kind: '', confidence: '' }));
  const { rows } = tiers({ components, dependencies });
  const order = rows.flat().filter(id => !isWaypoint(id));
  // Where everything leads to everything there are no layers: a chain of boxes would say what is not so.
  if (items.length > 8 && rows.length > items.length / 2 && lines.length > 2 * items.length) {
    return inGrid(items, lines, order);
  }
  const places = rows.flat().length + lines.length;
  return places <= MOST_FOR_DAGRE * 3 ? byDagre(items, lines, direction) : byTiers(items, lines, direction);
}

function inGrid(items: Item[], lines: { from: string; to: string }[], order: string[]): Arranged {
  const size = new Map(items.map(item => [item.id, item]));
  const columns = Math.ceil(Math.sqrt(items.length));
  const at = new Map<string, Point>();
  let [y, width] = [0, 0];
  for (let start = 0; start < order.length; start += columns) {
    let [x, high] = [0, 0];
    for (const id of order.slice(start, start + columns)) {
      const item = size.get(id) ?? BOX;
      at.set(id, { x, y });
      x += item.width + 1.6 * GAP.between;
      high = Math.max(high, item.height);
    }
    width = Math.max(width, x - 1.6 * GAP.between);
    y += high + GAP.layers;
  }
  return { at, paths: lines.map(() => []), width, height: Math.max(0, y - GAP.layers) };
}

function byDagre(items: Item[], lines: { from: string; to: string }[], direction: Direction): Arranged {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: direction === 'down' ? 'TB' : 'LR', nodesep: GAP.between, ranksep: GAP.layers, ranker: 'tight-tree' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of items) {
    graph.setNode(id, { width, height });
  }
  // Several lines between two boxes lie on each other.
  const known = new Set<string>();
  for (const { from, to } of lines) {
    if (from !== to && !known.has(`${from}\n${to}`)) {
      known.add(`${from}\n${to}`);
      graph.setEdge(from, to, {}, 'line');
    }
  }
  if (items.length > 0) {
    dagre.layout(graph);
  }
  const at = new Map<string, Point>();
  let [width, height] = [0, 0];
  for (const item of items) {
    const { x, y } = graph.node(item.id);
    at.set(item.id, { x: x - item.width / 2, y: y - item.height / 2 });
    width = Math.max(width, x + item.width / 2);
    height = Math.max(height, y + item.height / 2);
  }
  const paths = lines.map(({ from, to }) => (from === to ? [] : ((graph.edge(from, to, 'line') as { points?: Point[] }).points ?? [])));
  return { at, paths, width, height };
}

function byTiers(items: Item[], lines: { from: string; to: string }[], direction: Direction): Arranged {
  const components = items.map(({ id }) => ({ id, kind: '', label: '', entry: false }));
  const dependencies = lines.map(({ from, to }) => ({ from, to, kind: 'requires', confidence: 'certain' }));
  const { rows } = tiers({ components, dependencies });
  const size = new Map(items.map(item => [item.id, item]));
  const at = new Map<string, Point>();
  const down = direction === 'down';
  let [far, across] = [0, 0];
  for (const row of rows) {
    const ids = row.filter(id => !isWaypoint(id));
    for (let start = 0; start < ids.length; start += WIDEST) {
      let place = 0;
      let deepest = 0;
      for (const id of ids.slice(start, start + WIDEST)) {
        const { width = 0, height = 0 } = size.get(id) ?? {};
        at.set(id, down ? { x: place, y: far } : { x: far, y: place });
        place += (down ? width : height) + GAP.between;
        deepest = Math.max(deepest, down ? height : width);
      }
      across = Math.max(across, place - GAP.between);
      far += deepest + (start + WIDEST < ids.length ? GAP.between : GAP.layers);
    }
  }
  far = Math.max(0, far - GAP.layers);
  return { at, paths: lines.map(() => []), width: down ? across : far, height: down ? far : across };
}

/** From the edge of one box to the edge of the other, through what lies between. */
function route(from: Rect | undefined, to: Rect | undefined, through: Point[], direction: Direction): Point[] {
  if (!from || !to || from === to) {
    return [];
  }
  const middle = ({ x, y, width, height }: Rect) => ({ x: x + width / 2, y: y + height / 2 });
  const [one, other] = [middle(from), middle(to)];
  if (through.length >= 2) {
    return through;
  }
  // A line that leads back leaves at the side where it came in.
  if (direction === 'down') {
    const below = other.y >= one.y;
    return [{ x: one.x, y: one.y + (below ? 1 : -1) * (from.height / 2) }, { x: other.x, y: other.y - (below ? 1 : -1) * (to.height / 2) }];
  }
  const right = other.x >= one.x;
  return [{ x: one.x + (right ? 1 : -1) * (from.width / 2), y: one.y }, { x: other.x - (right ? 1 : -1) * (to.width / 2), y: other.y }];
}

/** The points as a curve of SVG, which passes the first and the last and runs smoothly between. */
export function curve(points: Point[], direction: Direction): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) {
    return '';
  }
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  if (rest.length === 1) {
    const half = direction === 'down' ? { x: 0, y: (last.y - first.y) / 2 } : { x: (last.x - first.x) / 2, y: 0 };
    return `M${at(first)}C${at({ x: first.x + half.x, y: first.y + half.y })} ${at({ x: last.x - half.x, y: last.y - half.y })} ${at(last)}`;
  }
  // A quadratic B-spline through the middles of the legs.
  let path = `M${at(first)}`;
  for (let index = 0; index + 1 < rest.length; index++) {
    const [here, next] = [rest[index]!, rest[index + 1]!];
    const end = index + 2 === rest.length ? next : { x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 };
    path += `Q${at(here)} ${at(end)}`;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
