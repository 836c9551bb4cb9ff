// Base and now in one picture: what came, what is gone, what is worse and what is better.

import type { Component, Dependency, Parts, System } from './system';

export type Mode = 'now' | 'base' | 'difference';

export type Change = 'added' | 'gone' | 'worse' | 'better';

export interface Compared extends Parts {
  /** By component. */
  changes: ReadonlyMap<string, Change>;
  /** By dependency, as `key` names it. */
  lines: ReadonlyMap<string, Change>;
}

export function key({ from, to, kind }: Dependency): string {
  return `${from}\n${to}\n${kind}`;
}

const LOUDNESS = ['hint', 'info', 'warning', 'error'];

/** How bad a component is, to be compared. */
function badness({ severity, single_point, points }: Component): number {
  return (single_point ? 1000 : 0) + (severity ? LOUDNESS.indexOf(severity) * 100 : 0) + (points ?? 0);
}

/** The system as it is to be drawn. */
export function compared(system: System, mode: Mode): Compared {
  const { base } = system;
  const none = new Map<string, Change>();
  if (!base || mode === 'now') {
    return { components: system.components, dependencies: system.dependencies, changes: none, lines: none };
  }
  if (mode === 'base') {
    return { components: base.components, dependencies: base.dependencies, changes: none, lines: none };
  }
  const before = new Map(base.components.map(component => [component.id, component]));
  const changes = new Map<string, Change>();
  for (const component of system.components) {
    const old = before.get(component.id);
    if (!old) {
      changes.set(component.id, 'added');
      continue;
    }
    const copies = ({ redundancy }: Component) => (typeof redundancy?.instances === 'number' ? redundancy.instances : undefined);
    const [then, now] = [copies(old), copies(component)];
    const worse = badness(component) - badness(old);
    const fewer = then !== undefined && now !== undefined ? then - now : 0;
    if (Math.abs(worse) >= 0.05 || fewer !== 0) {
      changes.set(component.id, (Math.abs(worse) >= 0.05 ? worse : fewer) > 0 ? 'worse' : 'better');
    }
  }
  const present = new Set(system.components.map(({ id }) => id));
  const gone = base.components.filter(({ id }) => !present.has(id));
  gone.forEach(({ id }) => changes.set(id, 'gone'));
  const lines = new Map<string, Change>();
  const [then, now] = [new Set(base.dependencies.map(key)), new Set(system.dependencies.map(key))];
  system.dependencies.filter(it => !then.has(key(it))).forEach(it => lines.set(key(it), 'added'));
  const goneLines = base.dependencies.filter(it => !now.has(key(it)));
  goneLines.forEach(it => lines.set(key(it), 'gone'));
  return {
    components: [...system.components, ...gone],
    dependencies: [...system.dependencies, ...goneLines],
    changes,
    lines,
  };
}
