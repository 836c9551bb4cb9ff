// How soon a picture is there, and how fluently it moves: pages of `graph --format html`, in headless Chromium.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { editors: { type: 'string' }, pages: { type: 'string' } } });
const { chromium } = createRequire(join(options.editors, 'node/'))('playwright-core');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

/** Frames a second while the picture is dragged there and back for two seconds, and the longest frame in ms. */
async function panned(page) {
  return page.evaluate(async () => {
    const svg = document.querySelector('.picture svg');
    const box = svg.getBoundingClientRect();
    const send = (type, x, y) => svg.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0, clientX: x, clientY: y }));
    svg.setPointerCapture = () => undefined;
    const frames = [];
    let [x, y] = [box.left + 300, box.top + 200];
    send('pointerdown', x, y);
    const start = performance.now();
    for (let last = start, turn = 0; last - start < 2000; turn++) {
      x += turn % 60 < 30 ? 14 : -14;
      y += turn % 60 < 30 ? 6 : -6;
      send('pointermove', x, y);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
    }
    send('pointerup', x, y);
    return { fps: (1000 * frames.length) / frames.reduce((sum, frame) => sum + frame, 0), longest: Math.max(...frames) };
  });
}

console.log('components  opened  laid out  boxes   fps  longest frame');
for (const count of [50, 500, 2000]) {
  for (const grouping of ['as it opens', 'no groups']) {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const start = performance.now();
    await page.goto(pathToFileURL(join(options.pages, `${count}.html`)).href);
    await page.waitForSelector('.node');
    const opened = performance.now() - start;
    let laidOut = '-';
    if (grouping === 'no groups') {
      const before = performance.now();
      await page.getByLabel('Groups').selectOption('none');
      await page.getByRole('button', { name: '100 %' }).click();
      laidOut = `${(performance.now() - before).toFixed(0)} ms`;
    }
    const { fps, longest } = await panned(page);
    console.log(`${String(count).padEnd(6)} ${grouping.padEnd(12)} ${`${opened.toFixed(0)} ms`.padStart(7)} ${laidOut.padStart(9)} ${String(await page.locator('.node').count()).padStart(6)} ${fps.toFixed(0).padStart(5)} ${`${longest.toFixed(0)} ms`.padStart(10)}`);
    await page.close();
  }
}
await browser.close();
