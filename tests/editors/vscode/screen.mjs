// Looks at the workbench as a user does, with a picture at each step.
import { join } from 'node:path';
import { chmodSync, writeFileSync } from 'node:fs';
import { serious } from '../axe.mjs';
import { openPage, settings } from './code_server.mjs';

const PATIENCE = 30_000;

/** VS Code shows blanks as no-break spaces. */
export const plain = text => (text ?? '').replace(/\u00a0/g, ' ');

export async function drive({ browser, check, data, address, stack, pictures, editors }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 760 }, deviceScaleFactor: 1.5 });
  const picture = name => page.screenshot({ path: join(pictures, `${name}.png`) });
  const look = { page, picture, eventually: eventuallyOn(page), check, data, editors };

  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    // Quick Open needs ripgrep, which is not always there; the Explorer needs nothing.
    await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'rds.tf' }).dblclick({ timeout: PATIENCE });
    await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
    for (const step of [editor, hover, problems, cascade, simulate, graph, repair, missingServer]) {
      try {
        await step(look);
      } catch (error) {
        check(`${step.name} ran to its end`, false, error.message);
        await picture(`failed-${step.name}`);
      }
      await page.keyboard.press('Escape');
    }
  } finally {
    await page.context().close();
  }
}

/** The first truthy value of a probe, or undefined when there is none in time. */
export const eventuallyOn = page => async probe => {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const value = await Promise.resolve(probe()).catch(() => undefined);
    if (value) return value;
    await page.waitForTimeout(100);
  }
  return undefined;
};

/** Moves the mouse there as a hand does. Playwright's own hover and click first scroll, and VS Code's panes with it. */
export async function pointAt(page, locator, { click = false } = {}) {
  // What is drawn may be replaced while it is looked at: lenses and hints are, whenever the server has news.
  let box = null;
  for (const end = Date.now() + PATIENCE; !box && Date.now() < end; await page.waitForTimeout(100)) {
    box = await locator.boundingBox({ timeout: PATIENCE });
  }
  if (!box) {
    throw new Error(`${locator} is nowhere on the screen`);
  }
  const at = [box.x + box.width / 2, box.y + box.height / 2];
  // From a little beside it: hovers open on movement.
  await page.mouse.move(at[0] - 3, at[1]);
  await page.mouse.move(...at, { steps: 3 });
  if (click) {
    await page.mouse.click(...at);
  }
}

export const click = (page, locator) => pointAt(page, locator, { click: true });

const hoverText = async page => plain((await page.locator('.monaco-hover:visible').allInnerTexts()).join('\n'));

/**
 * Points at something until its hover says `expected`; what was shown last. What is pointed at can move under the mouse (a
 * hint appears before it) and then the hover is that of its neighbour: a person moves the mouse again, and so does this.
 */
export async function hoverOver(page, locator, expected) {
  let shown = '';
  for (const end = Date.now() + PATIENCE; Date.now() < end && !shown.includes(expected);) {
    await page.keyboard.press('Escape');
    await page.mouse.move(1, 1);
    await pointAt(page, locator);
    for (const pause = Date.now() + 4000; Date.now() < pause && !shown.includes(expected);) {
      await page.waitForTimeout(100);
      shown = await hoverText(page);
    }
  }
  return shown;
}

const isOpen = (page, file) => page.$(`.tab[data-resource-name="${file}"][aria-selected="true"]`);

export const code = page => page.locator('.editor-instance .view-lines').first();
export const word = (page, text) => code(page).locator('.view-line span span', { hasText: text }).last();
const statusBar = page => page.locator('#foreshock\\.foreshock\\.foreshock\\.status, .statusbar-item[id*="foreshock"]').first();
export const statusText = async page => plain(await statusBar(page).innerText()).replace(/\s+/g, ' ').trim();

export async function command(page, title) {
  await page.keyboard.press('F1');
  await page.waitForSelector('.quick-input-widget input');
  await page.keyboard.type(title);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}

async function editor({ page, picture, eventually, check }) {
  check('squiggle under the risky line', await eventually(() => page.$('.squiggly-error')));
  const text = async () => plain(await code(page).innerText());
  check('inlay hint in the text', await eventually(async () => /SPOF.*affected/.test(await text())), await text());
  const lenses = async () => (await page.locator('.codelens-decoration').allInnerTexts()).map(plain);
  check('code lens above the block', await eventually(async () => (await lenses()).some(lens => /blast radius \d+/.test(lens))), await lenses());
  check('status bar with score and nines', await eventually(async () => /Resilience [\d.]+( \([^)]*\))? · [\d.]+ nines/.test(await statusText(page))),
    await statusText(page).catch(String));
  check('the text has colours from another extension', await eventually(async () =>
    (await code(page).locator('.view-line span span').evaluateAll(spans => new Set(spans.map(span => getComputedStyle(span).color)).size)) > 2));
  await click(page, word(page, 'multi_az'));
  await page.waitForTimeout(700);
  await picture('1-editor');
}

