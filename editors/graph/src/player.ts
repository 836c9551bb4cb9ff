// The failure that is played: which one, and the time that runs, forth and back.

import { button, choice, html, labelled } from './dom';
import { duration } from './duration';
import { type Moment, moments, sparing } from './play';
import type { Cascade, Component, FaultChoice, System } from './system';
import { zonesOf } from './system';

/** What a player can ask for. */
export interface Stage {
  simulate(fault: string, and?: string): Promise<Cascade | undefined>;
  faults?(component: Component | undefined): FaultChoice[];
}

/** What whoever looks on is told. */
export interface Audience {
  /** Another moment, or another failure, is shown. */
  changed(isOther: boolean): void;
  /** A component was looked for, and is the one that hurts most. */
  chosen(id: string): void;
}

const WORST: FaultChoice = { label: 'what hurts most', fault: 'worst' };

export class Player {
  readonly element: HTMLElement;
  private readonly fault = choice([], '');
  private readonly and = choice([], '');
  private readonly play = button('Play', () => void this.toggle());
  private readonly slider = html('input', { type: 'range', min: '0', max: '0', value: '0', step: '1', className: 'slider' });
  private readonly when = html('output', { className: 'when' });
  private steps: Moment[] = [];
  private moment = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private system: System = { title: '', components: [], dependencies: [] };
  /** What is played. */
  cascade: Cascade | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly audience: Audience,
  ) {
    this.slider.setAttribute('aria-label', 'Time after the failure');
    this.element = html('div', { className: 'controls time' }, labelled('Failure', this.fault), labelled('and', this.and), this.play, this.slider, this.when);
    this.slider.addEventListener('input', () => {
      this.stop();
      this.moment = Number(this.slider.value);
      this.look(false);
    });
  }

  /** Seconds after the failure. */
  get at(): number {
    return this.steps[this.moment]?.at ?? -1;
  }

  /** The failures of a component, or of the system. */
  offer(system: System, component: Component | undefined): void {
    this.system = system;
    const offered = this.stage.faults?.(component) ?? standard(system, component);
    const before = this.fault.value;
    const all = component ? [...offered, WORST] : [WORST, ...offered];
    this.fault.replaceChildren(...all.map(({ label, fault }) => html('option', { value: fault, textContent: label })));
    this.fault.value = all.some(({ fault }) => fault === before) && !component ? before : (all[0]?.fault ?? '');
    const second = this.and.value;
    const others = [{ label: 'nothing else', fault: '' }, ...(this.stage.faults?.(undefined) ?? standard(system, undefined)), ...single(system)];
    this.and.replaceChildren(...others.map(({ label, fault }) => html('option', { value: fault, textContent: label })));
    this.and.value = others.some(({ fault }) => fault === second) ? second : '';
  }

  /** The failures of a component itself. */
  own(component: Component | undefined): FaultChoice[] {
    const offered = component ? (this.stage.faults?.(component) ?? standard(this.system, component)) : [];
    return offered.filter(({ short }) => short !== undefined);
  }

  /** Plays a failure that is offered. */
  async ask(fault: string): Promise<void> {
    this.stop();
    this.fault.value = fault;
    this.and.value = '';
    await this.toggle();
  }

  /** Shows a failure, from before it or at its worst. */
  show(cascade: Cascade, at: 'start' | 'end'): void {
    this.stop();
    cascade = sparing(cascade);
    this.cascade = cascade;
    this.steps = moments(cascade, duration);
    // The way back is there to be looked at; what is shown at first is the worst of it.
    const falls = new Set(cascade.effects.filter(effect => !effect.spared).map(effect => effect.at));
    const last = this.steps.reduce((last, { at }, index) => (falls.has(at) ? index : last), 0);
    this.moment = at === 'end' ? last : 0;
    this.slider.max = String(this.steps.length - 1);
    this.look(true);
  }

  /** Nothing is played any more. */
  clear(): void {
    this.stop();
    this.cascade = undefined;
    this.steps = [];
    this.moment = 0;
    this.slider.max = '0';
    this.look(true);
  }

  /** Plays what is chosen, or stops it. */
  async toggle(): Promise<void> {
    if (this.timer) {
      this.stop();
      return;
    }
    const fault = this.fault.value;
    const and = this.and.value || undefined;
    const cascade = fault === WORST.fault ? await this.worst(and) : fault ? await this.stage.simulate(fault, and) : undefined;
    if (!cascade) {
      this.when.textContent = 'that is not known here';
      return;
    }
    this.show(cascade, 'start');
    this.play.textContent = 'Pause';
    const pace = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1600 : 900;
    this.timer = setInterval(() => {
      if (this.moment >= this.steps.length - 1) {
        this.stop();
        return;
      }
      this.moment++;
      this.look(false);
    }, pace);
  }

  /** The component whose finding costs most points. */
  private async worst(and: string | undefined): Promise<Cascade | undefined> {
    const cost = ({ points = 0, single_point = false }: Component) => points + (single_point ? 1e-6 : 0);
    const [costly] = [...this.system.components].sort((one, other) => cost(other) - cost(one));
    if (!costly) {
      return undefined;
    }
    this.audience.chosen(costly.id);
    return this.stage.simulate(`component:${costly.id}`, and);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.play.textContent = 'Play';
  }

  private look(isOther: boolean): void {
    this.slider.value = String(this.moment);
    this.slider.disabled = this.steps.length === 0;
    const words = this.steps[this.moment]?.words ?? '';
    this.when.textContent = words;
    this.slider.setAttribute('aria-valuetext', words);
    this.audience.changed(isOther);
  }
}

function standard(system: System, component: Component | undefined): FaultChoice[] {
  const zones = [...new Set(system.components.flatMap(zonesOf))].sort();
  const own = component ? [{ label: `${component.id} is down`, fault: `component:${component.id}`, short: 'it fails' }] : [];
  return [...own, ...zones.map(zone => ({ label: `zone ${zone} is lost`, fault: `zone:${zone}` }))];
}

/** The components that a second failure may take, the costliest first; more nobody looks through. */
function single({ components }: System): FaultChoice[] {
  const costly = [...components].sort((one, other) => (other.points ?? 0) - (one.points ?? 0)).slice(0, 100);
  return costly.map(({ id }) => ({ label: `${id} is down`, fault: `component:${id}` }));
}
