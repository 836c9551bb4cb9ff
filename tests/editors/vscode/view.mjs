// The resilience view in the activity bar, as a user sees it: what was there is listed, a finding leads to its line, a repair is made.
import { join } from 'node:path';
import { openPage } from './code_server.mjs';
import { serious } from '../axe.mjs';
import { command, eventuallyOn, plain, pointAt } from './screen.mjs';

const PATIENCE = 30_000;

export async function driveView({ browser, check, address, stack, pictures, editors }) {
  const page = await openPage(browser, { viewport: { width: 1440, height: 860 }, deviceScaleFactor: 1.5 });
  const picture = name => page.screenshot({ path: join(pictures, `${name}.png`) });
  const look = { page, picture, check, eventually: eventuallyOn(page), editors };
  await page.goto(`http://${address}/?folder=${encodeURIComponent(stack)}`);
  try {
    await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
    for (const step of [listed, line, repaired, explained, demo]) {
      try {
        await step(look);
      } catch (error) {
        check(`${step.name} ran to its end`, false, error.message);
        await picture(`failed-view-${step.name}`);
      }
    }
  } finally {
    await page.context().close();
  }
}

const rows = page => page.locator('.pane', { hasText: 'Resilience' }).locator('.monaco-list-row');
const texts = async page => (await rows(page).allTextContents()).map(plain);

/** No document is open: the stacks are there all the same. */
async function listed({ page, picture, check, eventually }) {
  await pointAt(page, page.locator('.activitybar .action-label[aria-label^="Foreshock"]'), { click: true });
  check('the view lists the stacks of the workspace, opened or not', await eventually(async () => {
    const all = await texts(page);
    return all.some(text => /^shop|repository/.test(text)) && all.length >= 2;
  }), await texts(page));
  await picture('30-view-stacks');
  const first = rows(page).filter({ hasText: 'not analysed yet' }).first();
  await pointAt(page, first, { click: true });
  check('one that is unfolded is analysed', await eventually(async () => (await texts(page)).some(text => /^Single points of failure \(\d+\)/.test(text))), await texts(page));
}

async function line({ page, picture, check, eventually, editors }) {
  const finding = rows(page).filter({ hasText: 'rds.tf:16' }).first();
  check('a finding has its points, its hours and its line', /[\d.]+ points · \d+ (h|min|d) a year · \S+:\d+/.test(plain(await finding.textContent())), plain(await finding.textContent()));
  await pointAt(page, finding, { click: true });
  check('a click shows the line', await eventually(() => page.locator('.editor-instance .view-line').count()));
  const details = await eventually(async () => {
    for (const frame of page.frames()) {
      if (await frame.locator('button[data-command=play]').count().catch(() => 0)) return frame;
    }
    return undefined;
  });
  if (check('the details are those of the block', details)) {
    const violations = await serious(details, editors);
    check('axe finds nothing serious in the details', violations.length === 0, violations);
  }
  await page.waitForTimeout(500);
  await picture('31-view-finding');
}

async function repaired({ page, picture, check, eventually }) {
  const finding = rows(page).filter({ hasText: 'rds.tf:16' }).first();
  await pointAt(page, finding);
  const fix = finding.locator('.action-label[aria-label^="Fix"]');
  check('a repair is one click away', await eventually(() => fix.isVisible()));
  await pointAt(page, fix, { click: true });
  const isThere = async () => (await texts(page)).some(text => /^Single points of failure/.test(text));
  // Of several repairs the first gains most.
  const quick = page.locator('.quick-input-widget');
  await eventually(async () => (await quick.isVisible()) || !(await isThere()));
  if (await quick.isVisible()) await page.keyboard.press('Enter');
  check('after it the finding is gone from the list', await eventually(async () => !(await isThere())), await texts(page));
  await page.waitForTimeout(300);
  await picture('32-view-repaired');
}

async function explained({ page, picture, check, eventually }) {
  const finding = rows(page).filter({ hasText: 'rds.tf:16' }).first();
  const entry = page.getByText('Explain the Rule').first();
  const isShown = async () => {
    for (const frame of page.frames()) {
      if (await frame.locator('.markdown-body h1').count().catch(() => 0)) return true;
    }
    return false;
  };
  // The list may be drawn anew between the click and the menu, which then never comes or is gone.
  for (let tries = 0; tries < 3 && !(await isShown()); tries++) {
    const box = await finding.boundingBox();
    await page.mouse.click(box.x + 80, box.y + box.height / 2, { button: 'right' });
    await entry.waitFor({ state: 'visible', timeout: 3_000 }).catch(() => undefined);
    if (await entry.isVisible()) await pointAt(page, entry, { click: true });
    for (let waited = 0; waited < 10 && !(await isShown()); waited++) await page.waitForTimeout(500);
  }
  check('the page of the rule needs no network', await isShown());
  await picture('33-view-explained');
}

async function demo({ page, picture, check, eventually }) {
  await command(page, 'Welcome: Open Walkthrough');
  await eventually(() => page.locator('.quick-input-widget').isVisible());
  await page.keyboard.type('Foreshock');
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  check('there is a walkthrough of four steps', await eventually(async () => (await page.locator('.gettingStartedContainer .getting-started-step').count()) >= 4), await page.locator('.gettingStartedContainer').innerText().catch(String));
  await page.waitForTimeout(500);
  await picture('34-walkthrough');
}
