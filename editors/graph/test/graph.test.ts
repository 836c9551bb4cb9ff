// Layout and wording of the graph, without an editor.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbourhood } from '../src/neighbourhood';
import { outline, outlineHtml } from '../src/outline';
import { isWaypoint, tiers } from '../src/tiers';
import { availabilityText, nameParts, redundancyText, shortName, signs } from '../src/words';
import { drawn, automatic, groupOf } from '../src/grouping';
import { compared } from '../src/difference';
import { dot, mermaid } from '../src/exports';
import { layout } from '../src/layout';
import { healthAt, moments, sparing } from '../src/play';
import { duration } from '../src/duration';
import type { Component, Parts } from '../src/system';

/** `a>b` is "a depends on b"; a name with `!` is an entry point. */
function graph(text: string): Parts {
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
  return { components: [...components.values()], dependencies };
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
  assert.equal(drawn(dangling, 'none', new Set()).lines.length, 1);
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
  assert.ok(!outlineHtml(hostile).includes('<img'));
  assert.ok(!mermaid(hostile).includes('<img'));
  assert.ok(dot({ components: [{ ...hostile.components[0]!, id: 'a"; b [' }], dependencies: [] }).includes('"a\\"; b ["'));
});

/** Any system: chains, circles, parts apart. */
function random(seed: number, size: number): Parts {
  let state = seed;
  const next = (most: number) => (state = (state * 1103515245 + 12345) % 2147483648) % most;
  const components: Component[] = Array.from({ length: size }, (_, index) => ({
    id: index % 3 === 0 ? `module.m${index % 5}.t.n${index}` : `t.n${index}`, kind: ['a', 'b'][index % 2]!, label: '', entry: index === 0,
  }));
  const dependencies = Array.from({ length: size }, () => ({ from: components[next(size)]!.id, to: components[next(size)]!.id, kind: 'requires', confidence: 'certain' }));
  return { components, dependencies };
}

test('the picture shows every component and every dependency once, and nothing else', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const system = random(seed, 5 + seed);
    for (const grouping of ['none', 'module', 'kind'] as const) {
      const groups = [...new Set(system.components.map(component => groupOf(component, grouping)).filter(group => group !== undefined))];
      for (const open of [new Set<string>(), new Set(groups), new Set(groups.slice(0, 1))]) {
        const { boxes, lines, hulls } = drawn(system, grouping, open);
        const inBoxes = boxes.flatMap(box => ('members' in box ? box.members : [box.component])).map(({ id }) => id);
        assert.deepEqual([...inBoxes].sort(), system.components.map(({ id }) => id).sort());
        const closed = new Map(boxes.flatMap(box => ('members' in box ? box.members.map(({ id }) => [id, box.id] as const) : [])));
        const hidden = system.dependencies.filter(({ from, to }) => closed.has(from) && closed.get(from) === closed.get(to));
        const inLines = lines.flatMap(line => line.dependencies);
        assert.equal(inLines.length + hidden.length, system.dependencies.length);
        assert.deepEqual(new Set([...inLines, ...hidden]), new Set(system.dependencies));
        const placed = layout({ boxes, lines, hulls }, 'down');
        assert.equal(placed.boxes.length, boxes.length);
        assert.equal(placed.lines.length, lines.length);
        for (const { x, y } of placed.boxes) {
          assert.ok(Number.isFinite(x) && Number.isFinite(y) && x >= -1 && y >= -1);
        }
      }
    }
  }
});

test('no two boxes lie on each other', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { boxes } = layout(drawn(random(seed, 60), 'module', new Set(['module.m0', 'module.m3'])), seed % 2 === 0 ? 'down' : 'right');
    boxes.forEach((one, index) => boxes.slice(index + 1).forEach(other =>
      assert.ok(one.x + one.width <= other.x + 1 || other.x + other.width <= one.x + 1 || one.y + one.height <= other.y + 1 || other.y + other.height <= one.y + 1, `${one.box.id} and ${other.box.id}`)));
  }
});

