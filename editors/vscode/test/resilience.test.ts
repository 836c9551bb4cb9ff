// The words and the order of the resilience view, without an editor.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FoundFinding, FoundStack } from '../src/protocol';
import { findingFigures, findingLabel, groups, shortName, shortPath, stackFigures, unread, yearly } from '../src/resilience/model';

const nowhere = { start: { line: 22, character: 0 }, end: { line: 22, character: 5 } };

function finding(rule: string, component: string, points: number, more: Partial<FoundFinding> = {}): FoundFinding {
  return {
    rule, component, points, severity: 'error', grade: 'error', new: false, accepted: false, message: 'why', file: '/w/shop/main.tf', range: nowhere,
    affected: [], minutes_per_year: points * 400, evidence: [], fixes: [], ...more,
  };
}

function stack(findings: FoundFinding[], more: Partial<FoundStack> = {}): FoundStack {
  const base = { rev: '92d3cb6', words: 'main', score: 41.6, score_after: 37.5, points: -4.1 };
  return { root: '/w/shop', title: 'shop', kind: 'terraform', score: 37.5, structural_nines: 2, availability: null, base, findings, problems: [], ...more };
}

const SPOF = 'single-point-of-failure';

function checkGroups(name: string, of: FoundStack, expected: string[], onlyNew = false): void {
  test(`groups: ${name}`, () => {
    const lines = groups(of, 'severity', onlyNew).flatMap(group => [group.label, ...group.findings.map(one => `  ${findingLabel(one)}`), ...group.suppressed.map(() => '  suppressed'), ...group.notes.map(note => `  ${note}`)]);
    assert.deepEqual(lines, expected);
  });
}

const mixed = [
  finding('single-zone', 'aws_lb.web', 1, { grade: 'warning' }),
  finding(SPOF, 'aws_db_instance.orders', 6.7),
  finding(SPOF, 'aws_ecs_service.api', 4.1, { new: true }),
  finding(SPOF, 'aws_db_instance.mails', 9),
  finding('single-zone', 'x.old', 2, { accepted: true }),
];

checkGroups('new first, then by points', stack(mixed), [
  'New since main', '  api: single point of failure',
  'Single points of failure', '  mails: single point of failure', '  orders: single point of failure',
  'Could be better', '  web: single zone',
  'Accepted', '  old: single zone',
]);
checkGroups('nothing is new where nothing is compared', stack([finding(SPOF, 'a.b', 1, { new: true })], { base: null }), ['Single points of failure', '  b: single point of failure']);
checkGroups('only what is new', stack(mixed), ['New since main', '  api: single point of failure'], true);
checkGroups('what was not read', stack([], { understood: { judged: 6, of: 9, unknown_types: { foo_bar: 2 }, open_variables: ['var.env'] } }), [
  'Not read', '  foo_bar ×2: not known', '  var.env: no value, and the score hangs on it',
]);
checkGroups('nothing found, nothing to say', stack([]), []);

test('by rule and by file', () => {
  assert.deepEqual(groups(stack(mixed), 'rule', false).map(group => group.label), ['single point of failure', 'single zone', 'Accepted']);
  assert.deepEqual(groups(stack(mixed), 'file', false).map(group => group.label), ['main.tf', 'Accepted']);
});

test('figures', () => {
  assert.equal(findingFigures(finding(SPOF, 'a.b', 4.1, { minutes_per_year: 43 * 60 }), '/w/shop'), '4.1 points · 43 h a year · main.tf:23');
  assert.equal(findingFigures(finding(SPOF, 'a.b', 0), '/w/shop'), 'main.tf:23');
  assert.equal(stackFigures(stack([])), '37.5 ▼ 4.1');
  assert.equal(stackFigures({ root: '/w', title: 'w', kind: 'terraform', open: false }), 'not analysed yet');
  assert.equal(stackFigures(stack([], { score: null, base: null })), 'no score');
  assert.deepEqual([0.2, 5, 89, 120, 60 * 24 * 9].map(yearly), ['', '5 min a year', '89 min a year', '2 h a year', '9 d a year']);
});

function checkName(id: string, expected: string): void {
  test(`short name of ${id}`, () => assert.equal(shortName(id), expected));
}

checkName('aws_db_instance.orders', 'orders');
checkName('module.db["a.b"].aws_db_instance.this[0]', 'db["a.b"]');
checkName('module.db.aws_db_instance.replica', 'replica');
checkName('module.a.module.b.aws_lb.main', 'b');
checkName('module.server.aws_ecs_service.ecs_service', 'server');
checkName('module.web[0].aws_alb.alb[0]', 'web[0]');
checkName('aws_ecs_service.ecs_service', 'ecs_service');
checkName('postgres', 'postgres');

test('paths are told from the stack', () => {
  assert.equal(shortPath('/w/shop/main.tf', '/w/shop'), 'main.tf');
  assert.equal(shortPath('/w/modules/db/main.tf', '/w/envs/prod'), '../../modules/db/main.tf');
  assert.equal(shortPath('/w/checkout.yaml', '/w/checkout.yaml'), 'checkout.yaml');
  assert.equal(shortPath('/x/y.tf', '/a/b/c/d'), '/x/y.tf');
});

test('problems of the text are part of what was not read', () => {
  assert.deepEqual(unread(stack([], { problems: [{ file: '/w/shop/a.tf', range: nowhere, message: 'expected a brace' }] })), ['a.tf:23: expected a brace']);
});

test('the setting of rules lists every rule', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const listed = Object.keys(manifest.contributes.configuration.properties['foreshock.rules'].properties);
  const pages = readdirSync('../../docs/rules').filter(name => name.endsWith('.md')).map(name => name.replace(/\.md$/, ''));
  assert.deepEqual(listed, pages.sort());
});

test('every command of a menu is there, and has a title', () => {
  const { commands, menus } = JSON.parse(readFileSync('package.json', 'utf8')).contributes;
  const known = new Set(commands.map(({ command }: { command: string }) => command));
  for (const [menu, items] of Object.entries<{ command: string }[]>(menus)) {
    for (const { command } of items) {
      assert.ok(known.has(command), `${menu}: ${command}`);
    }
  }
});
