// A failure in time: what each component is at a moment, on the way down and on the way back.

import type { Cascade, Effect, Health } from './system';

export interface Moment {
  /** Seconds after the failure; before it for the first. */
  at: number;
  /** What happens then, in words. */
  words: string;
}

/** One moment for each time at which anything changes; the first is before anything fails. */
export function moments(cascade: Cascade, duration: (seconds: number) => string): Moment[] {
  const times = new Set<number>();
  for (const { at, back } of cascade.effects) {
    times.add(at);
    if (back != null && back > at) {
      times.add(back);
    }
  }
  const sorted = [...times].sort((one, other) => one - other);
  const moment = (at: number): Moment => {
    const falls = cascade.effects.filter(effect => effect.at === at).length;
    const backs = cascade.effects.filter(effect => effect.back === at).length;
    const what = [falls > 0 ? `${falls} ${falls === 1 ? 'is' : 'are'} worse` : '', backs > 0 ? `${backs} back` : ''].filter(Boolean).join(', ');
    return { at, words: `${duration(at)}: ${what}` };
  };
  return [{ at: -1, words: 'before it fails' }, ...sorted.map(moment)];
}

/** What a component is at a moment; nothing where it is well. */
export function healthAt(effect: Effect, at: number): Health | 'BACK' | undefined {
  if (at < effect.at) {
    return undefined;
  }
  return effect.back != null && at >= effect.back && effect.back > effect.at ? 'BACK' : effect.health;
}
