// The picture with everything around it: search, filters, groups, the failure that is played, the difference from the base, exports,
// and the same as a list. One for the panel of the editor and for the report; what differs is what the host can do.

import { Canvas, type View } from './canvas';
import { compared, type Compared, type Mode } from './difference';
import { duration } from './duration';
import { dot, mermaid, pngUrl, svgText } from './exports';
import { automatic, drawn, groupOf, type Grouping, GROUPINGS, isGroup } from './grouping';
import { type Direction, layout } from './layout';
import { neighbourhood } from './neighbourhood';
import { outlineHtml } from './outline';
import { Filters } from './filters';
import { healthAt } from './play';
import { Player } from './player';
import { Search } from './search';
import { button, choice, html, labelled } from './dom';
import { cascadeSide, componentSide, emptySide } from './side';
import type { Cascade, Component, FaultChoice, System } from './system';

/** What stays when the page is loaded again. */
export interface State {
  grouping?: Grouping;
  open?: string[];
  chosen?: string;
  steps?: string;
  direction?: Direction;
  mode?: Mode;
  filters?: string[];
  view?: View;
}

/** What whoever shows the picture can do. */
export interface Host {
  /** Plays a failure, and another at the same time; nothing where it is not known. */
  simulate(fault: string, and?: string): Promise<Cascade | undefined>;
  /** The failures that can be asked for, of a component or, without one, of the system. */
  faults?(component: Component | undefined): FaultChoice[];
  /** Shows where a component is declared. */
  reveal?(id: string): void;
  /** Shows a line: `web.tf:59`. */
  open?(place: string): void;
  /** Saves a text, or a picture as a data URL. */
  save?(name: string, content: string): void;
  remember?(state: State): void;
  /** Takes a part of the change back, by its place in `base.reverts`. */
  revert?(index: number): void;
  /** A command that shows what this page does not know. */
  command?(id: string): string;
  /** Whether the wheel zooms only with Ctrl held: where the page itself scrolls. */
  wheelNeedsKey?: boolean;
  /** The style of the picture, for a copy of it. */
  style: string;
}

export class Graph {
  private readonly canvas: Canvas;
  private system: System = { title: '', components: [], dependencies: [] };
  private shown: Compared = { components: [], dependencies: [], changes: new Map(), lines: new Map() };
  private byId = new Map<string, Component>();
  private grouping: Grouping = 'none';
  private wasGrouped = false;
  private open = new Set<string>();
  private direction: Direction = 'down';
  private mode: Mode = 'now';
  private chosen: string | undefined;
  private focused: string | undefined;
  private hasFitted = false;

  private readonly group = choice(GROUPINGS.map(({ grouping, label }) => [grouping, label]), 'none');
  private readonly search: Search;
  private readonly filters: Filters;
  private readonly player: Player;
  private readonly around = choice([['', 'everything'], ['1', '1 step around'], ['2', '2 steps around'], ['4', '4 steps around']], '');
  private readonly modes = choice([['now', 'now'], ['base', 'base'], ['difference', 'difference']], 'now');
  private readonly status = html('span', { className: 'status', role: 'status' });
  private readonly side = html('aside', { className: 'panel', tabIndex: 0 });
  private readonly list = html('div', {});
  private readonly listed = html('details', { className: 'below' }, html('summary', { textContent: 'The same as a list' }), this.list);
  private readonly modeLabel: HTMLElement;

  constructor(
    host: Element,
    private readonly able: Host,
    state: State = {},
  ) {
    this.canvas = new Canvas(fresh => this.decorate(fresh), () => this.remember(), able.wheelNeedsKey === true);
    if (state.view) {
      this.canvas.view = state.view;
      this.hasFitted = true;
    }
    if (state.grouping) {
      this.grouping = state.grouping;
      this.wasGrouped = true;
    }
    this.open = new Set(state.open);
    this.direction = state.direction ?? 'down';
    this.mode = state.mode ?? 'now';
    this.chosen = state.chosen;
    this.around.value = state.steps ?? '';
    this.filters = new Filters(state.filters ?? [], () => {
      this.decorateAll();
      this.remember();
    });
    this.search = new Search(
      () => this.shown.components,
      found => {
        this.decorateAll();
        if (found !== undefined) {
          this.choose(found);
          void this.lookInto(found);
        }
      },
      () => this.canvas.svg.querySelector<SVGElement>('[tabindex="0"]')?.focus(),
    );
    this.player = new Player(able, {
      changed: isOther => {
        this.decorateAll();
        if (isOther) {
          this.tell();
        }
      },
      chosen: id => this.choose(id),
    });
    this.side.setAttribute('aria-label', 'What falls');
    this.modeLabel = labelled('State', this.modes);
    host.replaceChildren(...this.parts());
    this.listen();
  }

