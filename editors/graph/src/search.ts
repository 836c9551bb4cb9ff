// Search: any part of a name, and from one that was found to the next.

import { html } from './dom';
import type { Component } from './system';

export class Search {
  readonly input = html('input', { type: 'search', placeholder: 'any part of a name', className: 'search' });
  readonly count = html('span', { className: 'hits', role: 'status' });
  private hits: string[] = [];
  private hit = -1;

  /** `left` is told when somebody leaves it by Escape. */
  constructor(
    private readonly components: () => Component[],
    private readonly found: (id: string | undefined) => void,
    left: () => void,
  ) {
    this.input.addEventListener('input', () => this.find());
    this.input.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        this.next(event.shiftKey ? -1 : 1);
      } else if (event.key === 'Escape') {
        event.stopPropagation();
        this.clear();
        this.found(undefined);
        left();
      }
    });
  }

  has(id: string): boolean {
    return this.hits.includes(id);
  }

  clear(): void {
    this.input.value = '';
    this.hits = [];
    this.count.textContent = '';
  }

  private find(): void {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const meets = ({ id, kind, label }: Component) => words.every(word => `${id} ${kind} ${label}`.toLowerCase().includes(word));
    this.hits = words.length === 0 ? [] : this.components().filter(meets).map(({ id }) => id);
    this.hit = -1;
    if (this.hits.length > 0) {
      this.next(1);
      return;
    }
    this.count.textContent = words.length === 0 ? '' : 'not found';
    this.found(undefined);
  }

  private next(step: number): void {
    if (this.hits.length > 0) {
      this.hit = (this.hit + step + this.hits.length) % this.hits.length;
      this.count.textContent = `${this.hit + 1} of ${this.hits.length}`;
      this.found(this.hits[this.hit]);
    }
  }
}
