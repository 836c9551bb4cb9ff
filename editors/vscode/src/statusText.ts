// The words of the status bar item.

import type { Status } from './protocol';

/**
 * `Resilience 63 · 3.1 nines · -14.8 · 2 new risks · prod.tfvars`, `Resilience 45.4 (45.4 to 73.9) · 1.2 nines` or
 * `no score: only 1 of 4 resources are of types that are known`; what is unknown is left out.
 */
export function statusText(status: Status): string {
  const parts = [headline(status)];
  if (status.structuralNines != null) {
    parts.push(`${status.structuralNines.toFixed(1)} nines`);
  }
  const change = signed(status.base?.points);
  if (change) {
    parts.push(change);
  }
  if (status.newFindings > 0) {
    // Nothing is new where nothing is compared.
    parts.push(count(status.newFindings, status.base ? 'new risk' : 'risk'));
  }
  if (status.name) {
    parts.push(status.name);
  }
  return parts.join(' · ');
}

function headline({ score, range, understood }: Status): string {
  if (score == null) {
    // The types that are not known are in the tooltip.
    return understood?.split(/[;,]/)[0] || 'Resilience ?';
  }
  return range ? `Resilience ${number(score)} (${number(range[0])} to ${number(range[1])})` : `Resilience ${Math.round(score)}`;
}

/** Markdown: the stack, its figures and the comparison with the base; `all` are the stacks of its root. */
export function statusTooltip(status: Status, all: Status[] = [], repairs: string[] = []): string {
  const lines = [`**Foreshock** · stack \`${status.root || '.'}\``];
  if (status.name) {
    lines.push(`Read with \`${status.name}\``);
  }
  if (status.score == null) {
    lines.push(status.understood ? sentence(status.understood) : 'Score unknown');
  } else {
    const between = status.range ? `, with all that is not known between ${number(status.range[0])} and ${number(status.range[1])}` : '';
    lines.push(`Score ${number(status.score)} of 100${between}`);
    if (status.understood) {
      lines.push(sentence(status.understood));
    }
  }
  if (status.open?.length) {
    lines.push(`Without a value, and the score hangs on it: ${status.open.map(name => `\`${name}\``).join(', ')}`);
  }
  if (status.structuralNines != null) {
    lines.push(`${status.structuralNines.toFixed(2)} structural nines: what the design alone allows`);
  }
  if (status.base) {
    const { rev, words, score, score_after, points } = status.base;
    const scored = score == null ? 'has no score for this stack' : `${number(score)}, since then ${signed(points) || 'no change'}`;
    // What came new is in the score, and not in what is compared.
    const other = status.score != null && score_after != null && Math.abs(status.score - score_after) >= 0.05;
    lines.push(`Base \`${rev}\` (${words}): ${scored}${other ? ', at its entry points' : ''}`);
  }
  const risk = status.base ? 'new risk' : 'risk';
  lines.push(status.newFindings > 0 ? count(status.newFindings, risk) : `No ${risk}s`);
  for (const other of all.filter(other => other.name !== status.name)) {
    lines.push(`Also \`${other.name ?? ''}\`: ${statusText({ ...other, name: null })}`);
  }
  if (repairs.length > 0) {
    lines.push(`The best repairs (*Foreshock: Fix the Best Three…*):\n${repairs.map(line => `- ${escaped(line)}`).join('\n')}`);
  }
  lines.push('Click for the dependency graph');
  return lines.join('\n\n');
}

/** A repair in a line: `orders: Enable Multi-AZ, +6.2 points`. */
export function repairLine({ title, component, points }: { title: string; component: string; points: number }): string {
  return `${component}: ${title}, +${points.toFixed(1)} points`;
}

/** Plain words as a sentence of Markdown. */
function sentence(words: string): string {
  return escaped(words.slice(0, 1).toUpperCase() + words.slice(1));
}

/** Plain words in Markdown: names of types are full of what would be emphasis. */
function escaped(words: string): string {
  return words.replace(/[\\`*_[\]<>]/g, '\\$&');
}

/** Points with their sign; nothing for none. */
function signed(points: number | null | undefined): string {
  return points == null || Math.abs(points) < 0.05 ? '' : `${points > 0 ? '+' : ''}${number(points)}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