test('what nothing is tied to goes into the tray', () => {
  const { tray, boxes } = layout(drawn(graph('a>b c d'), 'none', new Set()), 'down');
  assert.equal(tray?.count, 2);
  const at = new Map(boxes.map(({ box, y }) => [box.id, y]));
  assert.ok(at.get('c')! > at.get('b')! && at.get('c') === at.get('d'));
});

test('two thousand are laid out in less than a second', () => {
  const system = random(7, 2000);
  const start = performance.now();
  layout(drawn(system, automatic(system), new Set()), 'down');
  const closed = performance.now() - start;
  layout(drawn(system, 'none', new Set()), 'down');
  const open = performance.now() - start - closed;
  console.log(`2,000 components: ${closed.toFixed(0)} ms in groups, ${open.toFixed(0)} ms without`);
  assert.ok(closed < 1000 && open < 5000, `${closed} ${open}`);
});

test('few are not grouped, many are, by what leaves few boxes', () => {
  assert.equal(automatic(random(1, 40)), 'none');
  assert.equal(automatic({ components: Array.from({ length: 100 }, (_, index) => ({ id: `team${index % 7}-x${index}`, kind: 'a', label: '', entry: false })), dependencies: [] }), 'name');
});

test('base and now in one picture', () => {
  const now = { title: '', ...graph('a>b a>new') };
  const system = { ...now, base: { ...graph('a>b>old'), words: 'main' } };
  system.components[1] = { ...system.components[1]!, single_point: true };
  const both = compared(system, 'difference');
  assert.deepEqual([...both.changes], [['b', 'worse'], ['new', 'added'], ['old', 'gone']]);
  assert.deepEqual([...both.lines.values()], ['added', 'gone']);
  assert.deepEqual(compared(system, 'now').components.length + compared(system, 'base').components.length, 6);
});

test('a failure and the way back, moment by moment', () => {
  const down = { component: 'db', health: 'DOWN' as const, at: 0, back: 120 };
  const slow = { component: 'api', health: 'DEGRADED' as const, at: 10, back: null };
  const steps = moments({ title: 'db', effects: [down, slow] }, duration);
  assert.deepEqual(steps.map(({ words }) => words), ['before it fails', '0 s: 1 is worse', '10 s: 1 is worse', '2 min: 1 back']);
  assert.deepEqual(steps.map(({ at }) => [healthAt(down, at), healthAt(slow, at)]), [[undefined, undefined], ['DOWN', undefined], ['DOWN', 'DEGRADED'], ['BACK', 'DEGRADED']]);
});

test('what is repaired before it would fall does not fall, nor what would fall with it', () => {
  const effects = [
    { component: 'queue', health: 'DOWN' as const, at: 0, back: 1800 },
    { component: 'worker', health: 'DOWN' as const, at: 3600, back: 1860, because: 'queue' },
    { component: 'mail', health: 'DEGRADED' as const, at: 3600, back: 7200, because: 'worker' },
    { component: 'web', health: 'DEGRADED' as const, at: 5, back: null, because: 'queue' },
  ];
  const spared = sparing({ title: 'queue', effects });
  assert.deepEqual(spared.effects.map(effect => effect.spared ?? false), [false, true, true, false]);
  assert.deepEqual(moments(spared, duration).map(({ words }) => words), ['before it fails', '0 s: 1 is worse', '5 s: 1 is worse', '30 min: 1 back']);
  assert.deepEqual(spared.effects.map(effect => healthAt(effect, 4000)), ['BACK', undefined, undefined, 'DEGRADED']);
});

test('signs need no colour', () => {
  const component: Component = { id: 'x', kind: '', label: '', entry: false, single_point: true, new: true, redundancy: { instances: 2, required: 1, zones: ['a'], failover: 'none' } };
  assert.deepEqual(signs(component), ['SPOF', '1 zone', 'new']);
  assert.equal(shortName('module.db.aws_db_instance.this[0]'), 'db');
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
