// The moving picture of the README: one word is typed, and what falls is played. Taken in a real VS Code, never drawn by hand.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { command, eventuallyOn, statusText, webview } from './screen.mjs';

const PATIENCE = 30_000;

/** Writes `moving/NNN.png` and `moving/frames.json`, how many ms each is to be shown. */
export async function record({ browser, check, address, stack, pictures }) {
  const page = await openPage(browser, { viewport: { width: 1280, height: 720 } });
  const eventually = eventuallyOn(page);
  const directory = join(pictures, 'moving');
  mkdirSync(directory, { recursive: true });
  const frames = [];
  const shot = async ms => {
    const name = `${String(frames.length).padStart(3, '0')}.png`;
    await page.screenshot({ path: join(directory, name) });
    frames.push({ name, ms });
  };
  try {
    await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'rds.tf' }).dblclick({ timeout: PATIENCE });
    await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
    await eventually(async () => /Resilience \d/.test(await statusText(page)));
    await command(page, 'Foreshock: Show Dependency Graph');
    const frame = await eventually(() => webview(page, '.node'));
    await command(page, 'View: Toggle Primary Side Bar Visibility');
    await page.locator('.view-line', { hasText: 'multi_az' }).click({ timeout: PATIENCE });
    await page.keyboard.press('End');
    await page.keyboard.press('Control+Shift+ArrowLeft');
    await page.waitForTimeout(1500);
    await frame.getByRole('button', { name: 'Fit', exact: true }).click();
    await page.locator('.view-line', { hasText: 'multi_az' }).click({ timeout: PATIENCE });
    await page.keyboard.press('End');
    await page.keyboard.press('Control+Shift+ArrowLeft');
    await shot(1600);
    for (const letter of 'false') {
      await page.keyboard.type(letter);
      await shot(160);
    }
    const fell = await eventually(() => page.$('.squiggly-error'));
    check('the word that is typed is underlined', fell);
    await eventually(() => frame.$('.node.error[data-id="aws_db_instance.orders"]'));
    await page.waitForTimeout(700);
    await shot(2600);
    await frame.locator('.node[data-id="aws_db_instance.orders"]').click();
    await eventually(() => frame.$('.node.DOWN'));
    await frame.getByRole('button', { name: 'Fit', exact: true }).click();
    const time = frame.getByLabel('Time after the failure');
    await time.press('Home');
    await shot(900);
    for (let step = Number(await time.getAttribute('max')); step > 0; step--) {
      await time.press('ArrowRight');
      await page.waitForTimeout(150);
      await shot(1300);
    }
    check('it is played to its end', (await frame.locator('.node.BACK').count()) > 0);
    writeFileSync(join(directory, 'frames.json'), JSON.stringify(frames));
  } finally {
    await page.context().close();
  }
}
