/// <reference lib="dom" />
// Runs inside the webview: gives the picture what the extension sends, and tells the extension what is asked for.

interface Cascade { title: string; effects: unknown[] }
interface Graph {
  show(system: unknown): void;
  choose(id: string | undefined, options?: { reveal?: boolean }): void;
  playCascade(cascade: Cascade, at?: 'start' | 'end'): void;
}
interface Content {
  system?: unknown;
  stacks?: string[];
  stack?: number;
  uri?: string;
  chosen?: string;
  fault?: string;
  cursor?: string;
  answer?: number;
  cascade?: Cascade;
}

declare const foreshockGraph: { mount(host: Element, system: unknown, able: unknown, state?: unknown): Graph };
declare function acquireVsCodeApi(): { postMessage(message: unknown): void; getState(): Record<string, unknown> | undefined; setState(state: unknown): void };

const host = acquireVsCodeApi();
const waiting = new Map<number, (cascade: Cascade | undefined) => void>();
let number = 0;
let uri = '';
let graph: Graph | undefined;

const simulate = (fault: string, and?: string) =>
  new Promise<Cascade | undefined>(resolve => {
    waiting.set(++number, resolve);
    host.postMessage({ simulate: fault, and, number });
  });

window.addEventListener('message', ({ data }: MessageEvent<Content>) => {
  if (data.answer !== undefined) {
    waiting.get(data.answer)?.(data.cascade);
    waiting.delete(data.answer);
  } else if (data.cursor !== undefined) {
    graph?.choose(data.cursor);
  } else if (data.stacks) {
    void draw(data);
  }
});

async function draw({ system, stacks = [], stack = 0, uri: of = '', chosen, fault }: Content): Promise<void> {
  const which = document.querySelector<HTMLElement>('#which')!;
  const select = which.querySelector('select')!;
  which.hidden = stacks.length < 2;
  select.replaceChildren(...stacks.map((title, index) => new Option(title, String(index))));
  select.value = String(stack);
  document.querySelector('h1')!.textContent = stacks[stack] || 'Foreshock';
  const shown = system ?? { title: '', components: [], dependencies: [] };
  const known = host.getState();
  if (graph && of === uri) {
    graph.show(shown);
  } else {
    const state = known?.uri === of ? known.state : undefined;
    uri = of;
    graph = foreshockGraph.mount(document.querySelector('#graph')!, shown, {
      simulate,
      faults,
      reveal: (id: string) => host.postMessage({ reveal: id }),
      open: (place: string) => host.postMessage({ open: place }),
      save: (name: string, content: string) => host.postMessage({ save: name, content }),
      remember: (state: unknown) => host.setState({ uri, state }),
    }, state);
    host.setState({ uri, state });
  }
  zones = zonesOf(shown);
  if (chosen !== undefined) {
    graph.choose(chosen);
  }
  if (fault !== undefined) {
    const cascade = await simulate(fault);
    if (cascade) {
      graph.playCascade(cascade);
    }
  }
}

let zones: string[] = [];

function zonesOf(system: unknown): string[] {
  const { components } = system as { components: { redundancy?: { zones?: unknown } }[] };
  const all = components.flatMap(({ redundancy }) => (Array.isArray(redundancy?.zones) ? (redundancy.zones as string[]) : []));
  return [...new Set(all)].sort();
}

/** The failures that the server can play, by the names that it reads. */
function faults(component: { id: string } | undefined): { label: string; fault: string }[] {
  const id = component?.id;
  const own = id === undefined ? [] : [
    [`${id} is down as a whole`, `component:${id}`],
    [`one instance of ${id} is lost`, `instance:${id}#0`],
    [`${id} is overloaded`, `overloaded:${id}`],
    [`${id} fails 20 % of its requests`, `errors:${id}:20%`],
    [`${id} takes 10 times as long`, `latency:${id}:x10`],
  ];
  const all = [...zones.map(zone => [`zone ${zone} is lost`, `zone:${zone}`]), ['3 times as many requests', 'traffic:x3'], ['10 times as many requests', 'traffic:x10']];
  return [...own, ...all].map(([label = '', fault = '']) => ({ label, fault }));
}

document.querySelector('#pin')!.addEventListener('change', event => host.postMessage({ pin: (event.target as HTMLInputElement).checked }));
document.querySelector('#which select')!.addEventListener('change', event => host.postMessage({ stack: Number((event.target as HTMLSelectElement).value) }));
host.postMessage({ ready: true });
