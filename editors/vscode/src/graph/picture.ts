// Draws a stack as SVG: a box per component, tier by tier, and a curve per dependency. Colours come from the page's CSS.

import type { Component, StackGraph } from '../protocol';
import { isWaypoint, tiers } from './tiers';
import { availabilityText, failoverText, nameParts, redundancyText } from './words';

const BOX = { height: 78, minWidth: 130, maxWidth: 270, padding: 12 };
const GAP = { x: 20, y: 48 };
const WAYPOINT_WIDTH = 8;
const MARGIN = 12;
/** A narrow panel shrinks the picture this far; then it scrolls. */
const MIN_SCALE = 0.75;
/** Mean width of a letter in px, for the three sizes in style.ts; a little generous, as fonts differ. */
const LETTER = { type: 6.6, name: 8.8, note: 6.6 };

interface Place {
  x: number;
  y: number;
  width: number;
}

interface Box extends Place {
  component: Component;
}

/** `marks`: the severest finding per component, as a CSS class (`error`, `warning`, `info`, `hint`). */
export function picture(graph: StackGraph, marks: ReadonlyMap<string, string>): string {
  const { boxes, places, paths, width, height } = layout(graph);
  const edges = graph.dependencies.map((dependency, index) => {
    const line = curve((paths[index] ?? []).map(id => places.get(id)).filter(place => place !== undefined));
    if (line === '') {
      return '';
    }
    const sure = dependency.confidence === 'certain' ? '' : ' unsure';
    const title = `${dependency.from} ${dependency.kind} ${dependency.to} (${dependency.confidence})`;
    return `<path class="edge ${escape(dependency.kind)}${sure}" data-from="${escape(dependency.from)}" data-to="${escape(dependency.to)}" d="${line}" marker-end="url(#arrow)"><title>${escape(title)}</title></path>`;
  });
  const nodes = boxes.map(box => node(box, marks.get(box.component.id)));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Dependencies of the stack" width="${width}" viewBox="0 0 ${width} ${height}" style="min-width:${Math.round(width * MIN_SCALE)}px">` +
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>' +
    edges.join('') +
    nodes.join('') +
    '</svg>'
  );
}

function layout(graph: StackGraph) {
  const byId = new Map(graph.components.map(component => [component.id, component]));
  const { rows, paths } = tiers(graph);
  const widthOf = (id: string) => {
    const component = byId.get(id);
    return component ? boxWidth(component) : WAYPOINT_WIDTH;
  };
  const rowWidth = (row: string[]) => row.reduce((sum, id) => sum + widthOf(id) + GAP.x, -GAP.x);
  const widest = Math.max(BOX.minWidth, ...rows.map(rowWidth));

  const places = new Map<string, Place>();
  const boxes: Box[] = [];
  rows.forEach((row, index) => {
    let x = MARGIN + (widest - rowWidth(row)) / 2;
    for (const id of row) {
      const place = { x, y: MARGIN + index * (BOX.height + GAP.y), width: widthOf(id) };
      const component = isWaypoint(id) ? undefined : byId.get(id);
      places.set(id, place);
      if (component) {
        boxes.push({ ...place, component });
      }
      x += place.width + GAP.x;
    }
  });
  const height = 2 * MARGIN + Math.max(1, rows.length) * (BOX.height + GAP.y) - GAP.y;
  return { boxes, places, paths, width: Math.ceil(widest + 2 * MARGIN), height };
}

function lines(component: Component): { type: string; name: string; redundancy: string; availability: string } {
  return {
    ...nameParts(component.id),
    redundancy: redundancyText(component),
    availability: [availabilityText(component), failoverText(component)].filter(Boolean).join(' · '),
  };
}

function boxWidth(component: Component): number {
  const { type, name, redundancy, availability } = lines(component);
  const text = Math.max(
    type.length * LETTER.type,
    name.length * LETTER.name,
    redundancy.length * LETTER.note,
    availability.length * LETTER.note,
  );
  return Math.min(BOX.maxWidth, Math.max(BOX.minWidth, Math.ceil(text) + 2 * BOX.padding));
}

function node({ component, x, y, width }: Box, mark: string | undefined): string {
  const { type, name, redundancy, availability } = lines(component);
  const classes = ['node', component.entry ? 'entry' : '', mark ?? ''].filter(Boolean).join(' ');
  const source = component.availability?.source;
  const title = [component.id, component.kind, redundancy, availability, source && `availability: ${source}`];
  const room = width - 2 * BOX.padding;
  const text = (kind: 'type' | 'name' | 'note', line: string, baseline: number) =>
    `<text class="${kind}" x="${width / 2}" y="${baseline}">${escape(fit(line, room / LETTER[kind]))}</text>`;
  return (
    `<g class="${classes}" data-id="${escape(component.id)}" tabindex="0" role="button" transform="translate(${x} ${y})">` +
    `<title>${escape(title.filter(Boolean).join('\n'))}</title><rect width="${width}" height="${BOX.height}" rx="5"/>` +
    text('type', type, 17) +
    text('name', name, 35) +
    text('note', redundancy, 53) +
    text('note', availability, 69) +
    '</g>'
  );
}

/** Keeps the end: `module.prod.aws_db_instance` is told from its siblings there. */
function fit(text: string, letters: number): string {
  const room = Math.floor(letters);
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`;
}

/** Through the waypoints, upright at each: out of the bottom of the first box and into the top of the last. */
function curve(places: Place[]): string {
  const [from, ...rest] = places;
  const to = rest.at(-1);
  if (!from || !to) {
    return '';
  }
  if (to.y <= from.y) {
    // Up or level, as in a cycle: around the right side.
    const right = Math.max(from.x + from.width, to.x + to.width) + GAP.x;
    const y1 = from.y + BOX.height / 2;
    const y2 = to.y + BOX.height / 2;
    return `M${from.x + from.width} ${y1}C${right} ${y1} ${right} ${y2} ${to.x + to.width + 1} ${y2}`;
  }
  const middle = (place: Place) => place.x + place.width / 2;
  let line = `M${middle(from)} ${from.y + BOX.height}`;
  let last = { x: middle(from), y: from.y + BOX.height };
  for (const place of rest) {
    const end = { x: middle(place), y: place === to ? place.y - 1 : place.y };
    const bend = (end.y - last.y) / 2;
    line += `C${last.x} ${last.y + bend} ${end.x} ${end.y - bend} ${end.x} ${end.y}`;
    last = end;
    if (place !== to) {
      last = { x: end.x, y: place.y + BOX.height };
      line += `V${last.y}`;
    }
  }
  return line;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);
}