async function hover({ page, picture, check }) {
  // On the header there is no diagnostic: what is shown is the server's own.
  const shown = await hoverOver(page, word(page, '"orders"').first(), 'aws_ecs_service.api');
  check('hover shows what falls', shown.includes('aws_ecs_service.api'), shown);
  await page.waitForTimeout(500);
  await picture('2-hover');
  await page.keyboard.press('Escape');
}

async function problems({ page, picture, eventually, check }) {
  await command(page, 'View: Focus Problems');
  const list = page.locator('.markers-panel-container');
  check('the Problems view names the rule', await eventually(async () => (await list.innerText()).includes('single-point-of-failure')),
    await list.innerText().catch(String));
  await page.waitForTimeout(300);
  await picture('3-problems');
  await command(page, 'View: Hide Panel').catch(() => page.keyboard.press('Control+J'));
}

async function cascade({ page, picture, eventually, check }) {
  await click(page, page.locator('.codelens-decoration a', { hasText: 'blast radius' }).first());
  const list = page.locator('.quick-input-widget:visible');
  check('a click on the code lens plays the failure', await eventually(async () =>
    /aws_ecs_service\.api/.test(await list.innerText()) && / s\b/.test(await list.innerText())), await list.innerText().catch(String));
  await page.waitForTimeout(300);
  await picture('4-cascade');
  await list.locator('.monaco-list-row', { hasText: 'aws_ecs_service.api' }).first().click();
  check('a line of it opens that block', await eventually(() => isOpen(page, 'web.tf')));
  await click(page, page.locator('.tab[data-resource-name="rds.tf"]'));
  await eventually(() => isOpen(page, 'rds.tf'));
}

async function simulate({ page, picture, eventually, check }) {
  await click(page, word(page, 'multi_az'));
  await command(page, 'Foreshock: Simulate a Failure');
  const list = page.locator('.quick-input-widget:visible');
  check('a failure can be chosen for the block under the cursor', await eventually(async () =>
    /aws_db_instance\.orders takes 10 times as long/.test(await list.innerText())), await list.innerText().catch(String));
  await picture('4-simulate');
  await page.keyboard.type('eu-west-1a');
  await page.keyboard.press('Enter');
  check('and shows what falls with it', await eventually(async () =>
    /aws_nat_gateway\.egress/.test(await list.innerText())), await list.innerText().catch(String));
  await page.keyboard.press('Escape');
}

/** The page inside the webview, found by what it shows. */
export async function webview(page, selector) {
  for (const frame of page.frames()) {
    if (await frame.$(selector).catch(() => null)) return frame;
  }
  return undefined;
}

