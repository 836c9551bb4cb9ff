// Layout and wording of the graph, without an editor.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbourhood } from '../src/graph/neighbourhood';
import { outline } from '../src/graph/outline';
import { picture } from '../src/graph/picture';
import { isWaypoint, tiers } from '../src/graph/tiers';
import { availabilityText, nameParts, redundancyText } from '../src/graph/words';
import type { Component, StackGraph } from '../src/protocol';

/** `a>b` is "a depends on b"; a name with `!` is an entry point. */
function graph(text: string): StackGraph {
  const components = new Map<string, Component>();
  const add = (name: string) => {
    const id = name.replace('!', '');
    const entry = name.endsWith('!') || (components.get(id)?.entry ?? false);
    components.set(id, { id, kind: 'service', label: id, entry });
    return id;
  };
  const dependencies = text.split(' ').flatMap(chain => {
    const ids = chain.split('>').map(add);
    return ids.slice(1).map((to, index) => ({ from: ids[index]!, to, kind: 'requires' as const, confidence: 'certain' as const }));
  });
  return { root: '.', components: [...components.values()], dependencies };
}

function checkTiers(text: string, expected: string): void {
  test(`tiers of ${text}`, () => {
    const rows = tiers(graph(text)).rows.map(row => row.filter(id => !isWaypoint(id)).sort().join(' '));
    assert.equal(rows.join(' / '), expected);
  });
}

checkTiers('a', 'a');
checkTiers('lb!>api>db', 'lb / api / db');
checkTiers('lb!>api>db lb>db', 'lb / api / db');
checkTiers('lb!>api>db lb>web>cache api>cache', 'lb / api web / cache db');
checkTiers('a>b>a', 'a / b');
checkTiers('a>b>c>b', 'a / b / c');
checkTiers('b>a a!>b', 'a / b');
checkTiers('a>a>b', 'a / b');
checkTiers('a c>b', 'c / b / a');
checkTiers('a! c>b', 'a c / b');

test('a long chain needs no recursion', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => `n${index}`).join('>');
  assert.equal(tiers(graph(chain)).rows.length, 20_000);
});

test('the barycentre sweeps leave no crossing that one swap removes', () => {
  assert.deepEqual(tiers(graph('t>a t>b a>y b>x')).rows, [['t'], ['a', 'b'], ['y', 'x']]);
});

test('a long line passes the tiers between through waypoints', () => {
  const { rows, paths } = tiers(graph('a>b>c a>c'));
  assert.deepEqual(paths.map(path => path.length), [2, 2, 3]);
  assert.equal(rows[1]!.length, 2);
});

test('a dependency on something unknown is not drawn', () => {
  const dangling = graph('a>b');
  dangling.dependencies.push({ from: 'a', to: 'gone', kind: 'requires', confidence: 'certain' });
  assert.deepEqual(tiers(dangling).paths[1], []);
  assert.equal(picture(dangling, new Map()).match(/class="edge/g)!.length, 1);
});

function checkName(id: string, type: string, name: string): void {
  test(`name parts of ${id}`, () => assert.deepEqual(nameParts(id), { type, name }));
}

checkName('aws_db_instance.orders', 'aws_db_instance', 'orders');
checkName('module.db["a.b"].aws_db_instance.this["x.y"]', 'module.db["a.b"].aws_db_instance', 'this["x.y"]');
checkName('postgres', '', 'postgres');

function checkOutline(text: string, expected: string[]): void {
  test(`outline of ${text}`, () => {
    const lines = outline(graph(text)).map(line => '  '.repeat(line.depth) + line.component.id + (line.again ? ' ^' : ''));
    assert.deepEqual(lines, expected);
  });
}

checkOutline('lb!>api>db', ['lb', '  api', '    db']);
checkOutline('lb!>api>db>disk lb>web>db', ['lb', '  api', '    db', '      disk', '  web', '    db ^']);
checkOutline('a>b>a', ['a', '  b', '    a ^']);
checkOutline('a b', ['a', 'b']);
checkOutline('x w>db lb!>db', ['lb', '  db', 'w', '  db', 'x']);

function checkRedundancy(redundancy: Component['redundancy'], expected: string): void {
  test(`redundancy ${expected}`, () => {
    assert.equal(redundancyText({ id: 'x', kind: '', label: '', entry: false, redundancy }), expected);
  });
}

checkRedundancy(undefined, '');
checkRedundancy({ instances: 1, required: 1, zones: ['a'], failover: 'none' }, '1 instance · 1 zone');
checkRedundancy({ instances: 3, required: 2, zones: ['a', 'b'], failover: 'automatic' }, '3 instances, 2 needed · 2 zones');
checkRedundancy({ instances: { unknown: 'var.n' }, required: 1, zones: { unknown: 'x' }, failover: 'manual' }, '? instances · ? zones');

function checkAvailability(value: number, expected: string): void {
  test(`availability ${value}`, () => {
    assert.equal(availabilityText({ id: 'x', kind: '', label: '', entry: false, availability: { value, source: 'sla' } }), expected);
  });
}

checkAvailability(0.995, '99.5 %');
checkAvailability(0.9995, '99.95 %');
checkAvailability(0.99999, '99.999 %');
checkAvailability(0.9, '90 %');
checkAvailability(1, '100 %');

test('names from files cannot become markup', () => {
  const hostile = graph('a>b');
  hostile.components[0]!.id = '<img src=x onerror=alert(1)>"';
  const svg = picture(hostile, new Map());
  assert.ok(!svg.includes('<img'));
  assert.ok(!/="[^"]*onerror[^"]*"[^ >]*"/.test(svg));
});

function checkNeighbourhood(text: string, start: string | undefined, steps: number, most: number, expected: string): void {
  test(`of ${text} ${steps} steps around ${start}, ${most} at most`, () => {
    const part = neighbourhood(graph(text), start, steps, most);
    assert.equal(part.components.map(component => component.id).sort().join(' '), expected);
    const kept = new Set(part.components.map(component => component.id));
    assert.ok(part.dependencies.every(({ from, to }) => kept.has(from) && kept.has(to)));
  });
}

checkNeighbourhood('lb>api>db>disk lb>web', 'api', 1, 100, 'api db lb');
checkNeighbourhood('lb>api>db>disk lb>web', 'api', 2, 100, 'api db disk lb');
// What only shares a caller is no neighbour.
checkNeighbourhood('lb>api lb>web', 'api', 5, 100, 'api lb');
checkNeighbourhood('a>b>c>d>e', 'c', Infinity, 3, 'b c d');
checkNeighbourhood('a>b>a', 'a', Infinity, 100, 'a b');
checkNeighbourhood('a>b c', undefined, 1, 100, 'a b c');
checkNeighbourhood('a>b c', 'gone', 1, 2, 'a b');
