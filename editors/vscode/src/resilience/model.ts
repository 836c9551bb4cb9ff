// What the view shows: stacks, groups of findings, findings. Decides words and order only; touches no editor API.

import { shortName } from '../../../graph/src/words';
import type { FoundFinding, FoundStack, ListedStack, Severity, SuppressedFinding } from '../protocol';

export { shortName };

/** How the findings of a stack are put together. */
export type Grouping = 'severity' | 'rule' | 'file';

export interface Group {
  id: string;
  label: string;
  findings: FoundFinding[];
  /** Said instead of findings. */
  notes: string[];
  suppressed: SuppressedFinding[];
  open: boolean;
}

const LOUDNESS: Severity[] = ['hint', 'info', 'warning', 'error'];

/** The most points first; of as many the severest, then by place. */
export function byPoints(one: FoundFinding, other: FoundFinding): number {
  return (
    other.points - one.points ||
    LOUDNESS.indexOf(other.grade) - LOUDNESS.indexOf(one.grade) ||
    one.file.localeCompare(other.file) ||
    one.range.start.line - other.range.start.line
  );
}

/** The groups of a stack, empty ones left out. */
export function groups(stack: FoundStack, grouping: Grouping, onlyNew: boolean): Group[] {
  const compared = stack.base !== null;
  const isNew = (finding: FoundFinding) => finding.new && compared;
  const shown = stack.findings.filter(finding => !onlyNew || isNew(finding)).sort(byPoints);
  const accepted = shown.filter(finding => finding.accepted);
  const rest = shown.filter(finding => !finding.accepted);
  const all: Group[] = [];
  const add = (id: string, label: string, findings: FoundFinding[], open: boolean) => {
    if (findings.length > 0) {
      all.push({ id, label, findings, notes: [], suppressed: [], open });
    }
  };
  if (grouping === 'severity') {
    const old = rest.filter(finding => !isNew(finding));
    const single = (finding: FoundFinding) => finding.rule === 'single-point-of-failure';
    add('new', `New since ${stack.base?.words || stack.base?.rev || 'the base'}`, rest.filter(isNew), true);
    add('single', 'Single points of failure', old.filter(single), true);
    add('better', 'Could be better', old.filter(finding => !single(finding) && finding.grade !== 'hint'), !old.some(single));
    add('hints', 'Hints', old.filter(finding => !single(finding) && finding.grade === 'hint'), false);
  } else {
    const key = (finding: FoundFinding) => (grouping === 'rule' ? finding.rule : finding.file);
    for (const name of new Set(rest.map(key))) {
      const label = grouping === 'rule' ? ruleWords(name) : shortPath(name, stack.root);
      add(`${grouping}:${name}`, label, rest.filter(finding => key(finding) === name), true);
    }
  }
  if (!onlyNew) {
    const suppressed = stack.suppressed ?? [];
    if (accepted.length + suppressed.length > 0) {
      all.push({ id: 'accepted', label: 'Accepted', findings: accepted, notes: [], suppressed, open: false });
    }
    const notes = unread(stack);
    if (notes.length > 0) {
      all.push({ id: 'unread', label: 'Not read', findings: [], notes, suppressed: [], open: false });
    }
  }
  return all;
}

/** What of the stack was not understood, a line each. */
export function unread(stack: FoundStack): string[] {
  const types = Object.entries(stack.understood?.unknown_types ?? {});
  const lines = types.map(([type, count]) => `${type}${count > 1 ? ` ×${count}` : ''}: not known`);
  const open = (stack.understood?.open_variables ?? []).map(name => `${name}: no value, and the score hangs on it`);
  const problems = stack.problems.map(problem => `${shortPath(problem.file, stack.root)}:${problem.range.start.line + 1}: ${problem.message}`);
  return [...lines, ...open, ...problems];
}

/** `read 6 of 9 resources`; empty where all was read. */
export function readWords(stack: FoundStack): string {
  const { judged = 0, of = 0 } = stack.understood ?? {};
  return judged < of ? `read ${judged} of ${of} resources` : '';
}

/** `41.6 ▼ 4.1`, `67`, `no score`; what is not analysed says so. */
export function stackFigures(stack: ListedStack | FoundStack): string {
  if ('open' in stack && !stack.open && !('score' in stack)) {
    return 'not analysed yet';
  }
  const parts = [stack.score == null ? 'no score' : number(stack.score)];
  const points = stack.base?.points;
  if (points != null && Math.abs(points) >= 0.05) {
    parts.push(`${points < 0 ? '▼' : '▲'} ${number(Math.abs(points))}`);
  }
  return parts.join(' ');
}

/** `4.1 points · 43 h a year · main.tf:23`. */
export function findingFigures(finding: FoundFinding, root: string): string {
  const parts: string[] = [];
  if (finding.points >= 0.05) {
    parts.push(`${number(finding.points)} points`);
  }
  const time = yearly(finding.minutes_per_year);
  if (time) {
    parts.push(time);
  }
  parts.push(`${shortPath(finding.file, root)}:${finding.range.start.line + 1}`);
  return parts.join(' · ');
}

/** `orders: single point of failure`. */
export function findingLabel(finding: FoundFinding): string {
  return `${shortName(finding.component)}: ${ruleWords(finding.rule)}`;
}

/** `single-point-of-failure` as words. */
export function ruleWords(rule: string): string {
  return rule.replaceAll('-', ' ');
}

/** A path below the stack's directory, as short as it can be told. */
export function shortPath(file: string, root: string): string {
  if (file === root) {
    return file.split('/').at(-1) ?? file;
  }
  const here = root.replace(/\/+$/, '').split('/');
  const there = file.split('/');
  let common = 0;
  while (common < here.length && common < there.length - 1 && here[common] === there[common]) {
    common++;
  }
  const up = here.length - common;
  return up > 3 ? file : [...Array<string>(up).fill('..'), ...there.slice(common)].join('/');
}

/** Minutes a year in the words of people; empty below half a minute. */
export function yearly(minutes: number): string {
  if (minutes < 0.5) {
    return '';
  }
  if (minutes < 90) {
    return `${Math.round(minutes)} min a year`;
  }
  const hours = minutes / 60;
  return hours < 100 ? `${Math.round(hours)} h a year` : `${Math.round(hours / 24)} d a year`;
}

function number(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
