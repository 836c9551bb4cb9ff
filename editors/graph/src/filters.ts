// Filters: what does not pass is dim.

import { button, choice, html, labelled } from './dom';
import type { Component, System } from './system';
import { zonesOf } from './system';

const FILTERS: { name: string; label: string; holds: (component: Component) => boolean }[] = [
  { name: 'single', label: 'single points', holds: component => component.single_point === true },
  { name: 'new', label: 'new', holds: component => component.new === true },
  { name: 'entry', label: 'entry points', holds: component => component.entry },
];

export class Filters {
  readonly elements: HTMLElement[];
  /** The names of those that are on. */
  readonly on: Set<string>;
  private readonly zone = choice([], '');
  private readonly zoneLabel = labelled('Zone', this.zone);

  constructor(on: string[], changed: () => void) {
    this.on = new Set(on);
    const chips = FILTERS.map(({ name, label }) => {
      const chip = button(label, () => {
        if (!this.on.delete(name)) {
          this.on.add(name);
        }
        chip.setAttribute('aria-pressed', String(this.on.has(name)));
        changed();
      });
      chip.classList.add('chip');
      chip.setAttribute('aria-pressed', String(this.on.has(name)));
      return chip;
    });
    this.zone.addEventListener('change', changed);
    this.elements = [...chips, this.zoneLabel];
  }

  /** The zones of a system can be chosen. */
  offer(system: System): void {
    const zones = [...new Set(system.components.flatMap(zonesOf))].sort();
    const before = this.zone.value;
    this.zoneLabel.hidden = zones.length === 0;
    this.zone.replaceChildren(...['', ...zones].map(name => html('option', { value: name, textContent: name || 'any' })));
    this.zone.value = zones.includes(before) ? before : '';
  }

  passes(component: Component): boolean {
    const zone = this.zone.value;
    return FILTERS.every(({ name, holds }) => !this.on.has(name) || holds(component)) && (zone === '' || zonesOf(component).includes(zone));
  }
}
