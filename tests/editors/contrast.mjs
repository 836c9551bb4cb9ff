// Whether shapes and words of the picture can be told from what is behind them: WCAG 2.2, 1.4.11 asks 3:1 of shapes, 1.4.3 asks
// 4.5:1 of words. Of computed colours, as the theme or the system makes them.

/** What falls short in a page or a frame, as `what: ratio`. */
export function faint(page) {
  return page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    // Any colour of CSS as red, green, blue and alpha.
    const read = colour => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = '#000';
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = (front, back) => [0, 1, 2].map(at => front[at] * front[3] + back[at] * (1 - front[3]));
    const luminance = colour => {
      const [red, green, blue] = colour.map(value => value / 255).map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ratio = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const groundOf = element => {
      const behind = [];
      for (let up = element; up; up = up.parentElement) behind.unshift(getComputedStyle(up).backgroundColor);
      return behind.reduce((back, colour) => over(read(colour), back), matchMedia('(prefers-color-scheme: dark)').matches && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? [0, 0, 0] : [255, 255, 255]);
    };
    const found = [];
    const judge = (what, colour, back, least) => {
      const is = ratio(over(read(colour), back), back);
      if (is < least) found.push(`${what}: ${is.toFixed(1)}`);
    };
    const ground = groundOf(document.querySelector('.picture'));
    // What is dimmed on purpose stands back.
    for (const node of document.querySelectorAll('.node:not(.dim)')) {
      const body = node.querySelector('.body');
      const name = `${node.dataset.id ?? node.dataset.group} ${node.getAttribute('class')}`;
      const inside = over(read(getComputedStyle(body).fill === 'none' ? 'transparent' : getComputedStyle(body).fill), ground);
      judge(`outline of ${name}`, getComputedStyle(body).stroke, ground, 3);
      for (const text of node.querySelectorAll('.name, .type, .note')) {
        if (text.textContent) judge(`${text.getAttribute('class')} of ${name}`, getComputedStyle(text).fill, inside, 4.5);
      }
      for (const text of node.querySelectorAll('.sign-text')) {
        const sign = node.querySelector(`.sign.${CSS.escape(text.getAttribute('class').split(' ').pop())}`) ?? node.querySelector('.sign');
        if (sign) judge(`sign ${text.textContent} of ${name}`, getComputedStyle(text).fill, over(read(getComputedStyle(sign).fill), ground), 4.5);
      }
    }
    for (const path of document.querySelectorAll('.edge:not(.dim) path')) judge('a line', getComputedStyle(path).stroke, ground, 3);
    for (const element of document.querySelectorAll('.panel h3, .panel p, .panel li, .panel .why, .panel .badge, .controls button, .controls label, .legend .key')) {
      if (element.textContent && element.checkVisibility()) judge(`words of ${element.tagName} ${element.className}`, getComputedStyle(element).color, groundOf(element), 4.5);
    }
    return [...new Set(found)];
  });
}
