/// <reference lib="dom" />
// Runs inside the webview: shows what the extension sends and tells it what was clicked.

import { mark, reveal } from './selection';

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

function select(id: string | undefined, scroll = false): void {
  selected = mark(document, id)?.dataset.id;
  if (scroll && selected !== undefined) {
    reveal(document);
  }
}

host.postMessage({ ready: true });
