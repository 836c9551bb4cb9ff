// What is drawn: components, or groups of them that are closed, with the dependencies between those.

import type { Component, Dependency, Parts } from './system';
import { zonesOf } from './system';
import { nameParts } from './words';

export type Grouping = 'none' | 'module' | 'name' | 'zone' | 'kind';

export const GROUPINGS: { grouping: Grouping; label: string }[] = [
  { grouping: 'none', label: 'no groups' },
  { grouping: 'module', label: 'by module' },
  { grouping: 'name', label: 'by first part of the name' },
  { grouping: 'zone', label: 'by zone' },
  { grouping: 'kind', label: 'by kind' },
];

/** More boxes than this nobody takes in at once: then groups are closed at first. */
export const FEW = 40;

export interface ComponentBox {
  id: string;
  component: Component;
  /** The open group that it stands in. */
  group?: string;
}

export interface GroupBox {
  id: string;
  label: string;
  members: Component[];
}

export type Box = ComponentBox | GroupBox;

/** A line: one dependency between two components, or all between two boxes of which one is a group. */
export interface Line {
  from: string;
  to: string;
  dependencies: Dependency[];
}

export interface Drawn {
  boxes: Box[];
  lines: Line[];
  /** The open groups, by id. */
  hulls: { id: string; label: string; members: string[] }[];
}

export function isGroup(box: Box): box is GroupBox {
  return 'members' in box;
}

/** What a component is put together with; nothing where it stands by itself. */
export function groupOf(component: Component, grouping: Grouping): string | undefined {
  switch (grouping) {
    case 'none':
      return undefined;
    case 'module':
      return component.id.match(/^module\.[^.[]+(\[[^\]]*\])?/)?.[0];
    case 'name':
      return nameParts(component.id).name.match(/^([^-_./]+)[-_./]/)?.[1];
    case 'zone': {
      const zones = zonesOf(component);
      return zones.length > 0 ? zones.join(', ') : 'zone not known';
    }
    case 'kind':
      return component.kind;
  }
}

/** The first way to group that leaves few boxes; none where there are few components. */
export function automatic(parts: Parts): Grouping {
  if (parts.components.length <= FEW) {
    return 'none';
  }
  const count = (grouping: Grouping) => {
    const groups = new Set<string>();
    let alone = 0;
    for (const component of parts.components) {
      const group = groupOf(component, grouping);
      group === undefined ? alone++ : groups.add(group);
    }
    return groups.size + alone;
  };
  const ways: Grouping[] = ['module', 'name', 'zone', 'kind'];
  const fitting = ways.find(way => count(way) >= 2 && count(way) <= FEW);
  return fitting ?? ways.map(way => ({ way, boxes: count(way) })).filter(({ boxes }) => boxes >= 2).sort((a, b) => a.boxes - b.boxes)[0]?.way ?? 'none';
}

/** The boxes and lines of a system whose groups are closed but for those in `open`. */
export function drawn(parts: Parts, grouping: Grouping, open: ReadonlySet<string>): Drawn {
  const boxOf = new Map<string, string>();
  const boxes: Box[] = [];
  const groups = new Map<string, GroupBox>();
  const hulls = new Map<string, { id: string; label: string; members: string[] }>();
  const sizes = new Map<string, number>();
  for (const component of parts.components) {
    const key = groupOf(component, grouping);
    if (key !== undefined) {
      sizes.set(key, (sizes.get(key) ?? 0) + 1);
    }
  }
  for (const component of parts.components) {
    const label = groupOf(component, grouping);
    // A group of one would only hide its name.
    if (label === undefined || sizes.get(label) === 1) {
      boxes.push({ id: component.id, component });
      boxOf.set(component.id, component.id);
      continue;
    }
    const id = `\u0001group:${label}`;
    if (open.has(label)) {
      const hull = hulls.get(id) ?? { id, label, members: [] };
      hull.members.push(component.id);
      hulls.set(id, hull);
      boxes.push({ id: component.id, component, group: id });
      boxOf.set(component.id, component.id);
      continue;
    }
    let group = groups.get(id);
    if (!group) {
      group = { id, label, members: [] };
      groups.set(id, group);
      boxes.push(group);
    }
    group.members.push(component);
    boxOf.set(component.id, id);
  }
  const lines: Line[] = [];
  const merged = new Map<string, Line>();
  for (const dependency of parts.dependencies) {
    const from = boxOf.get(dependency.from);
    const to = boxOf.get(dependency.to);
    if (from === undefined || to === undefined || (from === to && groups.has(from))) {
      continue;
    }
    if (!groups.has(from) && !groups.has(to)) {
      lines.push({ from, to, dependencies: [dependency] });
      continue;
    }
    const key = `${from}\n${to}`;
    let line = merged.get(key);
    if (!line) {
      line = { from, to, dependencies: [] };
      merged.set(key, line);
      lines.push(line);
    }
    line.dependencies.push(dependency);
  }
  return { boxes, lines, hulls: [...hulls.values()] };
}
