// A change in a git repository, as a user sees it: what is old is quiet, what is new is loud, on the line that causes it.
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { command, eventuallyOn, plain, statusText, webview } from './screen.mjs';

const PATIENCE = 30_000;

export async function driveChange({ browser, check, address, stack, pictures }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 760 }, deviceScaleFactor: 1.5 });
  const picture = name => page.screenshot({ path: join(pictures, `${name}.png`) });
  const look = { page, picture, check, eventually: eventuallyOn(page) };
  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'rds.tf' }).dblclick({ timeout: PATIENCE });
    await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
    for (const step of [quiet, loud, since, report, difference, back]) {
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

const isLoud = page => page.$('.squiggly-error, .squiggly-warning');

async function quiet({ page, eventually, check }) {
  check('the status bar has its figures', await eventually(async () => /Resilience [\d.]+( \([^)]*\))? · [\d.]+ nines$/.test((await statusText(page)).trim())), await statusText(page));
  check('what was there is quiet', !(await isLoud(page)));
}

/** Puts the cursor at the end of the line with multi_az and writes another word there. */
async function write(page, value) {
  const line = page.locator('.view-line', { hasText: 'multi_az' });
  await line.click({ timeout: PATIENCE });
  await page.keyboard.press('End');
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await page.keyboard.type(value);
}

async function loud({ page, picture, eventually, check }) {
  await write(page, 'false');
  check('a new single point is underlined', await eventually(() => page.$('.squiggly-error')));
  check('the status bar has the points and the risk', await eventually(async () => /· -[\d.]+ · 1 new risk/.test(await statusText(page))), await statusText(page));
  check('the block says what it costs', await eventually(async () =>
    /SPOF · 2 of 7 affected · -[\d.]+ points/.test(plain(await page.locator('.view-lines').first().innerText()))),
    plain(await page.locator('.view-lines').first().innerText()));
  await command(page, 'View: Focus Problems');
  const problems = page.locator('.markers-panel-container');
  check('and the problems say why', await eventually(async () =>
    /The score fell by[\s\S]*multi_az of aws_db_instance\.orders was true at/.test(plain(await problems.innerText()))), await problems.innerText().catch(String));
  await page.waitForTimeout(500);
  await picture('17-change');
}

async function since({ page, picture, eventually, check }) {
  await page.locator('.view-line', { hasText: 'multi_az' }).click({ timeout: PATIENCE });
  await command(page, 'Foreshock: What Fails Now That Did Not Before');
  const list = page.locator('.quick-input-widget:visible');
  check('what fails now is listed', await eventually(async () =>
    /instance:aws_db_instance\.orders#0[\s\S]*100 % of requests lost, before: 0 %/.test(plain(await list.innerText()))), await list.innerText().catch(String));
  await page.waitForTimeout(300);
  await picture('18-since');
}

async function report({ page, picture, eventually, check }) {
  await page.locator('.view-line', { hasText: 'multi_az' }).click({ timeout: PATIENCE });
  await command(page, 'Foreshock: Open Report');
  const inner = () => page.frames().map(frame => frame.locator('h1').first());
  const heading = async () => {
    for (const candidate of inner()) {
      const text = await candidate.innerText({ timeout: 200 }).catch(() => '');
      if (text) return text;
    }
    return '';
  };
  check('the report opens', await eventually(heading));
  // The window is dark, whatever the system prefers.
  const frame = await webview(page, '.verdict');
  const colours = await frame?.evaluate(() => ['body', '.figure', '.node .body'].map(name => {
    const style = getComputedStyle(document.querySelector(name));
    return name.startsWith('.node') ? style.fill : style.backgroundColor;
  }));
  const isDark = colour => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).every(value => Number(value) < 90);
  check('it is dark in a dark window, boxes and all', colours?.every(isDark), colours);
  await page.waitForTimeout(800);
  await picture('19-report');
  await frame.locator('.verdict code', { hasText: 'rds.tf:16' }).click();
  check('a line of it is a link', await eventually(async () => /Ln 16, Col 1\b/.test(plain(await page.locator('.statusbar').innerText()))), plain(await page.locator('.statusbar').innerText()));
  await refreshed({ page, frame, eventually, check });
  await page.locator('.tab', { hasText: 'Resilience of' }).first().click();
  await page.keyboard.press('Control+w');
}

/** An open report follows the text, and stays where the reader is. */
async function refreshed({ page, frame, eventually, check }) {
  const tab = () => page.locator('.tab', { hasText: 'Resilience of' }).first().click();
  await tab();
  let shown = await eventually(() => webview(page, '.verdict'));
  await shown.locator('.scenarios').getByLabel('Class').selectOption('zone');
  await shown.evaluate(() => document.querySelector('h2[id^=scenarios]').scrollIntoView());
  await page.waitForTimeout(400);
  const verdict = await shown.locator('.verdict').first().innerText();
  await page.locator('.tab', { hasText: 'rds.tf' }).first().click({ timeout: PATIENCE });
  await write(page, 'true');
  await tab();
  check('an open report follows the text', await eventually(async () => {
    shown = await webview(page, '.verdict');
    return shown && (await shown.locator('.verdict').first().innerText()) !== verdict;
  }), verdict);
  check('what was chosen in it stays', (await shown.locator('.scenarios').getByLabel('Class').inputValue()) === 'zone');
  check('and where it was scrolled to', await eventually(() => shown.evaluate(() => scrollY > 300)), await shown.evaluate(() => scrollY));
  await page.locator('.tab', { hasText: 'rds.tf' }).first().click({ timeout: PATIENCE });
  await write(page, 'false');
  await eventually(() => page.$('.squiggly-error'));
}

async function difference({ page, picture, eventually, check }) {
  await page.locator('.tab', { hasText: 'rds.tf' }).first().click({ timeout: PATIENCE });
  await command(page, 'Foreshock: Show Dependency Graph');
  const frame = await eventually(() => webview(page, '.node'));
  const orders = frame.locator('.node[data-id="aws_db_instance.orders"]');
  check('the picture says what is new', await eventually(async () => /new/.test(await orders.textContent())), await orders.textContent());
  await frame.locator('label', { hasText: /^State/ }).locator('select').selectOption('difference');
  check('and, against the base, what is worse', await eventually(() => frame.$('.node.worse[data-id="aws_db_instance.orders"]')));
  await page.waitForTimeout(500);
  await picture('19b-difference');
  check('what made it worse can be taken back there', await eventually(() => frame.$('button[data-revert]')), await frame.locator('.panel').innerText());
  await frame.locator('button[data-revert]').first().click();
  check('and is', await eventually(async () => !(await frame.$('.node.worse'))), await frame.locator('.panel').innerText());
  await page.locator('.tab', { hasText: 'rds.tf' }).first().click({ timeout: PATIENCE });
  check('with the text of the base', await eventually(async () => /multi_az\s*=\s*true/.test(plain(await page.locator('.view-lines').first().innerText()))), plain(await page.locator('.view-lines').first().innerText()));
}

async function back({ page, eventually, check }) {
  await page.locator('.tab', { hasText: 'rds.tf' }).first().click({ timeout: PATIENCE });
  await write(page, 'true');
  check('taken back it is quiet', await eventually(async () => !(await isLoud(page)) && !/risk/.test(await statusText(page))), await statusText(page));
}
