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
      revert: (index: number) => host.postMessage({ revert: index }),
      save: (name: string, content: string) => host.postMessage({ save: name, content }),
      remember: (state: unknown) => host.setState({ uri, state }),
    }, state);
    host.setState({ uri, state });
  }
  shared = sharedOf(shown);
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

/** What several components can lose at once, as faults. */
let shared: { label: string; fault: string }[] = [];

function sharedOf(system: unknown): { label: string; fault: string }[] {
  const { zones = [], regions = [], domains = [] } = system as { zones?: string[]; regions?: string[]; domains?: string[] };
  const lost = (kind: string, names: string[]) => [...names].sort().map(name => ({ label: `${kind} ${name} is lost`, fault: `${kind}:${name}` }));
  return [...lost('zone', zones), ...lost('region', regions), ...lost('domain', domains)];
}

/** The failures that the server can play, by the names that it reads. */
function faults(component: { id: string; entry?: boolean; dependencies?: string[] } | undefined): { label: string; fault: string; short?: string }[] {
  const id = component?.id;
  const own = id === undefined ? [] : [
    ['it fails', `${id} is down as a whole`, `component:${id}`],
    ['one instance is lost', `one instance of ${id} is lost`, `instance:${id}#0`],
    ['it is overloaded', `${id} is overloaded`, `overloaded:${id}`],
    ['it fails 20 %', `${id} fails 20 % of its requests`, `errors:${id}:20%`],
    ['it takes ×10', `${id} takes 10 times as long`, `latency:${id}:x10`],
    ...(component?.entry ? [['×3 requests', `3 times as many requests come in at ${id}`, `traffic:${id}:x3`]] : []),
    ...(component?.dependencies ?? []).map(to => ['', `${id} loses ${to}`, `cut:${id}->${to}`]),
  ];
  const load = [['', '3 times as many requests', 'traffic:x3'], ['', '10 times as many requests', 'traffic:x10']];
  const all = (list: string[][]) => list.map(([short = '', label = '', fault = '']) => ({ label, fault, ...(short ? { short } : {}) }));
  return [...all(own), ...shared, ...all(load)];
}

document.querySelector('#pin')!.addEventListener('change', event => host.postMessage({ pin: (event.target as HTMLInputElement).checked }));
document.querySelector('#which select')!.addEventListener('change', event => host.postMessage({ stack: Number((event.target as HTMLSelectElement).value) }));
host.postMessage({ ready: true });
