// Two environments that share a module, as a user sees them: values beside expressions, the file they come from, and whose
// results are shown.
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { click, code, command, eventuallyOn, hoverOver, plain, statusText, word } from './screen.mjs';

const PATIENCE = 30_000;

export async function driveEnvironments({ browser, check, address, stack, pictures }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 760 }, deviceScaleFactor: 1.5 });
  const picture = name => page.screenshot({ path: join(pictures, `${name}.png`) });
  const look = { page, picture, check, eventually: eventuallyOn(page), stack };
  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    for (const step of [values, variableFile, callers, configuration]) {
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

const row = (page, name) => page.locator('.explorer-viewlet .monaco-list-row', { hasText: name });

const text = async page => plain(await code(page).innerText());
const lenses = async page => (await page.locator('.codelens-decoration').allInnerTexts()).map(plain);
const list = page => page.locator('.quick-input-widget:visible');

async function pickFrom(page, entry) {
  await list(page).locator('.monaco-list-row', { hasText: entry }).first().click({ timeout: PATIENCE });
}

async function values({ page, picture, eventually, check }) {
  await row(page, 'envs').first().click({ timeout: PATIENCE });
  await row(page, 'prod').first().click({ timeout: PATIENCE });
  await row(page, 'main.tf').first().dblclick({ timeout: PATIENCE });
  await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
  check('beside an argument stands its value', await eventually(async () => (await text(page)).includes('var.multi_az= false')), await text(page));
  check('and beside count', await eventually(async () => /var\.instances\)= 2/.test(await text(page))), await text(page));
  const origin = 'its default at main.tf:3';
  const shown = await hoverOver(page, word(page, '= false').first(), origin);
  check('its tooltip says where it comes from', shown.includes(origin), shown);
  await page.waitForTimeout(500);
  await picture('10-values');
  await page.keyboard.press('Escape');
}

async function variableFile({ page, picture, eventually, check }) {
  await click(page, word(page, 'module'));
  await command(page, 'Foreshock: Choose Variable File');
  check('the files there are can be chosen', await eventually(async () =>
    /No other file[\s\S]*prod\.tfvars[\s\S]*Workspace: default/.test(plain(await list(page).innerText()))), await list(page).innerText().catch(String));
  await page.waitForTimeout(300);
  await picture('11-variable-files');
  await pickFrom(page, 'prod.tfvars');
  check('the values follow', await eventually(async () => (await text(page)).includes('var.multi_az= true')), await text(page));
  check('the status bar says so', await eventually(async () => /Resilience [\d.]+ .*prod\.tfvars/.test(await statusText(page))), await statusText(page));
  await page.waitForTimeout(500);
  await picture('12-prod-tfvars');
}

async function callers({ page, picture, eventually, check }) {
  await row(page, 'modules').first().click({ timeout: PATIENCE });
  await eventually(async () => (await row(page, 'main.tf').count()) > 1);
  await row(page, 'main.tf').last().dblclick({ timeout: PATIENCE });
  const fares = '2 callers: 1 fine, 1 single point of failure';
  check('a shared module says how it fares', await eventually(async () => (await lenses(page)).some(lens => lens.includes(fares))), await lenses(page));
  check('with two values', await eventually(async () => (await text(page)).includes('2 values')), await text(page));
  await page.waitForTimeout(500);
  await picture('13-callers');
  await click(page, page.locator('.codelens-decoration a', { hasText: '2 callers' }).first());
  check('a click asks for one of them', await eventually(async () =>
    /All callers[\s\S]*envs\/dev[\s\S]*envs\/prod \(prod\.tfvars\)/.test(plain(await list(page).innerText()))), await list(page).innerText().catch(String));
  await page.waitForTimeout(300);
  await picture('14-choose-caller');
  await pickFrom(page, 'envs/prod');
  check('whose results are shown then', await eventually(async () =>
    (await lenses(page)).some(lens => /as called by envs\/prod \(prod\.tfvars\)[\s\S]*all callers/.test(lens))), await lenses(page));
  check('with one value, and nothing underlined', await eventually(async () =>
    (await text(page)).includes('var.multi_az= true') && !(await page.$('.squiggly-error'))), await text(page));
  check('and the status bar is that of its stack', await eventually(async () => /prod\.tfvars/.test(await statusText(page))), await statusText(page));
  await page.waitForTimeout(500);
  await picture('15-one-caller');
  await click(page, page.locator('.codelens-decoration a', { hasText: 'all callers' }).first());
  check('and all again', await eventually(async () => (await lenses(page)).some(lens => lens.includes(fares)) && (await page.$('.squiggly-error'))), await lenses(page));
}

async function configuration({ page, picture, eventually, check }) {
  await row(page, 'foreshock.toml').first().dblclick({ timeout: PATIENCE });
  await eventually(() => page.$('.tab[data-resource-name="foreshock.toml"][aria-selected="true"]'));
  // The tab is there before its text: what is typed until then goes where the click was.
  await eventually(async () => (await text(page)).includes('[[stack]]'));
  await click(page, code(page));
  await page.keyboard.press('Control+End');
  // In one piece: with single keys Enter takes a completion, if its list is already there.
  await page.keyboard.insertText('[rules]\nno-redundanc = "off"');
  check('a mistake in foreshock.toml is underlined', await eventually(() => page.$('.squiggly-error')));
  await command(page, 'View: Focus Problems');
  const problems = page.locator('.markers-panel-container');
  check('and what was meant is said', await eventually(async () => plain(await problems.innerText()).includes('did you mean `no-redundancy`?')),
    await problems.innerText().catch(String));
  await page.waitForTimeout(500);
  await picture('16-configuration');
}
