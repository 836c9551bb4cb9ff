// An outage stepped through in the debugger, as a user sees it: what fails is chosen, the line of the component that has just
// changed is marked, its call stack says why, the variables say how everything fares, a breakpoint on a block is hit.
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { command, eventuallyOn, plain, pointAt, statusText } from './screen.mjs';

export async function driveOutage({ browser, check, address, stack, pictures }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 860 }, deviceScaleFactor: 1.5 });
  const picture = name => page.screenshot({ path: join(pictures, `${name}.png`) });
  const look = { page, picture, check, eventually: eventuallyOn(page) };
  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    for (const step of [chosen, stepped, stopped, over]) {
      try {
        await step(look);
      } catch (error) {
        check(`${step.name} ran to its end`, false, error.message);
        await picture(`failed-outage-${step.name}`);
      }
    }
  } finally {
    await page.context().close();
  }
}

const frames = page => page.locator('.debug-call-stack .monaco-list-row');
const frameTexts = async page => (await frames(page).allTextContents()).map(plain);
const variables = page => page.locator('.debug-variables .monaco-list-row');
const variableTexts = async page => (await variables(page).allTextContents()).map(plain);

async function chosen({ page, picture, check, eventually }) {
  await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'rds.tf' }).dblclick({ timeout: 30_000 });
  await eventually(async () => /Resilience [\d.]+/.test(await statusText(page)));
  await command(page, 'Foreshock: Step Through an Outage…');
  const entries = page.locator('.quick-input-list .monaco-list-row');
  check('the zones of the stack are offered', await eventually(async () => (await entries.allTextContents()).some(text => plain(text).includes('Lose zone eu-west-1b'))), await entries.allTextContents());
  await picture('40-outage-choice');
  await page.keyboard.type('orders');
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await eventually(() => page.locator('.debug-toolbar').isVisible());
  await page.keyboard.press('Control+Shift+d');
  check('it stops before anything fails', await eventually(async () => (await frameTexts(page)).some(text => text.includes('before it fails: aws_db_instance.orders'))), await frameTexts(page));
}

async function stepped({ page, picture, check, eventually }) {
  await page.keyboard.press('F10');
  const says = pattern => eventually(async () => pattern.test((await frameTexts(page)).join('\n')));
  check('the call stack says why, down to the fault', await says(/aws_lb\.web DOWN[^]*aws_ecs_service\.api DOWN[^]*aws_db_instance\.orders DOWN[^]*fault: aws_db_instance\.orders/), await frameTexts(page));
  await pointAt(page, frames(page).filter({ hasText: 'More Stack Frames' }).first(), { click: true });
  check('the lines that prove it are one click away', await says(/requires aws_ecs_service\.api: /), await frameTexts(page));
  check('the line of the block on top is marked', await eventually(async () => (await page.locator('.debug-top-stack-frame-line').count()) > 0 && (await page.locator('.tab.active[data-resource-name="web.tf"]').count()) > 0), await page.locator('.tab.active').getAttribute('aria-label'));
  const scope = variables(page).filter({ hasText: /^\s*State\s*$/ }).first();
  if (await eventually(() => scope.isVisible())) await pointAt(page, scope, { click: true });
  check('the variables are the states of the components', await eventually(async () => (await variableTexts(page)).some(text => /aws_ecs_service\.api *[:=] *DOWN since the beginning, back after/.test(text))), await variableTexts(page));
  await picture('41-outage-stepped');
}

async function stopped({ page, picture, check, eventually }) {
  await pointAt(page, page.locator('.tab[data-resource-name="rds.tf"]'), { click: true });
  await eventually(() => page.locator('.tab.active[data-resource-name="rds.tf"]').count());
  await page.keyboard.press('Control+Home');
  for (let line = 0; line < 7; line++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F9');
  check('a breakpoint in a block moves to its first line', await eventually(() => page.locator('.codicon-debug-breakpoint').count()));
  await page.keyboard.press('F5');
  check('it is hit when the database is back', await eventually(async () => (await frameTexts(page)).some(text => text.includes('aws_db_instance.orders is as before after'))), await frameTexts(page));
  await picture('42-outage-breakpoint');
}

async function over({ page, check, eventually }) {
  await page.keyboard.press('F5');
  await eventually(async () => (await frameTexts(page)).some(text => text.includes('aws_lb.web is as before after')));
  await page.keyboard.press('F5');
  check('the session ends when nothing more happens', await eventually(async () => (await page.locator('.debug-toolbar').isVisible()) === false));
}
