// Uses the reports as a reader does, in headless Chromium, from file:// with every request refused.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { serious } from '../editors/axe.mjs';
import { faint } from '../editors/contrast.mjs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: Object.fromEntries(['editors', 'reports', 'pictures', 'server'].map(name => [name, { type: 'string' }])),
});

let passed = 0;
let failed = 0;
/** One line per check. `seen` is shown when it does not hold. */
function check(name, ok, seen) {
  ok ? passed++ : failed++;
  console.log(ok ? `ok   ${name}` : `FAIL ${name}${seen === undefined ? '' : `  saw: ${JSON.stringify(seen)}`.slice(0, 800)}`);
}

const { chromium } = createRequire(join(options.editors, 'node/'))('playwright-core');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
});

/** Opens a page with everything refused but the page itself; `body` gets it, and what it did is judged afterwards. */
async function open(name, { address, width = 1280, height = 900, colorScheme = 'light' } = {}, body) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const url = address ?? pathToFileURL(join(options.reports, `${name}.html`)).href;
  const asked = [];
  const complaints = [];
  page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.stack));
  await page.route('**/*', (route, request) => {
    if (request.url().split('#')[0] === url) return route.continue();
    asked.push(request.url());
    return route.abort();
  });
  const start = performance.now();
  await page.goto(url);
  await page.waitForSelector('.picture svg', { state: 'attached' });
  const took = performance.now() - start;
  try {
    await body(page, took);
  } catch (error) {
    check(`the checks of ${name} themselves`, false, error.stack);
  }
  check(`${name} asks for nothing and complains of nothing`, asked.length === 0 && complaints.length === 0, { asked, complaints });
  await page.close();
}

const picture = (page, name, fullPage = true) => page.screenshot({ path: join(options.pictures, `report-${name}.png`), fullPage });
const texts = locator => locator.allTextContents();
const first = async locator => (await texts(locator))[0]?.trim();

/** What can't be told from what is behind it, with the colours of the system or of the page. */
for (const [name, media] of [['forced', { forcedColors: 'active', colorScheme: 'dark' }], ['forced-light', { forcedColors: 'active' }], ['dark', { colorScheme: 'dark' }], ['light', {}]]) {
  await open('shop', media, async page => {
    await page.emulateMedia(media);
    await page.locator('#graph-0').evaluate(it => it.scrollIntoView());
    const calm = await faint(page);
    check(`all of the picture can be seen (${name})`, calm.length === 0, calm);
    await page.locator('.node[data-id="aws_db_instance.orders"]').click();
    const played = await faint(page);
    check(`and a failure that is played (${name})`, played.length === 0, played);
    await picture(page, `contrast-${name}`, false);
  });
}

/** The picture has every component and dependency of `graph --format json`, and nothing else. */
async function same(page, name) {
  const { stacks } = JSON.parse(readFileSync(join(options.reports, `${name}.graph.json`), 'utf8'));
  const [stack] = stacks;
  const sorted = list => [...list].sort();
  const nodes = await page.locator('.node[data-id]:visible').evaluateAll(all => all.map(node => node.dataset.id));
  const edges = await page.locator('.edge[data-from]').evaluateAll(all => all.map(edge => `${edge.dataset.from} ${edge.dataset.to}`));
  check(`the picture of ${name} has every component and no other`, JSON.stringify(sorted(nodes)) === JSON.stringify(sorted(stack.components.map(({ id }) => id))), nodes);
  check(`and every dependency and no other`, JSON.stringify(sorted(edges)) === JSON.stringify(sorted(stack.dependencies.map(({ from, to }) => `${from} ${to}`))), edges);
}

