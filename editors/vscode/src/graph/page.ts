/// <reference lib="dom" />
// Runs inside the webview: shows what the extension sends and tells it what was clicked.

interface Content {
  title: string;
  summary: string;
  html: string;
  selected?: string;
}

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const host = acquireVsCodeApi();
let selected: string | undefined;

window.addEventListener('message', ({ data }: MessageEvent<Content>) => {
  document.querySelector('h1')!.textContent = data.title;
  document.querySelector('#summary')!.textContent = data.summary;
  document.querySelector('#stacks')!.innerHTML = data.html;
  select(data.selected ?? selected, data.selected !== undefined);
});

document.addEventListener('click', event => choose(event.target));
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) {
    choose(event.target);
  } else if (event.key === 'Escape') {
    select(undefined);
  }
});

function choose(target: EventTarget | null): void {
  const id = target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset.id : undefined;
  select(id);
  if (id !== undefined) {
    host.postMessage({ reveal: id });
  }
}

/** Marks a component and all that it depends on, or that depends on it, directly or not; dims the rest. */
function select(id: string | undefined, scroll = false): void {
  const edges = [...document.querySelectorAll<SVGElement>('.edge')];
  const nodes = [...document.querySelectorAll<SVGElement>('.node')];
  const chosen = nodes.find(node => node.dataset.id === id);
  selected = chosen ? id : undefined;

  const down = reach(selected, edges, 'from', 'to');
  const up = reach(selected, edges, 'to', 'from');
  const on = (name: string | undefined) => name !== undefined && (down.has(name) || up.has(name));
  for (const node of nodes) {
    node.classList.toggle('dim', selected !== undefined && !on(node.dataset.id));
    node.classList.toggle('chosen', node === chosen);
  }
  for (const edge of edges) {
    const { from = '', to = '' } = edge.dataset;
    edge.classList.toggle('dim', selected !== undefined && !((down.has(from) && down.has(to)) || (up.has(from) && up.has(to))));
  }
  if (scroll) {
    chosen?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }
}

function reach(start: string | undefined, edges: SVGElement[], from: 'from' | 'to', to: 'from' | 'to'): Set<string> {
  const found = new Set(start === undefined ? [] : [start]);
  // A set may grow while it is walked: new members are visited too.
  for (const id of found) {
    for (const edge of edges) {
      const target = edge.dataset[to];
      if (edge.dataset[from] === id && target !== undefined) {
        found.add(target);
      }
    }
  }
  return found;
}

host.postMessage({ ready: true });
