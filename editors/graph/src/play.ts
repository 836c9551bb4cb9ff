// A failure in time: what each component is at a moment, on the way down and on the way back.

import type { Cascade, Effect, Health } from './system';

export interface Moment {
  /** Seconds after the failure; before it for the first. */
  at: number;
  /** What happens then, in words. */
  words: string;
}

/** Says of what would fall that its cause is repaired before, and of what would fall only because of that. */
export function sparing(cascade: Cascade): Cascade {
  const known = new Map(cascade.effects.map(effect => [effect.component, effect]));
  const isSpared = (effect: Effect): boolean => {
    const seen = new Set<Effect>();
    for (let up: Effect | undefined = effect; up && !seen.has(up); up = up.because === undefined ? undefined : known.get(up.because)) {
      // What fails of itself has been repaired no sooner than it failed.
      if (up.at > 0 && up.back != null && up.back <= up.at) {
        return true;
      }
      seen.add(up);
    }
    return false;
  };
  return { ...cascade, effects: cascade.effects.map(effect => (isSpared(effect) ? { ...effect, spared: true } : effect)) };
}

/** One moment for each time at which anything changes; the first is before anything fails. */
export function moments(cascade: Cascade, duration: (seconds: number) => string): Moment[] {
  const times = new Set<number>();
  const effects = cascade.effects.filter(effect => !effect.spared);
  for (const { at, back } of effects) {
    times.add(at);
    if (back != null && back > at) {
      times.add(back);
    }
  }
  const sorted = [...times].sort((one, other) => one - other);
  const moment = (at: number): Moment => {
    const falls = effects.filter(effect => effect.at === at).length;
    const backs = effects.filter(effect => effect.back === at).length;
    const what = [falls > 0 ? `${falls} ${falls === 1 ? 'is' : 'are'} worse` : '', backs > 0 ? `${backs} back` : ''].filter(Boolean).join(', ');
    return { at, words: `${duration(at)}: ${what}` };
  };
  return [{ at: -1, words: 'before it fails' }, ...sorted.map(moment)];
}

/** What a component is at a moment; nothing where it is well. */
export function healthAt(effect: Effect, at: number): Health | 'BACK' | undefined {
  if (effect.spared || at < effect.at) {
    return undefined;
  }
  return effect.back != null && at >= effect.back && effect.back > effect.at ? 'BACK' : effect.health;
}