await open('shop', {}, async page => {
  check('the verdict comes first', /^One failure is enough .*: 1 single point of failure\./.test(await first(page.locator('main .verdict'))), await texts(page.locator('main .verdict')));
  check('the head line has the score', /^\d+$/.test(await first(page.locator('.figure strong'))), await texts(page.locator('.figure strong')));
  check('the title names what it is about', (await page.title()).startsWith('Resilience of'), await page.title());
  check('the date that was passed in is shown', (await page.locator('.made').textContent()).includes('2026-11-22'));
  const single = page.locator('.ranked > .finding');
  check('the costliest single point of failure comes first', (await first(single.locator('.id'))) === 'aws_db_instance.orders', await texts(single.locator('.what')));
  check('its cause has a file and a line', /rds\.tf:\d+/.test(await first(single.locator('.place'))), await first(single.locator('.place')));
  check('its proven fix says what it gains', /Enable Multi-AZ.*points/s.test(await first(single.locator('.fix'))), await first(single.locator('.fix')));
  check('every layer is a row, one of them binding', (await page.locator('.layers tbody tr').count()) === 6 && (await page.locator('.layers .binding').count()) >= 1);
  await picture(page, 'light');

  const rows = page.locator('.rows tbody tr');
  const column = async at => texts(rows.locator(`td:nth-child(${at})`));
  const falling = numbers => numbers.every((value, index) => index === 0 || numbers[index - 1] >= value);
  check('a page of scenarios, the severest first', (await rows.count()) === 25 && falling((await column(1)).map(Number)), await column(1));
  await page.getByRole('button', { name: 'Severity' }).click();
  check('a click on a column turns its order', falling((await column(1)).map(Number).reverse()) && (await page.locator('th[aria-sort=ascending]').count()) === 1, await column(1));
  await page.getByRole('button', { name: 'Scenario', exact: true }).click();
  const names = await column(2);
  check('names can be sorted', JSON.stringify(names) === JSON.stringify([...names].sort()), names.slice(0, 5));
  await page.getByRole('searchbox', { name: 'Search' }).fill('zone:eu-west-1a orders');
  const found = await column(2);
  check('a search finds what has both words', found.length > 0 && found.every(name => name.includes('zone:eu-west-1a') && name.includes('orders')), found.slice(0, 5));
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await page.getByLabel('Class').selectOption('zone');
  check('a class can be chosen', (await column(3)).every(name => name === 'zone') && (await rows.count()) === 3, await column(3));
  await page.getByRole('button', { name: 'zone:eu-west-1a' }).click();
  check('a scenario is played in the graph', (await page.locator('.panel').textContent()).includes('zone:eu-west-1a'), await page.locator('.panel').textContent());
  await page.getByLabel('Class').selectOption('');
  await page.locator('.scenarios').getByLabel('Show').selectOption('500');
  const total = Number((await first(page.locator('#scenarios-0 .count'))));
  let seen = 0;
  for (let more = true; more; ) {
    seen += await rows.count();
    more = await page.getByRole('button', { name: 'Next', exact: true }).isEnabled();
    if (more) await page.getByRole('button', { name: 'Next', exact: true }).click();
  }
  check('turning the pages shows every scenario', seen === total && total > 1000, { seen, total });

  await page.getByRole('searchbox', { name: 'Find' }).fill('ord');
  check('a part of a name is found', (await first(page.locator('.hits'))) === '1 of 1' && (await page.locator('.node.chosen').getAttribute('data-id')) === 'aws_db_instance.orders');
  await page.getByRole('searchbox', { name: 'Find' }).fill('nobody');
  check('what is not there is not found', (await first(page.locator('.hits'))) === 'not found');
  await page.getByRole('button', { name: 'Clear' }).click();
  await same(page, 'shop', await page.locator('.node').count());
  const node = page.locator('.node[data-id="aws_db_instance.orders"]');
  await node.click();
  const falls = await texts(page.locator('.falls bdi.id'));
  check('a click on a component shows what falls with it', ['aws_db_instance.orders', 'aws_ecs_service.api', 'aws_lb.web'].every(id => falls.includes(id)), falls);
  check('and where that is proven', /\.tf:\d+/.test(await page.locator('.falls').first().textContent()));
  check('and dims what does not', (await page.locator('.node.dim').count()) > 0 && (await page.locator('.node.DOWN').count()) === 3);
  const time = page.getByRole('slider', { name: 'Time after the failure' });
  check('what is shown first is the worst of it', (await page.locator('.node.DOWN').count()) > 0 && (await page.locator('.node.BACK').count()) === 0);
  check('the way back is told', /back after \d/.test(await page.locator('.falls').first().textContent()), await page.locator('.falls').first().textContent());
  await time.focus();
  await page.keyboard.press('End');
  check('and played: in the end all is back', (await page.locator('.node.BACK').count()) > 0 && (await page.locator('.node.DOWN, .node.OVERLOADED, .node.DEGRADED').count()) === 0 && /back/.test(await page.locator('output.when').textContent()), await page.locator('output.when').textContent());
  await picture(page, 'back');
  await page.locator('.what-if').getByRole('button', { name: 'one instance is lost' }).click();
  check('what if an instance is lost is one click away', (await first(page.locator('.panel h3'))).includes('instance:aws_db_instance.orders#0'), await first(page.locator('.panel h3')));
  await node.click();
  await page.locator('#graph-0').scrollIntoViewIfNeeded();
  await page.locator('#graph-0').evaluate(it => it.scrollIntoView());
  await picture(page, 'graph', false);
  await page.locator('.time select').nth(1).selectOption('component:aws_nat_gateway.egress');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  check('two failures are played together', await page.locator('.panel', { hasText: 'aws_db_instance.orders and aws_nat_gateway.egress' }).waitFor({ timeout: 5000 }).then(() => true, () => false), await page.locator('.panel').textContent());
  await page.locator('.time select').nth(1).selectOption('');
  await node.click();
  await page.keyboard.press('Escape');
  check('Escape chooses nothing', (await page.locator('.node.dim').count()) === 0);
  await page.locator('.node').first().focus();
  await page.keyboard.press('Enter');
  check('the keyboard chooses a component', (await page.locator('.node.chosen').count()) === 1);
  await page.getByText('The same as a list').click();
  // A section tells that it was opened after the click has returned.
  await page.waitForSelector('.outline li', { timeout: 10000 });
  check('the graph is a list, too', (await page.locator('.outline li').count()) >= 6);
  const violations = await serious(page, options.editors);
  check('axe finds nothing serious in the report', violations.length === 0, violations);
});