  /** Shows a system, or another version of it: what was chosen, opened and played stays. */
  show(system: System): void {
    this.system = system;
    if (!this.wasGrouped) {
      this.grouping = automatic(system);
    }
    this.modeLabel.hidden = !system.base;
    if (!system.base) {
      this.mode = 'now';
    }
    this.modes.value = this.mode;
    this.group.value = this.grouping;
    this.filters.offer(system);
    this.draw();
    if (!this.hasFitted) {
      this.hasFitted = true;
      this.canvas.fit();
    }
    this.decorateAll();
    this.tell();
  }

  /** Chooses a component, opening the group that it is in. */
  choose(component: string | undefined, { reveal = true } = {}): void {
    this.chosen = component !== undefined && this.byId.has(component) ? component : undefined;
    if (this.chosen !== undefined) {
      this.openFor([this.chosen]);
      this.focused = this.chosen;
    }
    if (this.around.value !== '') {
      this.draw();
    }
    if (this.chosen !== undefined && reveal) {
      this.canvas.reveal(this.chosen);
    }
    this.offerFaults();
    this.decorateAll();
    this.tell();
    this.remember();
  }

  /** Shows what a failure does. */
  playCascade(cascade: Cascade, at: 'start' | 'end' = 'end'): void {
    this.player.show(cascade, at);
  }

  private parts(): Element[] {
    const bar = html('div', { className: 'controls bar', role: 'toolbar' });
    bar.setAttribute('aria-label', 'Picture');
    const menu = html('details', { className: 'export' }, html('summary', { textContent: 'Export' }),
      html('div', { className: 'menu' },
        button('SVG', () => this.exported('svg')), button('PNG', () => this.exported('png')),
        button('Mermaid', () => this.exported('mmd')), button('DOT', () => this.exported('dot'))));
    const turn = button('⇄', () => {
      this.direction = this.direction === 'down' ? 'right' : 'down';
      this.redrawn();
    });
    turn.setAttribute('aria-label', 'Turn: top down or left to right');
    turn.title = 'Turn: top down or left to right';
    bar.append(
      labelled('Find', this.search.input), this.search.count, ...this.filters.elements,
      labelled('Groups', this.group), labelled('Show', this.around), this.modeLabel,
      button('Fit', () => this.canvas.fit()), button('100 %', () => this.canvas.zoom(1 / this.canvas.view.scale)), turn,
      button('Clear', () => this.escape()), ...(this.able.save ? [menu] : []), this.status);
    const legend = html('p', { className: 'legend' });
    for (const [name, words] of [['requires', 'requires'], ['optional', 'optional'], ['async', 'async'], ['unsure', 'not certain: ?'], ['is-bad', 'outline: how bad it is'], ['is-new', 'new since the base']] as const) {
      legend.append(html('span', { className: `key ${name}`, textContent: words }));
    }
    return [bar, html('div', { className: 'split' }, this.canvas.host, this.side), this.player.element, legend, this.listed];
  }

  private listen(): void {
    const { svg } = this.canvas;
    svg.addEventListener('click', event => this.clicked(event));
    svg.addEventListener('dblclick', event => {
      const group = (event.target as Element).closest<SVGElement>('[data-group]')?.dataset.group;
      if (group !== undefined) {
        this.toggle(group);
      }
    });
    // Among many lines those of one box are told apart when somebody points at it.
    const light = (event: Event) => {
      const { id: component, group } = (event.target as Element).closest<SVGElement>('.node')?.dataset ?? {};
      this.light(component ?? (group === undefined ? undefined : `\u0001group:${group}`));
    };
    svg.addEventListener('pointerover', light);
    svg.addEventListener('focusin', event => {
      const { id: component, group } = (event.target as Element).closest<SVGElement>('.node')?.dataset ?? {};
      this.focused = component ?? (group === undefined ? this.focused : `\u0001group:${group}`);
      light(event);
    });
    this.canvas.host.addEventListener('keydown', event => this.key(event));
    this.group.addEventListener('change', () => {
      this.grouping = this.group.value as Grouping;
      this.wasGrouped = true;
      this.open.clear();
      this.redrawn();
    });
    this.around.addEventListener('change', () => this.redrawn());
    this.modes.addEventListener('change', () => {
      this.mode = this.modes.value as Mode;
      this.redrawn();
    });
    this.listed.addEventListener('toggle', () => this.writeList());
    this.list.addEventListener('click', event => {
      const chosen = (event.target as Element).closest<HTMLElement>('[data-id]')?.dataset.id;
      if (chosen !== undefined) {
        this.choose(chosen);
        void this.lookInto(chosen);
      }
    });
    this.side.addEventListener('click', event => {
      const { id: chosen, place, fault, revert } = (event.target as Element).closest<HTMLElement>('[data-id], [data-place], [data-fault], [data-revert]')?.dataset ?? {};
      if (fault !== undefined) {
        void this.player.ask(fault);
      } else if (revert !== undefined) {
        this.able.revert?.(Number(revert));
      } else if (place !== undefined) {
        event.preventDefault();
        this.able.open?.(place);
      } else if (chosen !== undefined) {
        this.choose(chosen);
      }
    });
  }

