// A manifest, as a user sees it: the number of pods underlined, the problems, and what is said over it.
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { command, eventuallyOn, hoverOver, plain } from './screen.mjs';

const PATIENCE = 30_000;

export async function driveKubernetes({ browser, check, address, stack, pictures }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 });
  const eventually = eventuallyOn(page);
  await page.goto(`http://${address}/?folder=${encodeURIComponent(join(stack, 'k8s'))}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    await page.locator('.explorer-viewlet .monaco-list-row', { hasText: 'shop.yaml' }).dblclick({ timeout: PATIENCE });
    await page.waitForSelector('.monaco-editor .view-line', { timeout: PATIENCE });
    await command(page, 'Go to Line/Column...');
    await page.keyboard.type('36');
    await page.keyboard.press('Enter');
    check('a single pod is underlined', await eventually(() => page.$('.squiggly-error')));
    await command(page, 'View: Focus Problems');
    const problems = page.locator('.markers-panel-container');
    check('and the problems say what falls with it', await eventually(async () =>
      /Deployment\/orders is a single point of failure[\s\S]*Deployment\/web/.test(plain(await problems.innerText()))),
      await problems.innerText().catch(String));
    const line = page.locator('.view-line', { hasText: 'replicas: 1' }).locator('span', { hasText: 'replicas' }).last();
    const shown = await hoverOver(page, line, 'Deployment/orders');
    check('the hover speaks of the deployment', /Deployment\/orders/.test(shown), shown);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, '21-kubernetes.png') });
  } catch (error) {
    check('the manifest is looked at to its end', false, error.message);
    await page.screenshot({ path: join(pictures, 'failed-kubernetes.png') });
  } finally {
    await page.context().close();
  }
}