await open('shop', { colorScheme: 'dark' }, async page => {
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check('dark is dark', ground.match(/\d+/g).slice(0, 3).every(value => Number(value) < 60), ground);
  await page.locator('.node[data-id="aws_db_instance.orders"]').click();
  await picture(page, 'dark');
});

await open('shop', { colorScheme: 'dark' }, async page => {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const colours = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.documentElement).colorScheme]);
  check('print is black on white', colours[0] === 'rgb(0, 0, 0)' && colours[1] === 'light', colours);
  check('print opens every section', (await page.locator('details:not([open])').count()) === 0);
  await picture(page, 'print');
  await page.pdf({ path: join(options.pictures, 'report-print.pdf'), format: 'A4' });
});

await open('checkout', { width: 390, height: 800 }, async page => {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  check('a narrow screen does not scroll sideways', width <= 390, width);
  await picture(page, 'narrow');
});

await open('environments', {}, async page => {
  const stacks = page.locator('article.stack:visible');
  const before = await first(stacks.locator('h1'));
  check('one stack at a time', (await stacks.count()) === 1 && (await page.locator('article.stack').count()) > 1);
  const chooser = page.getByLabel('Stack', { exact: true });
  await chooser.selectOption((await chooser.inputValue()) === '0' ? '1' : '0');
  check('another one can be chosen', (await first(stacks.locator('h1'))) !== before && (await page.locator('article.stack:visible .picture svg').count()) === 1);
  await picture(page, 'several');
});

