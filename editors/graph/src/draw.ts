// Boxes and lines as elements of SVG. Names of files only ever become text.

import type { Change } from './difference';
import { key } from './difference';
import type { GroupBox, Line } from './grouping';
import { isGroup } from './grouping';
import type { Direction, Layout, PlacedBox, PlacedLine, Point } from './layout';
import { BOX, curve } from './layout';
import type { Component } from './system';
import { failoverText, redundancyText, shortName, signs, spoken, typeName } from './words';

const SVG = 'http://www.w3.org/2000/svg';
const PADDING = 12;
/** Mean width of a letter in px, for the sizes in the style; a little generous, as fonts differ. */
const LETTER = { type: 6.5, name: 8.1, note: 6.3, sign: 6.6 };

export function element(name: string, attributes: Record<string, string | number>, ...children: (Element | string)[]): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, String(value));
  }
  made.append(...children);
  return made;
}

/** As much of a text as fits, the end cut. */
export function fitting(text: string, width: number, letter: number): string {
  const most = Math.max(1, Math.floor(width / letter));
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

const LOUDNESS = ['hint', 'info', 'warning', 'error'];

/** How bad a group is: as its worst member. */
export function worst(members: Component[]): string | undefined {
  const found = members.flatMap(({ severity }) => (severity ? [severity] : []));
  return found.sort((one, other) => LOUDNESS.indexOf(other) - LOUDNESS.indexOf(one))[0];
}

export function boxElement({ box, x, y, width, height }: PlacedBox, change: Change | undefined): SVGElement {
  return isGroup(box) ? groupElement(box, x, y, width, height) : componentElement(box.component, x, y, width, height, change);
}

const CHANGES: Record<Change, string> = { added: 'added', gone: 'gone', worse: 'worse', better: 'better' };

function componentElement(component: Component, x: number, y: number, width: number, height: number, change: Change | undefined): SVGElement {
  const all = [...(change ? [CHANGES[change]] : []), ...signs(component)];
  const classes = ['node', component.severity ?? '', component.entry ? 'entry' : '', component.new ? 'new' : '', change ?? ''].filter(Boolean).join(' ');
  const inner = width - 2 * PADDING - 18;
  const note = [redundancyText(component), failoverText(component)].filter(Boolean).join(' · ');
  const label = [spoken(component), change ? `${change} since the base` : ''].filter(Boolean).join(', ');
  const node = element(
    'g',
    { class: classes, 'data-id': component.id, transform: `translate(${round(x)} ${round(y)})`, role: 'button', tabindex: -1 },
    // Its name for whoever can't see it, and what a mouse that rests on it shows.
    element('title', {}, [label, component.id, component.place].filter(Boolean).join('\n')),
    element('rect', { class: 'body', width, height, rx: 6, 'stroke-width': thickness(component) }),
    icon(component.kind, PADDING, 12),
  );
  let right = width - 8;
  for (const sign of all.reverse()) {
    const wide = sign.length * LETTER.sign + 10;
    right -= wide;
    node.append(
      element('rect', { class: `sign ${sign.replace(/\W/g, '')}`, x: right, y: -8, width: wide, height: 16, rx: 3 }),
      element('text', { class: `sign-text ${sign.replace(/\W/g, '')}`, x: right + wide / 2, y: 4 }, sign),
    );
    right -= 4;
  }
  node.append(
    element('text', { class: 'type', x: PADDING + 20, y: 23 }, fitting(component.entry ? `entry · ${typeName(component)}` : typeName(component), inner, LETTER.type)),
    element('text', { class: 'name', x: PADDING, y: 41 }, fitting(shortName(component.id), inner + 18, LETTER.name)),
    element('text', { class: 'note', x: PADDING, y: 57 }, fitting(note, inner + 18, LETTER.note)),
  );
  return node;
}

function groupElement(group: GroupBox, x: number, y: number, width: number, height: number): SVGElement {
  const single = group.members.filter(({ single_point }) => single_point).length;
  const fresh = group.members.filter(component => component.new).length;
  const counts = [`${group.members.length} components`, single > 0 ? `${single} SPOF` : '', fresh > 0 ? `${fresh} new` : ''].filter(Boolean).join(' · ');
  return element(
    'g',
    {
      class: ['node', 'group', worst(group.members) ?? ''].filter(Boolean).join(' '),
      'data-group': group.label,
      transform: `translate(${round(x)} ${round(y)})`,
      role: 'button',
      tabindex: -1,
      'aria-expanded': 'false',
    },
    element('title', {}, `group ${group.label}, ${counts}. A double click or Enter opens it`),
    element('rect', { class: 'behind', x: 5, y: 5, width, height, rx: 6 }),
    element('rect', { class: 'body', width, height, rx: 6 }),
    element('text', { class: 'plus', x: width - 18, y: 26 }, '+'),
    element('text', { class: 'name', x: PADDING, y: 30 }, fitting(group.label, width - 2 * PADDING - 18, LETTER.name)),
    element('text', { class: 'note', x: PADDING, y: 50 }, fitting(counts, width - 2 * PADDING, LETTER.note)),
  );
}

/** The more points it costs, the thicker its line. */
function thickness({ points = 0 }: Component): number {
  return round(1.4 + Math.min(2.6, Math.max(0, points) / 6));
}

/** What kind of thing it is, as a small shape. */
function icon(kind: string, x: number, y: number): SVGElement {
  const shape = element('path', { class: 'icon', transform: `translate(${x} ${y})`, d: SHAPES.find(([kinds]) => kinds.test(kind))?.[1] ?? 'M2 2h10v10h-10z' });
  return shape;
}

const SHAPES: [RegExp, string][] = [
  [/database|storage|bucket|disk|volume/, 'M1 3c0-3 12-3 12 0v8c0 3-12 3-12 0zM1 3c0 3 12 3 12 0'],
  [/cache/, 'M7 0l6 7-6 7-6-7z'],
  [/queue|topic|stream/, 'M0 3h4v8h-4zM5 3h4v8h-4zM10 3h4v8h-4z'],
  [/load_balancer|gateway|proxy|cdn/, 'M0 7h5M5 7l7-6M5 7h8M5 7l7 6'],
  [/dns/, 'M7 0a7 7 0 1 0 .01 0M0 7h14M7 0c-5 5-5 9 0 14M7 0c5 5 5 9 0 14'],
  [/external|third/, 'M3 12h8a3 3 0 0 0 0-6a4 4 0 0 0-8 0a3 3 0 0 0 0 6'],
  [/function|job|worker/, 'M8 0l-6 8h4l-1 6 7-9h-5z'],
];

export function lineElement({ line, points }: PlacedLine, direction: Direction, changes: ReadonlyMap<string, Change>): SVGElement | undefined {
  const path = curve(points, direction);
  const [first] = line.dependencies;
  if (path === '' || !first) {
    return undefined;
  }
  const several = line.dependencies.length > 1;
  const kind = line.dependencies.every(one => one.kind === first.kind) ? first.kind : 'requires';
  const change = several ? undefined : changes.get(key(first));
  const unsure = line.dependencies.every(({ confidence }) => !confidence.startsWith('certain'));
  const group = element('g', { class: ['edge', kind, unsure ? 'unsure' : '', change ?? ''].filter(Boolean).join(' ') });
  // What stands for one dependency names it; what stands for several says how many.
  if (!several) {
    group.setAttribute('data-from', first.from);
    group.setAttribute('data-to', first.to);
  }
  group.setAttribute('data-ends', `${line.from}\n${line.to}`);
  const words = several ? `${line.dependencies.length} dependencies` : `${first.from} ${first.kind} ${first.to} (${first.confidence})`;
  group.append(element('title', {}, words), element('path', { d: path, 'marker-end': 'url(#fg-arrow)', 'stroke-width': round(1.3 + Math.min(3, Math.log2(line.dependencies.length) / 2)) }));
  const sign = several ? String(line.dependencies.length) : unsure ? '?' : '';
  if (sign) {
    const { x, y } = between(points);
    group.append(element('circle', { class: 'on-line', cx: round(x), cy: round(y), r: 4 + 3.4 * sign.length }), element('text', { class: 'on-line-text', x: round(x), y: round(y + 3.8) }, sign));
  }
  return group;
}

/** About the middle of a line. */
function between(points: Point[]): Point {
  const after = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
  const before = points[Math.floor((points.length - 1) / 2)] ?? after;
  return { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 };
}

export function hullElement({ x, y, width, height, label, count }: Layout['hulls'][number]): SVGElement {
  return element(
    'g',
    { class: 'hull', transform: `translate(${round(x)} ${round(y)})` },
    element('rect', { width, height, rx: 8 }),
    element(
      'g',
      { class: 'close', 'data-close': label, role: 'button', tabindex: -1, 'aria-expanded': 'true' },
      element('title', {}, `group ${label}, ${count} components, open. Enter closes it`),
      element('rect', { class: 'handle', x: 6, y: 6, width: Math.min(width - 12, label.length * LETTER.name + 34), height: 22, rx: 4 }),
      element('text', { class: 'hull-name', x: 12, y: 22 }, `− ${fitting(label, width - 40, LETTER.name)}`),
    ),
  );
}

export function trayElement({ x, y, width, height, count }: NonNullable<Layout['tray']>): SVGElement {
  return element(
    'g',
    { class: 'tray', transform: `translate(${round(x)} ${round(y)})` },
    element('rect', { width, height, rx: 8 }),
    element('text', { class: 'hull-name', x: 12, y: 22 }, `not connected (${count})`),
  );
}

/** The rectangle that a line lies in. */
export function extent({ points }: PlacedLine): { x: number; y: number; width: number; height: number } {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

export function isOf(line: Line, id: string): boolean {
  return line.from === id || line.to === id || line.dependencies.some(({ from, to }) => from === id || to === id);
}

export { BOX };

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
