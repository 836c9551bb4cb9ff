// The picture, the resilience view and its details in the themes of high contrast, in a narrow window and zoomed: what is drawn can be
// told from what is behind it.
import { join } from 'node:path';
import { faint } from '../contrast.mjs';
import { openPage, settings } from './code_server.mjs';
import { command, eventuallyOn, pointAt, statusText, webview } from './screen.mjs';

const PATIENCE = 30_000;
const THEMES = [
  ['dark', 'Default High Contrast', 'vscode-high-contrast'],
  ['light', 'Default High Contrast Light', 'vscode-high-contrast-light'],
  ['modern-light', 'Default Light Modern', 'vscode-light'],
];

export async function driveContrast({ browser, check, data, address, stack, pictures }) {
  for (const [name, theme, kind] of THEMES) {
    settings(data, { user: { 'workbench.colorTheme': theme } });
    await opened({ browser, address, stack }, { width: 1440, height: 900 }, async ({ page, frame, eventually }) => {
      check(`${theme} is shown`, await frame.evaluate(kind => document.body.classList.contains(kind), kind), await frame.evaluate(() => document.body.className));
      const calm = await faint(frame);
      check(`${theme}: all of the picture can be seen`, calm.length === 0, calm);
      await frame.locator('.node[data-id="aws_db_instance.orders"]').click();
      await eventually(() => frame.$('.node.DOWN'));
      const played = await faint(frame);
      check(`${theme}: and a failure that is played`, played.length === 0, played);
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(pictures, `40-contrast-${name}.png`) });
    });
  }
  settings(data, { user: { 'workbench.colorTheme': THEMES[0][1], 'editor.fontSize': 20 } });
  await opened({ browser, address, stack }, { width: 800, height: 900 }, async ({ page, frame, eventually }) => {
    await frame.locator('.node[data-id="aws_db_instance.orders"]').click();
    await eventually(() => frame.$('.node.DOWN'));
    const heights = await frame.evaluate(() => ['.picture', '.panel'].map(name => document.querySelector(name).clientHeight));
    check('zoomed and narrow there is room for the picture and for the words', heights.every(height => height >= 100), heights);
    await page.screenshot({ path: join(pictures, '41-narrow.png') });
  });
}

/** The stack with the view, the details and the picture open. */
async function opened({ browser, address, stack }, viewport, body) {
  const page = await openPage(browser, { viewport });
  const eventually = eventuallyOn(page);
  try {
    await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'rds.tf' }).dblclick({ timeout: PATIENCE });
    await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
    await pointAt(page, page.locator('.activitybar .action-label[aria-label^="Foreshock"]'), { click: true });
    await eventually(async () => /Resilience \d/.test(await statusText(page)));
    await command(page, 'Foreshock: Show Dependency Graph');
    const frame = await eventually(() => webview(page, '.node'));
    if (!frame) throw new Error('the picture did not open');
    await body({ page, frame, eventually });
  } finally {
    await page.context().close();
  }
}
