// The words of the status bar and of time spans.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration } from '../src/duration';
import type { Base, Status } from '../src/protocol';
import { statusText, statusTooltip } from '../src/statusText';

const STATUS: Status = { root: 'envs/prod', score: 63, structuralNines: 3.15, base: null, newFindings: 0 };

const BASE: Base = { rev: 'abc123', words: 'merge base with main', score: 72, score_after: 63, points: -9 };

function checkStatus(change: Partial<Status>, expected: string): void {
  test(`status bar: ${expected}`, () => assert.equal(statusText({ ...STATUS, ...change }), expected));
}

checkStatus({ structuralNines: 3.12 }, 'Resilience 63 · 3.1 nines');
checkStatus({ newFindings: 1, structuralNines: 3.12 }, 'Resilience 63 · 3.1 nines · 1 new risk');
checkStatus({ newFindings: 2, structuralNines: null }, 'Resilience 63 · 2 new risks');
checkStatus({ score: null, structuralNines: null }, 'Resilience ?');

checkStatus({ base: BASE, newFindings: 1 }, 'Resilience 63 · 3.1 nines · -9 · 1 new risk');
checkStatus({ base: { ...BASE, points: 12.34 } }, 'Resilience 63 · 3.1 nines · +12.3');
checkStatus({ base: { ...BASE, points: 0.01 } }, 'Resilience 63 · 3.1 nines');

checkStatus({ structuralNines: 3.12, name: 'prod.tfvars' }, 'Resilience 63 · 3.1 nines · prod.tfvars');

test('the tooltip names what a stack is read with, and the others of its root', () => {
  const [one, other] = [{ ...STATUS, name: 'prod.tfvars' }, { ...STATUS, name: 'canary', score: 50 }];
  const text = statusTooltip(one, [one, other]);
  assert.match(text, /Read with `prod\.tfvars`/);
  assert.match(text, /Also `canary`: Resilience 50 · 3\.\d nines/);
});

test('the tooltip compares with the base', () => {
  assert.match(statusTooltip({ ...STATUS, base: BASE }), /Base `abc123` \(merge base with main\): 72, since then -9/);
  assert.match(statusTooltip({ ...STATUS, base: { ...BASE, points: 0 } }), /: 72, since then no change/);
  assert.match(statusTooltip({ ...STATUS, base: { ...BASE, score_after: 70 } }), /since then -9, at its entry points$/m);
  assert.match(statusTooltip({ ...STATUS, base: { ...BASE, score: null, points: null } }), /has no score for this stack/);
});

function checkDuration(seconds: number, expected: string): void {
  test(`duration ${seconds}`, () => assert.equal(duration(seconds), expected));
}

checkDuration(0, '0 s');
checkDuration(0.25, '0.3 s');
checkDuration(30, '30 s');
checkDuration(59.7, '1 min');
checkDuration(250, '4 min 10 s');
checkDuration(3599.6, '1 h');
checkDuration(9000, '2 h 30 min');
checkDuration(90_000, '1 d 1 h');
