// What applying a change does, as a user sees it: one changed word, the line underlined, the problems and the hover.
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { command, eventuallyOn, hoverOver, plain } from './screen.mjs';

const PATIENCE = 30_000;

export async function driveApply({ browser, check, address, stack, pictures }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 });
  const eventually = eventuallyOn(page);
  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'main.tf' }).dblclick({ timeout: PATIENCE });
    await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
    await command(page, 'Go to Line/Column...');
    await page.keyboard.type('43');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(500);
    const engine = page.locator('.view-line', { hasText: 'engine' }).first();
    await engine.click({ timeout: PATIENCE });
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    for (let letter = 0; letter < 'postgres'.length; letter++) await page.keyboard.press('Backspace');
    await page.keyboard.type('mysql');
    check('what is replaced is underlined', await eventually(() => page.$('.squiggly-warning')));
    await command(page, 'View: Focus Problems');
    const problems = page.locator('.markers-panel-container');
    check('and the problems say what it takes down, and for how long', await eventually(async () =>
      /aws_db_instance\.orders is replaced \(engine can't be changed where it is\)[\s\S]*go(es)? down while it is gone, 5 to 20 min/
        .test(plain(await problems.innerText()))), await problems.innerText().catch(String));
    const block = page.locator('.view-line', { hasText: '"aws_db_instance" "orders"' }).locator('span', { hasText: '"orders"' }).last();
    const shown = await hoverOver(page, block, 'Applying the change');
    check('the hover says what applying does', /Applying the change: aws_db_instance\.orders is replaced/.test(shown), shown);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, '20-apply.png') });
  } catch (error) {
    check('the apply is looked at to its end', false, error.message);
    await page.screenshot({ path: join(pictures, 'failed-apply.png') });
  } finally {
    await page.context().close();
  }
}
