// What stands beside the picture: what falls and why, a component, or the whole.

import type { Compared, Mode } from './difference';
import { html, id } from './dom';
import { duration } from './duration';
import type { Cascade, Component, Effect, FaultChoice, System } from './system';
import { availabilityText, failoverText, redundancyText } from './words';

/** Deeper lists are not indented any further. */
const DEEPEST = 30;

export function cascadeSide(cascade: Cascade, all: number, component: Component | undefined, faults: FaultChoice[], canOpen: boolean): Node[] {
  const { effects, unsettled = [] } = cascade;
  const nothing = unsettled.length > 0 ? 'It can’t be told what gets worse.' : 'Nothing gets worse.';
  const worse = effects.filter(effect => !effect.spared).length;
  const words = effects.length === 0 ? nothing : `${worse} of ${all} components are worse.`;
  return [
    html('h3', {}, 'When ', id(cascade.title), ' fails'),
    html('p', { className: 'quiet', textContent: words }),
    ...whatIf(faults),
    ...unsettled.slice(0, 5).map(why => html('p', { className: 'unsettled', textContent: why })),
    ...(effects.length > 0 ? [tree(effects, canOpen)] : []),
    ...(component ? facts(component, canOpen) : []),
  ];
}

export function componentSide(component: Component, command: string | undefined, faults: FaultChoice[], canOpen: boolean): Node[] {
  return [
    html('h3', {}, id(component.id)),
    ...(component.single_point ? [html('p', { className: 'bad', textContent: 'Single point of failure' })] : []),
    ...whatIf(faults),
    ...(command ? [html('p', { className: 'quiet' }, 'What falls with it is not in this page: ', html('code', { textContent: command }))] : []),
    ...facts(component, canOpen),
  ];
}

export function emptySide(system: System, shown: Compared, mode: Mode): Node[] {
  if (system.components.length === 0) {
    return [html('h3', { textContent: 'Nothing to show' }), html('p', { className: 'quiet', textContent: 'No component was found here: nothing that a failure could take down.' })];
  }
  if (mode === 'difference') {
    const changed = [...shown.changes].map(([name, change]) => html('li', {}, html('span', { className: `badge ${change}`, textContent: change }), ' ', id(name)));
    const lines = shown.lines.size;
    const reverts = (system.base?.reverts ?? []).map((title, index) => html('button', { type: 'button', textContent: title, 'data-revert': index }));
    return [
      html('h3', { textContent: `Since ${system.base?.words ?? 'the base'}` }),
      html('p', { className: 'quiet', textContent: changed.length + lines === 0 ? 'Nothing is different.' : `${changed.length} components and ${lines} dependencies are different.` }),
      ...(reverts.length > 0 ? [html('div', { className: 'what-if' }, 'Take back: ', ...reverts)] : []),
      html('ul', { className: 'falls' }, ...changed),
    ];
  }
  const single = system.components.filter(component => component.single_point).sort((one, other) => (other.points ?? 0) - (one.points ?? 0));
  const entries = system.components.some(component => component.entry);
  return [
    html('h3', { textContent: 'What falls' }),
    html('p', { className: 'quiet', textContent: 'No component is chosen. Choose one to see what falls with it.' }),
    ...(entries ? [] : [html('p', { className: 'unsettled', textContent: 'Nothing here is an entry point: say in foreshock.toml which is.' })]),
    ...(single.length > 0 ? [html('h3', { textContent: `Single points of failure (${single.length})` }), html('ol', { className: 'single' }, ...single.slice(0, 12).map(({ id: name, points }) =>
      html('li', {}, html('button', { type: 'button', className: 'line', 'data-id': name }, id(name)), points !== undefined && points >= 0.05 ? ` ${points.toFixed(1)} points` : '')))] : []),
  ];
}

/** The failures of a component, a button each. */
function whatIf(faults: FaultChoice[]): Node[] {
  const own = faults.filter(({ short }) => short !== undefined);
  if (own.length === 0) {
    return [];
  }
  const row = html('div', { className: 'what-if', role: 'group' }, 'What if ');
  row.setAttribute('aria-label', 'What if');
  row.append(...own.map(({ label, short, fault }) => html('button', { type: 'button', textContent: short ?? label, title: label, 'data-fault': fault })));
  return [row];
}

function facts(component: Component, canOpen: boolean): Node[] {
  const { place } = component;
  const words = [component.kind, redundancyText(component), failoverText(component), availabilityText(component), component.availability?.source ? `availability: ${component.availability.source}` : ''];
  return [
    html('p', { className: 'quiet' }, html('bdi', { textContent: words.filter(Boolean).join(' · ') })),
    ...(place ? [html('p', { className: 'quiet' }, 'declared at ', placed(place, canOpen))] : []),
  ];
}

/** A line of a file; a link where somebody can follow it. */
function placed(place: string, canOpen: boolean): HTMLElement {
  return canOpen ? html('a', { href: '#', 'data-place': place, textContent: place.split('/').at(-1) ?? place }) : html('code', { textContent: place });
}

/** What falls as nested lists: each component below the one that took it down. */
function tree(effects: Effect[], canOpen: boolean): HTMLElement {
  const known = new Map(effects.map(effect => [effect.component, effect]));
  // On the way up there may be a circle: the later one of it is then below nobody.
  const above = (effect: Effect) => {
    const first = effect.because === undefined ? undefined : known.get(effect.because);
    const seen = new Set<Effect>();
    for (let up = first; up && !seen.has(up); up = up.because === undefined ? undefined : known.get(up.because)) {
      if (up === effect) {
        return undefined;
      }
      seen.add(up);
    }
    return first;
  };
  const below = new Map<Effect | undefined, Effect[]>();
  for (const effect of effects) {
    const parent = above(effect);
    below.set(parent, [...(below.get(parent) ?? []), effect]);
  }
  const items = (parent: Effect | undefined, depth: number): HTMLElement => {
    const list = html('ul', { className: 'falls' });
    for (const effect of below.get(parent) ?? []) {
      const when = effect.at > 0 ? ` after ${duration(effect.at)}` : '';
      const item = html('li', {}, html('span', { className: `badge ${effect.health}`, textContent: effect.health }), ' ', id(effect.component), when);
      if (effect.likely && effect.likely !== effect.health) {
        item.append(html('span', { className: 'why', textContent: `likely ${effect.likely}` }));
      }
      if (effect.spared) {
        const back = effect.back != null ? ` (${duration(effect.back)})` : '';
        item.append(html('span', { className: 'why', textContent: `in half of the cases repaired before that${back}` }));
      } else if (effect.back != null && effect.back > effect.at) {
        item.append(html('span', { className: 'why', textContent: `back after ${duration(effect.back)}` }));
      } else if (effect.back === null) {
        item.append(html('span', { className: 'why', textContent: 'does not come back by itself' }));
      }
      if (effect.why && effect.because !== undefined) {
        const why = html('span', { className: 'why' }, `${effect.why} `, id(effect.because));
        if (effect.place) {
          why.append(' (', placed(effect.place, canOpen), ')');
        }
        item.append(why);
      }
      if (below.has(effect)) {
        depth < DEEPEST ? item.append(items(effect, depth + 1)) : list.append(items(effect, depth + 1));
      }
      list.append(item);
    }
    return list;
  };
  return items(undefined, 0);
}
