// The picture for elsewhere: SVG with its colours, PNG, Mermaid, DOT.

import type { Parts } from './system';

/** The drawing by itself: whole, in the colours that it has here. */
export function svgText(svg: SVGSVGElement, style: string, size: { width: number; height: number }): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const margin = 16;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(Math.ceil(size.width + 2 * margin)));
  copy.setAttribute('height', String(Math.ceil(size.height + 2 * margin)));
  copy.setAttribute('viewBox', `${-margin} ${-margin} ${size.width + 2 * margin} ${size.height + 2 * margin}`);
  copy.removeAttribute('class');
  copy.querySelector('.world')?.removeAttribute('transform');
  const computed = getComputedStyle(svg);
  // Only what the style names: a theme has hundreds of colours.
  const names = new Set(style.match(/--[\w-]+/g) ?? []);
  const values = [...names].map(name => `${name}: ${computed.getPropertyValue(name).trim() || 'initial'};`).join(' ');
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  ground.textContent = `svg { ${values} background: ${getComputedStyle(document.body).backgroundColor}; }\n${style}`;
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** The same as pixels: a data URL. Nothing where the picture is larger than a browser draws. */
export async function pngUrl(svg: string, scale: number): Promise<string | undefined> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  const fitting = Math.min(scale, 8000 / image.width, 8000 / image.height);
  canvas.width = Math.ceil(image.width * fitting);
  canvas.height = Math.ceil(image.height * fitting);
  const context = canvas.getContext('2d');
  if (!context || canvas.width === 0 || canvas.height === 0) {
    return undefined;
  }
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}

const ARROWS: Record<string, string> = { requires: '-->', optional: '-.->', async: '-.->' };

/** A flowchart of Mermaid. */
export function mermaid({ components, dependencies }: Parts): string {
  const number = new Map(components.map(({ id }, index) => [id, `c${index}`]));
  const text = (words: string) => `"${words.replaceAll('"', '#quot;').replace(/[<>\n]/g, ' ')}"`;
  const nodes = components.map(({ id, single_point }) => `  ${number.get(id)}[${text(id)}]${single_point ? ':::single' : ''}`);
  const edges = dependencies.flatMap(({ from, to, kind }) => {
    const [one, other] = [number.get(from), number.get(to)];
    const label = kind === 'requires' ? '' : `|${kind}|`;
    return one && other ? [`  ${one} ${ARROWS[kind] ?? '-->'}${label} ${other}`] : [];
  });
  return ['flowchart TD', ...nodes, ...edges, '  classDef single stroke:#c00,stroke-width:2px', ''].join('\n');
}

/** A graph of DOT. */
export function dot({ components, dependencies }: Parts): string {
  const quoted = (words: string) => `"${words.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
  const nodes = components.map(({ id, single_point }) => `  ${quoted(id)}${single_point ? ' [color=red, penwidth=2]' : ''};`);
  const styles: Record<string, string> = { optional: ' [style=dashed]', async: ' [style=dotted]' };
  const edges = dependencies.map(({ from, to, kind }) => `  ${quoted(from)} -> ${quoted(to)}${styles[kind] ?? ''};`);
  return ['digraph system {', '  node [shape=box];', ...nodes, ...edges, '}', ''].join('\n');
}