  private light(box: string | undefined): void {
    for (const line of this.canvas.svg.querySelectorAll<SVGElement>('.edge')) {
      line.classList.toggle('lit', box !== undefined && (line.dataset.ends ?? '').split('\n').includes(box));
    }
  }

  private clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const closing = target.closest<SVGElement>('[data-close]')?.dataset.close;
    if (closing !== undefined) {
      this.toggle(closing);
      return;
    }
    if (target.closest('.plus')) {
      const group = target.closest<SVGElement>('[data-group]')?.dataset.group;
      if (group !== undefined) {
        this.toggle(group);
      }
      return;
    }
    const chosen = target.closest<SVGElement>('[data-id]')?.dataset.id;
    if (chosen !== undefined) {
      this.choose(chosen, { reveal: false });
      this.focus(chosen);
      this.able.reveal?.(chosen);
      void this.lookInto(chosen);
    }
  }

  /** What a component does when it fails is shown with it, where that costs nothing to know. */
  private async lookInto(component: string): Promise<void> {
    const cascade = await this.able.simulate(`component:${component}`);
    if (cascade && this.chosen === component) {
      this.player.show(cascade, 'end');
    } else if (this.chosen === component) {
      this.player.clear();
    }
  }

  private toggle(group: string): void {
    if (!this.open.delete(group)) {
      this.open.add(group);
    }
    const before = this.canvas.view;
    this.redrawn(false);
    this.canvas.view = before;
    this.canvas.sync();
    const inside = this.shown.components.find(component => groupOf(component, this.grouping) === group);
    if (this.open.has(group) && inside) {
      this.focus(inside.id);
      this.canvas.reveal(inside.id);
    } else {
      this.focus(`\u0001group:${group}`);
      this.canvas.reveal(`\u0001group:${group}`);
    }
  }

  /** Opens the groups that hide these. */
  private openFor(ids: string[]): void {
    const hidden = ids.filter(component => !this.canvas.placeOf(component));
    if (hidden.length === 0) {
      return;
    }
    for (const component of hidden) {
      const known = this.byId.get(component);
      const group = known && groupOf(known, this.grouping);
      if (group !== undefined) {
        this.open.add(group);
      }
    }
    if (this.around.value !== '') {
      this.around.value = '';
    }
    this.draw();
  }

  private redrawn(fit = true): void {
    this.draw();
    if (fit) {
      this.canvas.fit();
    }
    this.decorateAll();
    this.tell();
    this.remember();
  }

  private draw(): void {
    this.shown = compared(this.system, this.mode);
    this.byId = new Map(this.shown.components.map(component => [component.id, component]));
    if (this.chosen !== undefined && !this.byId.has(this.chosen)) {
      this.chosen = undefined;
    }
    const steps = this.around.value;
    const part = steps !== '' && this.chosen !== undefined ? neighbourhood(this.shown, this.chosen, Number(steps), Infinity) : this.shown;
    const boxes = drawn(part, this.grouping, this.open);
    this.canvas.show(layout(boxes, this.direction), this.direction, { changes: this.shown.changes, lines: this.shown.lines });
    this.canvas.svg.classList.toggle('many-lines', boxes.lines.length > 3 * boxes.boxes.length);
    const all = this.shown.components.length;
    const closed = boxes.boxes.filter(isGroup).length;
    const words = part.components.length === all ? `${all} components` : `${part.components.length} of ${all} components around ${this.chosen}`;
    this.status.textContent = [words, closed > 0 ? `${closed} groups closed` : '', all === 0 ? 'nothing was found here' : ''].filter(Boolean).join(' · ');
    this.offerFaults();
    this.writeList();
  }

  private writeList(): void {
    if (this.listed.open) {
      this.list.innerHTML = outlineHtml(this.shown);
    }
  }

  private escape(): void {
    this.search.clear();
    this.player.clear();
    this.choose(undefined);
  }

  private key(event: KeyboardEvent): void {
    const handled: Record<string, () => void> = {
      '+': () => this.canvas.zoom(1.25),
      '=': () => this.canvas.zoom(1.25),
      '-': () => this.canvas.zoom(0.8),
      '0': () => this.canvas.fit(),
      '/': () => this.search.input.focus(),
      Escape: () => this.escape(),
      ' ': () => void this.player.toggle(),
      Enter: () => this.enter(event.target as Element),
      ArrowDown: () => this.walk('down'),
      ArrowUp: () => this.walk('up'),
      ArrowLeft: () => this.walk('left'),
      ArrowRight: () => this.walk('right'),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : handled[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }

  private enter(target: Element): void {
    const { group, close } = target.closest<SVGElement>('[data-group], [data-close]')?.dataset ?? {};
    const toggled = group ?? close;
    if (toggled !== undefined) {
      this.toggle(toggled);
      return;
    }
    const chosen = target.closest<SVGElement>('[data-id]')?.dataset.id;
    if (chosen !== undefined) {
      this.choose(chosen, { reveal: false });
      this.focus(chosen);
      this.able.reveal?.(chosen);
      void this.lookInto(chosen);
    }
  }

  /** Along a line where one leads that way, else to the nearest box of the layer. */
  private walk(way: 'down' | 'up' | 'left' | 'right'): void {
    const here = this.focused === undefined ? undefined : this.canvas.placeOf(this.focused);
    if (!here) {
      const first = this.canvas.all()[0];
      if (first) {
        this.focus(first.box.id);
      }
      return;
    }
    const along = this.direction === 'down' ? { forward: 'down', back: 'up' } : { forward: 'right', back: 'left' };
    const lines = this.canvas.linesOfBoxes();
    const targets = way === along.forward ? lines.filter(([from]) => from === here.box.id).map(([, to]) => to)
      : way === along.back ? lines.filter(([, to]) => to === here.box.id).map(([from]) => from) : [];
    const far = (place: { x: number; y: number }) => Math.abs(place.x - here.x) + Math.abs(place.y - here.y);
    const tied = targets.flatMap(target => this.canvas.placeOf(target ?? '') ?? []);
    const side = way === 'down' || way === 'up' ? 'y' : 'x';
    const sign = way === 'down' || way === 'right' ? 1 : -1;
    const other = side === 'x' ? 'y' : 'x';
    const beside = this.canvas.all().filter(place => (place[side] - here[side]) * sign > 1).sort((one, two) => 4 * Math.abs(one[other] - here[other]) + Math.abs(one[side] - here[side]) - 4 * Math.abs(two[other] - here[other]) - Math.abs(two[side] - here[side]));
    const next = tied.length > 0 ? tied.sort((one, two) => far(one) - far(two))[0] : beside[0];
    if (next) {
      this.focus(next.box.id);
    }
  }

  private focus(box: string): void {
    this.focused = box;
    this.canvas.reveal(box);
    const drawn = this.canvas.elementOf(box);
    this.decorateAll();
    drawn?.focus({ preventScroll: true });
  }

  private offerFaults(): void {
    this.player.offer(this.system, this.chosen === undefined ? undefined : this.byId.get(this.chosen));
  }

  private decorateAll(): void {
    this.decorate([...this.canvas.svg.querySelectorAll('.node, .edge, .close')]);
  }

  /** Puts on drawn elements what does not change where they are: chosen, found, filtered, failed. */
  private decorate(drawn: Element[]): void {
    const { at, cascade } = this.player;
    const effects = new Map((cascade?.effects ?? []).filter(effect => !effect.spared).map(effect => [effect.component, effect]));
    const reached = cascade === undefined && this.chosen !== undefined ? this.reach(this.chosen) : undefined;
    const first = this.focused ?? this.canvas.all()[0]?.box.id;
    for (const one of drawn as SVGElement[]) {
      if (one.classList.contains('edge')) {
        const [from = '', to = ''] = (one.dataset.ends ?? '').split('\n');
        const isOn = cascade ? this.falls(from, effects) && this.falls(to, effects) : !reached || (reached.has(from) && reached.has(to));
        one.classList.toggle('dim', !isOn);
        continue;
      }
      const { id: name, group } = one.dataset;
      const box = name ?? (group === undefined ? undefined : `\u0001group:${group}`);
      one.setAttribute('tabindex', box === first ? '0' : '-1');
      if (name === undefined) {
        const dim = cascade ? !this.falls(box ?? '', effects) : reached !== undefined && box !== undefined && !reached.has(box);
        one.classList.toggle('dim', dim && group !== undefined);
        continue;
      }
      const component = this.byId.get(name);
      const effect = effects.get(name);
      const health = effect && healthAt(effect, at);
      one.classList.remove('DOWN', 'OVERLOADED', 'DEGRADED', 'BACK');
      if (health) {
        one.classList.add(health);
      }
      one.classList.toggle('chosen', name === this.chosen);
      one.classList.toggle('hit', this.search.has(name));
      const isFiltered = component !== undefined && !this.filters.passes(component);
      one.classList.toggle('dim', isFiltered || (cascade ? effect === undefined : reached !== undefined && !reached.has(name)));
      const line = one.querySelector<SVGElement>('.type');
      if (line) {
        line.dataset.own ??= line.textContent ?? '';
        const after = effect && effect.at > 0 ? ` after ${duration(effect.at)}` : '';
        line.textContent = health === 'BACK' ? `back after ${duration(effect?.back ?? 0)}` : health ? `${health}${after}` : line.dataset.own;
      }
    }
  }

  /** Whether anything of a box falls. */
  private falls(box: string, effects: ReadonlyMap<string, unknown>): boolean {
    if (effects.has(box)) {
      return true;
    }
    const place = box.startsWith('\u0001') ? this.canvas.placeOf(box) : undefined;
    return place !== undefined && isGroup(place.box) && place.box.members.some(member => effects.has(member.id));
  }

  /** The boxes that a component leads to, and that lead to it. */
  private reach(start: string): Set<string> {
    const found = new Set([start]);
    const lines = this.canvas.linesOfBoxes();
    for (const [from, to] of [[0, 1], [1, 0]] as const) {
      const next = new Map<string, string[]>();
      for (const line of lines) {
        next.set(line[from], [...(next.get(line[from]) ?? []), line[to]]);
      }
      const front = new Set([start]);
      // A set may grow while it is walked: new members are visited too.
      for (const box of front) {
        next.get(box)?.forEach(target => front.add(target));
      }
      front.forEach(box => found.add(box));
    }
    return found;
  }

  private tell(): void {
    const component = this.chosen === undefined ? undefined : this.byId.get(this.chosen);
    const { cascade } = this.player;
    if (cascade) {
      this.side.replaceChildren(...cascadeSide(cascade, this.shown.components.length, component, this.player.own(component), this.able.open !== undefined));
    } else if (component) {
      this.side.replaceChildren(...componentSide(component, this.able.command?.(component.id), this.player.own(component), this.able.open !== undefined));
    } else {
      this.side.replaceChildren(...emptySide(this.system, this.shown, this.mode));
    }
  }

  private async exported(format: 'svg' | 'png' | 'mmd' | 'dot'): Promise<void> {
    const name = (this.system.title.match(/[\w.-]+/g)?.join('-') || 'graph').slice(0, 60);
    const texts = { mmd: () => mermaid(this.shown), dot: () => dot(this.shown) };
    if (format === 'mmd' || format === 'dot') {
      this.able.save?.(`${name}.${format}`, texts[format]());
      return;
    }
    this.canvas.drawAll();
    const svg = svgText(this.canvas.svg, this.able.style, this.canvas.size);
    const content = format === 'svg' ? svg : await pngUrl(svg, 2);
    if (content === undefined) {
      this.status.textContent = 'the picture is too large for a PNG';
      return;
    }
    this.able.save?.(`${name}.${format}`, content);
  }

  private remember(): void {
    this.able.remember?.({
      grouping: this.wasGrouped ? this.grouping : undefined,
      open: [...this.open],
      chosen: this.chosen,
      steps: this.around.value,
      direction: this.direction,
      mode: this.mode,
      filters: [...this.filters.on],
      view: this.canvas.view,
    } as State);
  }
}