await open('hostile', {}, async page => {
  const broken = () => page.evaluate(() => window.broken);
  check('no name became markup', (await broken()) === undefined && (await page.locator('main img, main b').count()) === 0);
  check('names are shown as they are', (await texts(page.locator('.id'))).includes('</script><script>window.broken=1</script>'));
  check('the templates do not read names', !(await page.content()).includes('49{%') && (await page.locator('body').textContent()).includes('{{ 7*7 }}{% raw %}'));
  for (const index of [0, 1, 2, 3, 4]) {
    await page.locator('.node').nth(index).click({ force: true });
  }
  for (const row of await page.locator('.rows td button').all()) {
    await row.click();
  }
  await page.getByText('The same as a list').click();
  // A section tells that it was opened after the click has returned.
  await page.waitForSelector('.outline li', { timeout: 10000 });
  check('nor does anything that is clicked', (await broken()) === undefined && (await page.locator('main img, main b').count()) === 0);
  await picture(page, 'hostile');
});

await open('graph', {}, async page => {
  await page.locator('.node[data-id="aws_db_instance.orders"]').click();
  check('the graph alone shows what falls', (await texts(page.locator('.falls bdi.id'))).includes('aws_lb.web'));
  const violations = await serious(page, options.editors);
  check('axe finds nothing serious in the graph alone', violations.length === 0, violations);
  // By keyboard: along the lines, and out again.
  await page.keyboard.press('Escape');
  await page.locator('.node[data-id="aws_lb.web"]').focus();
  await page.keyboard.press('ArrowDown');
  check('an arrow walks along a line', (await page.evaluate(() => document.activeElement.dataset.id)) === 'aws_ecs_service.api');
  await page.keyboard.press('ArrowUp');
  check('and back', (await page.evaluate(() => document.activeElement.dataset.id)) === 'aws_lb.web');
  for (const [format, holds] of [['SVG', text => /<svg[^>]*xmlns/.test(text) && text.includes('orders')], ['Mermaid', text => text.startsWith('flowchart TD')], ['DOT', text => text.startsWith('digraph')], ['PNG', text => text.startsWith('\u0089PNG')]]) {
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByText('Export').click().then(() => page.getByRole('button', { name: format }).click())]);
    check(`it is saved as ${format}`, holds(readFileSync(await saved.path(), 'latin1')));
    await page.getByText('Export').click();
  }
  await picture(page, 'graph-alone');
});

await open('large', {}, async (page, took) => {
  const bytes = readFileSync(join(options.reports, 'large.html')).length;
  console.log(`     1,000 components: ${(bytes / 1e6).toFixed(1)} MB, drawn after ${took.toFixed(0)} ms`);
  check('a large page stays small', bytes < 5e6, bytes);
  const swept = Number((await first(page.locator('#scenarios-0 .count'))).replace(/\D/g, ''));
  check('of half a million scenarios', swept >= 500_000, swept);
  check('a page opens at its beginning', (await page.evaluate(() => scrollY)) === 0);
  check('a large graph begins with a part', (await page.locator('.node').count()) < 260, await page.locator('.node').count());
  check('what is left out is said', /left out is severer/.test(await page.locator('#scenarios-0').locator('..').textContent()));
  await picture(page, 'large', false);
  const typed = performance.now();
  await page.getByRole('searchbox', { name: 'Search' }).fill('team21');
  await page.waitForFunction(() => [...document.querySelectorAll('.rows td button')].every(it => it.textContent.includes('team21')));
  console.log(`     a search of its scenarios: ${(performance.now() - typed).toFixed(0)} ms`);
  check('a large list can be searched', (await page.locator('.rows tbody tr').count()) === 25);
  await page.locator('#graph-0').evaluate(it => it.scrollIntoView());
  await picture(page, 'large-graph', false);
  await page.locator('.graph').getByLabel('Groups').selectOption('none');
  await page.getByRole('button', { name: '100 %' }).click();
  check('only what is in sight is drawn', (await page.locator('.node').count()) < 300, await page.locator('.node').count());
  await page.getByRole('button', { name: 'Fit', exact: true }).click();
  await page.locator('.graph').getByLabel('Groups').selectOption('name');
  await page.locator('.node.group').first().dblclick();
  check('a group opens', (await page.locator('.hull').count()) === 1 && (await page.locator('.node[data-id]').count()) === 40, await page.locator('.node[data-id]').count());
  await picture(page, 'large-opened', false);
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