async function graph({ page, picture, eventually, check, editors }) {
  await command(page, 'View: Toggle Primary Side Bar Visibility');
  await click(page, word(page, 'multi_az'));
  await command(page, 'Foreshock: Show Dependency Graph');
  const frame = await eventually(() => webview(page, '.node'));
  if (!check('the graph opens', frame)) return;
  const nodes = await frame.locator('.node').count();
  check('with a box per component and lines between them', nodes >= 4 && (await frame.locator('.edge').count()) >= 3, nodes);
  check('the database is marked as the editor marks it', await eventually(() => frame.$('.node.error[data-id="aws_db_instance.orders"]')));
  await frame.getByText('The same as a list').click();
  check('an outline says the same in words', await eventually(async () => (await frame.locator('.outline li').count()) >= nodes));
  await frame.getByText('The same as a list').click();
  const overlap = await frame.locator('.node > .body').evaluateAll(rects => {
    const boxes = rects.map(rect => rect.getBoundingClientRect());
    return boxes.some((a, i) => boxes.slice(i + 1).some(b => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
  });
  check('no box lies on another', !overlap);
  const spill = await frame.locator('.node').evaluateAll(nodes => nodes
    .filter(node => {
      const box = node.querySelector('.body').getBoundingClientRect();
      return [...node.querySelectorAll('text')].some(text => text.getBoundingClientRect().width > box.width);
    })
    .map(node => node.dataset.id));
  check('no text is wider than its box', spill.length === 0, spill);
  await page.waitForTimeout(500);
  await picture('5-graph');

  await frame.getByLabel('Find').fill('ord');
  check('a part of a name is found', await eventually(async () => (await frame.locator('.hits').textContent()) === '1 of 1'
    && (await frame.locator('.node.chosen').getAttribute('data-id')) === 'aws_db_instance.orders'), await frame.locator('.hits').textContent());
  check('and what falls with it is shown', await eventually(async () => (await frame.locator('.node.DOWN').count()) === 3));
  const slider = frame.getByLabel('Time after the failure');
  check('the way back is part of it', Number(await slider.getAttribute('max')) >= 2, await slider.getAttribute('max'));
  await slider.press('Home');
  check('before the failure all is well', await eventually(async () => (await frame.locator('.node.DOWN').count()) === 0));
  await slider.press('End');
  check('at the end they are back', await eventually(async () => (await frame.locator('.node.BACK').count()) >= 1), await frame.locator('.when').textContent());
  await picture('5b-graph-played');
  const heading = () => frame.locator('.panel h3').first().textContent();
  for (const [name, shown] of [['one instance is lost', 'instance:aws_db_instance.orders#0'], ['it takes ×10', 'latency:aws_db_instance.orders:x10'], ['it fails', 'aws_db_instance.orders']]) {
    await frame.locator('.what-if').getByRole('button', { name, exact: true }).click();
    check(`what if: ${name}`, await eventually(async () => (await heading()).includes(`When ${shown} fails`)), await heading());
  }
  const offered = await frame.locator('.time select').first().locator('option').allTextContents();
  check('a zone and a region can be lost, too', offered.includes('zone eu-west-1a is lost') && offered.includes('region eu-west-1 is lost'), offered);
  const violations = await serious(frame, editors);
  check('axe finds nothing serious in the panel', violations.length === 0, violations);
  await frame.getByRole('button', { name: 'Clear' }).click();

  // The cursor chooses in the picture, too.
  await click(page, word(page, 'backup_retention_period'));
  check('the block under the cursor is chosen in the picture', await eventually(async () => (await frame.locator('.node.chosen').getAttribute('data-id', { timeout: 300 })) === 'aws_db_instance.orders'));

  await frame.locator('.node[data-id="aws_lb.web"]').click();
  check('a click on a box opens its block', await eventually(() => isOpen(page, 'web.tf')));
  await page.waitForTimeout(500);
  await picture('6-graph-chosen');
  // Beside the boxes: nothing is chosen any more.
  await frame.locator('h1').click();
  await click(page, page.locator('.tab[data-resource-name="rds.tf"]'));
}

async function repair({ page, picture, eventually, check }) {
  const before = await statusText(page);
  // The webview keeps the keyboard for a moment, so the key is pressed until the menu is up.
  for (let attempt = 0; attempt < 10 && !(await page.$('.action-widget')); attempt++) {
    await click(page, word(page, 'multi_az'));
    await page.waitForTimeout(400);
    await page.keyboard.press('Control+.');
    await page.waitForTimeout(800);
  }
  const row = page.locator('.action-widget .monaco-list-row', { hasText: 'Multi-AZ' }).first();
  check('the light bulb offers Multi-AZ', await eventually(() => row.isVisible()), await page.locator('.action-widget').allInnerTexts());
  await picture('7-light-bulb');
  await row.click();
  const text = async () => plain(await code(page).innerText());
  check('the text says multi_az = true', await eventually(async () => /multi_az\s*= true/.test(await text())), await text());
  check('the squiggle goes', await eventually(async () => !(await page.$('.squiggly-error'))));
  check('the status bar follows', await eventually(async () => (await statusText(page)) !== before), [before, await statusText(page)]);
  const frame = await webview(page, '.node');
  check('the open graph follows', frame && (await eventually(async () => !(await frame.$('.node.error[data-id="aws_db_instance.orders"]')))));
  await page.waitForTimeout(700);
  await picture('8-after-fix');
}

async function missingServer({ page, picture, eventually, check, data }) {
  settings(data, { machine: { 'foreshock.server.path': '/nowhere/foreshock' } });
  const toast = page.locator('.notification-toast', { hasText: '/nowhere/foreshock' }).first();
  check('a server that is not there is named', await eventually(() => toast.isVisible()), await page.locator('.notifications-toasts').allInnerTexts());
  check('and that is all that is said', (await page.locator('.notification-toast').count()) === 1,
    await page.locator('.notification-toast').allInnerTexts());
  check('the status bar says so', await eventually(async () => !/Resilience/.test(await statusText(page))), await statusText(page));
  await page.waitForTimeout(500);
  await picture('9-no-server');
  await toast.locator('a, .monaco-button', { hasText: 'Show Log' }).first().click();
  check('"Show Log" opens the log', await eventually(async () =>
    plain(await page.locator('.part.panel').innerText()).includes('/nowhere/foreshock')), await page.locator('.part.panel').innerText());
  // A program that is none of ours, and one that crashes: said once, with its last words.
  const crashing = join(data, 'crashing.sh');
  writeFileSync(crashing, '#!/bin/sh\necho "out of luck" >&2\nexit 139\n');
  chmodSync(crashing, 0o755);
  await command(page, 'Notifications: Clear All Notifications');
  settings(data, { machine: { 'foreshock.server.path': crashing } });
  const crashed = page.locator('.notification-toast', { hasText: 'exit code 139' }).first();
  check('a server that crashes is told with its last words', (await eventually(() => crashed.isVisible())) && /out of luck/.test(await crashed.innerText()), await page.locator('.notifications-toasts').allInnerTexts());
  await page.waitForTimeout(1500);
  check('once', (await page.locator('.notification-toast').count()) === 1, await page.locator('.notification-toast').allInnerTexts());
  await picture('9b-crashed-server');
  settings(data, {});
  check('with the setting mended it runs again', await eventually(async () => /Resilience \d+/.test(await statusText(page))), await statusText(page));
}
