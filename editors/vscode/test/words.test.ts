// The words of the status bar and of time spans.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration } from '../../graph/src/duration';
import type { Base, Status } from '../src/protocol';
import { repairLine, statusText, statusTooltip } from '../src/statusText';

const STATUS: Status = { root: 'envs/prod', score: 63, structuralNines: 3.15, base: null, newFindings: 0 };

const BASE: Base = { rev: 'abc123', words: 'merge base with main', score: 72, score_after: 63, points: -9 };

function checkStatus(change: Partial<Status>, expected: string): void {
  test(`status bar: ${expected}`, () => assert.equal(statusText({ ...STATUS, ...change }), expected));
}

checkStatus({ structuralNines: 3.12 }, 'Resilience 63 · 3.1 nines');
checkStatus({ newFindings: 1, structuralNines: 3.12 }, 'Resilience 63 · 3.1 nines · 1 risk');
checkStatus({ newFindings: 2, structuralNines: null }, 'Resilience 63 · 2 risks');
checkStatus({ score: null, structuralNines: null }, 'Resilience ?');

const UNSCORED = {
  score: null,
  structuralNines: null,
  understood: 'no score: only 1 of 4 resources are of types that are known; not known: acme_server x2, acme_balancer',
};

checkStatus(UNSCORED, 'no score: only 1 of 4 resources are of types that are known');
checkStatus({ ...UNSCORED, newFindings: 1 }, 'no score: only 1 of 4 resources are of types that are known · 1 risk');
checkStatus({ ...UNSCORED, understood: 'no score: nothing that users reach is in it, only aws_kms_key' }, 'no score: nothing that users reach is in it');
checkStatus({ score: 45.4, range: [45.4, 73.9] }, 'Resilience 45.4 (45.4 to 73.9) · 3.1 nines');
checkStatus({ score: 45.4, range: null }, 'Resilience 45 · 3.1 nines');
checkStatus({ score: 0, range: [0, 73.96] }, 'Resilience 0 (0 to 74) · 3.1 nines');
checkStatus({ understood: 'judged 34 of 42 resources; not known: acme_server x8' }, 'Resilience 63 · 3.1 nines');

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

test('the tooltip names the best repairs, and no name in them is markup', () => {
  const line = repairLine({ component: 'aws_db_instance.orders', title: 'Enable Multi-AZ', points: 6.24 });
  assert.equal(line, 'aws_db_instance.orders: Enable Multi-AZ, +6.2 points');
  assert.match(statusTooltip(STATUS, [], [line, '[x](command:evil)']), /^- aws\\_db\\_instance\.orders: Enable Multi-AZ, \+6\.2 points\n- \\\[x\\\]\(command:evil\)$/m);
  assert.doesNotMatch(statusTooltip(STATUS), /best repairs/);
});

test('the tooltip says how much was judged', () => {
  const judged = statusTooltip({
    ...STATUS,
    score: 45.4,
    range: [45.4, 73.9],
    understood: 'judged 34 of 42 resources; not known: oci_core_instance x8',
    open: ['var.tasks'],
  });
  assert.match(judged, /^Score 45\.4 of 100, with all that is not known between 45\.4 and 73\.9$/m);
  assert.match(judged, /^Judged 34 of 42 resources; not known: oci\\_core\\_instance x8$/m);
  assert.match(judged, /^Without a value, and the score hangs on it: `var\.tasks`$/m);
  assert.match(statusTooltip({ ...STATUS, ...UNSCORED }), /^No score: only 1 of 4 .* known; not known: acme\\_server x2, acme\\_balancer$/m);
  assert.match(statusTooltip({ ...STATUS, score: null }), /^Score unknown$/m);
  assert.doesNotMatch(statusTooltip(STATUS), /not known|without a value/i);
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
