// Puts components into tiers: entry points on top, everything below what depends on it.

import type { Parts } from './system';

export interface Tiers {
  /** Component ids and waypoints, from top to bottom and from left to right. */
  rows: string[][];
  /** For each dependency, in order: what its line passes, from `from` to `to`. Empty for one that is not drawn. */
  paths: string[][];
}

/** So many that lines still find their way in large stacks, and so few that a picture takes no time. */
const MAX_WAYPOINTS = 3000;

/** A place in a tier that a long line passes through, so that it runs between boxes and not behind them. */
export function isWaypoint(id: string): boolean {
  return id.startsWith('\0');
}

/**
 * A component stands one tier below the lowest of those that depend on it; an edge that would close a cycle is left
 * out of that count. What has no dependencies and no dependents stands at the bottom. O(components + dependencies),
 * and a few sorts.
 */
export function tiers(graph: Parts): Tiers {
  const ids = graph.components.map(component => component.id);
  const tier = levels(graph, ids);
  const joined = new Set(graph.dependencies.flatMap(({ from, to }) => (from === to ? [] : [from, to])));
  const alone = new Set(graph.components.filter(({ id, entry }) => !entry && !joined.has(id)).map(({ id }) => id));
  const rows: string[][] = [];
  for (const id of ids) {
    if (!alone.has(id)) {
      (rows[tier.get(id) ?? 0] ??= []).push(id);
    }
  }

  let waypoints = 0;
  const paths = graph.dependencies.map(({ from, to }, index) => {
    const start = tier.get(from);
    const end = tier.get(to);
    if (start === undefined || end === undefined || from === to) {
      return [];
    }
    const path = [from];
    for (let passed = start + 1; passed < end && waypoints < MAX_WAYPOINTS; passed++) {
      const waypoint = `\0${index}/${passed}`;
      waypoints++;
      path.push(waypoint);
      rows[passed]?.push(waypoint);
    }
    path.push(to);
    return path;
  });
  const ordered = untangle(rows, paths);
  return { rows: alone.size > 0 ? [...ordered, [...alone]] : ordered, paths };
}

function levels(graph: Parts, ids: string[]): Map<string, number> {
  const below = new Map<string, string[]>(ids.map(id => [id, []]));
  const hasAbove = new Set<string>();
  for (const { from, to } of graph.dependencies) {
    if (from !== to && below.has(from) && below.has(to)) {
      below.get(from)?.push(to);
      hasAbove.add(to);
    }
  }
  const entries = graph.components.filter(component => component.entry).map(component => component.id);
  const tops = ids.filter(id => !hasAbove.has(id));
  const order = topological([...entries, ...tops, ...ids], below);

  const place = new Map(order.map((id, index) => [id, index]));
  const tier = new Map<string, number>();
  for (const id of order) {
    const here = tier.get(id) ?? 0;
    tier.set(id, here);
    for (const next of below.get(id) ?? []) {
      // A target that stands earlier in the order is the back edge of a cycle.
      if ((place.get(next) ?? 0) > (place.get(id) ?? 0)) {
        tier.set(next, Math.max(tier.get(next) ?? 0, here + 1));
      }
    }
  }
  return tier;
}

/** Reverse postorder of a depth-first walk, without recursion: a chain may be as long as the stack is large. */
function topological(starts: string[], below: Map<string, string[]>): string[] {
  const seen = new Set<string>();
  const finished: string[] = [];
  for (const start of starts) {
    if (seen.has(start)) {
      continue;
    }
    seen.add(start);
    const walk = [{ id: start, next: 0 }];
    for (let top = walk.at(-1); top; top = walk.at(-1)) {
      const child = below.get(top.id)?.[top.next++];
      if (child === undefined) {
        finished.push(top.id);
        walk.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        walk.push({ id: child, next: 0 });
      }
    }
  }
  return finished.reverse();
}

/** Orders each tier by the mean place of its neighbours (the barycentre method), down and up a few times. */
function untangle(rows: string[][], paths: string[][]): string[][] {
  const above = new Map<string, string[]>();
  const below = new Map<string, string[]>();
  const join = (map: Map<string, string[]>, key: string, value: string) => {
    const known = map.get(key);
    known ? known.push(value) : map.set(key, [value]);
  };
  for (const path of paths) {
    path.slice(1).forEach((to, index) => {
      const from = path[index] ?? to;
      join(below, from, to);
      join(above, to, from);
    });
  }
  for (let sweep = 0; sweep < 6; sweep++) {
    const down = sweep % 2 === 0;
    const neighbours = down ? above : below;
    const place = new Map<string, number>();
    const note = (row: string[]) => row.forEach((id, index) => place.set(id, (index + 0.5) / row.length));
    rows.forEach(note);
    for (const row of down ? rows : [...rows].reverse()) {
      const keys = new Map(row.map(id => [id, mean(neighbours.get(id) ?? [], place) ?? place.get(id) ?? 0]));
      row.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      note(row);
    }
  }
  return rows;
}

function mean(ids: string[], place: Map<string, number>): number | undefined {
  const places = ids.map(id => place.get(id)).filter(value => value !== undefined);
  return places.length === 0 ? undefined : places.reduce((sum, value) => sum + value, 0) / places.length;
}
