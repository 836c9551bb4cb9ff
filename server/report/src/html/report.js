// What the page does: one stack at a time, its graph, and its scenarios. Everything is in the page already; names are only
// ever put in as text.
'use strict';
(() => {
  const { draw, outlineInto, duration } = foreshockGraph;
  const data = JSON.parse(document.getElementById('data').textContent);
  const HEALTH = ['HEALTHY', 'DEGRADED', 'OVERLOADED', 'DOWN'];
  /** A larger graph is shown one neighbourhood at a time. */
  const WHOLE = 60;
  let counter = 0;

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  const id = text => element('bdi', { className: 'id', textContent: text });

  /** A labelled control. */
  function labelled(text, control) {
    control.id = `control-${counter++}`;
    return element('label', { htmlFor: control.id }, text, control);
  }

  function choice(options, value) {
    const select = element('select', {}, ...options.map(([key, text]) => element('option', { value: key, textContent: text })));
    select.value = value;
    return select;
  }

  /** The rows of the data as the graph wants them. */
  function unpack({ root, graph, texts }) {
    const components = graph.components.map(([id, kind, label, entry, place, redundancy, availability, source]) => ({
      id, kind: texts[kind], label, entry: entry === 1, place, redundancy,
      availability: availability === null ? undefined : { value: availability, source: texts[source] },
    }));
    const dependencies = graph.dependencies.map(([from, to, kind, confidence, evidence]) => ({
      from: components[from].id, to: components[to].id, kind: texts[kind], confidence: texts[confidence], evidence,
    }));
    const marks = new Map(Object.entries(graph.marks).map(([index, [mark]]) => [components[index].id, mark]));
    return { root, components, dependencies, marks, places: new Map(components.map((component, index) => [component.id, index])) };
  }

  /** A cascade of the data as effects in time order. */
  function effects(stack, graph, cascade) {
    const rows = stack.scenarios.cascades[cascade];
    const found = [];
    for (let at = 0; at + 6 < rows.length; at += 7) {
      const [component, health, seconds, dependency, words, because, likely] = rows.slice(at, at + 7);
      found.push({
        component, health: HEALTH[health], likely: HEALTH[likely] ?? 'HEALTHY', at: seconds, because: because < 0 ? undefined : because,
        words: words < 0 ? undefined : stack.texts[words], dependency: dependency < 0 ? undefined : graph.dependencies[dependency],
      });
    }
    return found;
  }

  /** What falls as nested lists: each component below the one that took it down. */
  function tree(graph, list) {
    const known = new Map(list.map(effect => [effect.component, effect]));
    // On the way up there may be a circle: the later one of it is then below nobody.
    const above = effect => {
      const first = effect.because === undefined ? undefined : known.get(effect.because);
      for (let up = first, seen = new Set(); up && !seen.has(up); up = known.get(up.because)) {
        if (up === effect) return undefined;
        seen.add(up);
      }
      return first;
    };
    const below = new Map();
    for (const effect of list) {
      const parent = above(effect);
      below.set(parent, [...(below.get(parent) ?? []), effect]);
    }
    const items = (parent, depth) => {
      const list = element('ul', { className: 'falls' });
      for (const effect of below.get(parent) ?? []) {
        const when = effect.at > 0 ? ` after ${duration(effect.at)}` : '';
        const item = element('li', {}, element('span', { className: `badge ${effect.health}`, textContent: effect.health }), ' ', id(graph.components[effect.component].id), when);
        if (effect.likely !== effect.health) item.append(element('span', { className: 'why', textContent: ` likely ${effect.likely}` }), ' ');
        if (effect.words) {
          const why = element('span', { className: 'why' }, `${effect.words} `, id(graph.components[effect.because].id));
          const [place] = effect.dependency?.evidence ?? [];
          if (place) why.append(' (', element('code', { textContent: place[0] }), ')');
          item.append(why);
        }
        // Deeper lists are not indented any further.
        if (below.has(effect) && depth < 30) item.append(items(effect, depth + 1));
        list.append(item);
      }
      return list;
    };
    return items(undefined, 0);
  }

  function quoted(word) {
    return /^[\w.:\/#=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  }

  /** The graph with what surrounds it. Returns how to show a cascade in it. */
  function graphView(host, stack, graph) {
    const large = graph.components.length > WHOLE;
    const picture = element('div', { className: 'picture' });
    const panel = element('div', { className: 'panel', role: 'region', ariaLabel: 'What falls', tabIndex: 0 });
    panel.setAttribute('aria-live', 'polite');
    const options = [['1', '1 step around'], ['2', '2 steps around'], ['4', '4 steps around'], ['', 'everything']];
    const steps = choice(options, large ? '2' : '');
    const names = element('datalist', { id: `names-${counter++}` }, ...graph.components.slice(0, 2000).map(it => element('option', { value: it.id })));
    const search = element('input', { type: 'search', placeholder: 'a component' });
    search.setAttribute('list', names.id);
    const clear = element('button', { type: 'button', textContent: 'Clear' });
    const status = element('span', { className: 'status', role: 'status' });
    const legend = element('p', { className: 'legend' }, ...['requires', 'optional', 'async', 'unsure'].map(kind =>
      element('span', { className: `key ${kind}`, textContent: kind === 'unsure' ? 'not certain' : kind })));
    const outline = element('div', {});
    const listed = element('details', { className: 'below' }, element('summary', { textContent: 'The same as a list' }), outline);
    host.append(
      element('p', { className: 'quiet', textContent: 'Each component stands below what depends on it. Choose one to see what falls with it.' }),
      element('div', { className: 'controls' }, labelled('Show', steps), labelled('Find', search), names, clear, status),
      legend, element('div', { className: 'split' }, picture, panel), listed);

    let chosen = large && graph.components[stack.graph.start] ? graph.components[stack.graph.start].id : undefined;
    let played;

    function show() {
      const fates = played && new Map(played.effects.map(effect => [graph.components[effect.component].id, effect]));
      const wish = { chosen, steps: steps.value === '' ? undefined : Number(steps.value), fates };
      const drawn = draw(picture, graph, graph.marks, wish);
      const all = graph.components.length;
      status.textContent = drawn === all ? `${all} components` : `${drawn} of ${all} components${chosen === undefined ? '' : `, around ${chosen}`}`;
      tell();
    }

    function tell() {
      panel.replaceChildren();
      if (played) {
        panel.append(element('h3', {}, 'When ', id(played.name), ' fails'));
        const others = played.effects.length;
        panel.append(element('p', { className: 'quiet', textContent: others === 0 ? 'Nothing gets worse.' : `${others} of ${graph.components.length} components are worse.` }), tree(graph, played.effects));
      } else if (chosen === undefined) {
        panel.append(element('h3', { textContent: 'What falls' }), element('p', { className: 'quiet', textContent: 'No component is chosen.' }));
      }
      const component = graph.components[graph.places.get(chosen)];
      if (component) {
        if (!played) {
          panel.append(element('h3', {}, id(component.id)));
          const command = element('code', { textContent: `foreshock simulate ${quoted(stack.path)} --fail ${quoted(component.id)}` });
          panel.append(element('p', { className: 'quiet' }, 'What falls with it is not in this page: ', command));
        }
        const facts = [component.kind, component.place ? `declared at ${component.place}` : '', component.availability?.source ? `availability: ${component.availability.source}` : ''];
        panel.append(element('p', { className: 'quiet' }, element('bdi', { textContent: facts.filter(Boolean).join(' · ') })));
      }
    }

    /** One component in the middle, with what falls when it does. */
    function choose(name) {
      chosen = graph.places.has(name) ? name : undefined;
      const cascade = chosen === undefined ? -1 : stack.scenarios.of_component[graph.places.get(chosen)];
      played = cascade >= 0 ? { name: chosen, effects: effects(stack, graph, cascade) } : undefined;
      show();
    }

    const target = event => event.target instanceof Element ? event.target.closest('[data-id]')?.dataset.id : undefined;
    const follow = event => {
      const name = target(event);
      if (name !== undefined) {
        choose(name);
        const again = [...picture.querySelectorAll('.node')].find(node => node.dataset.id === name);
        // The box was drawn anew: whoever uses the keyboard goes on from there.
        again?.focus({ preventScroll: true });
      }
    };
    picture.addEventListener('click', follow);
    picture.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); follow(event); }
    });
    outline.addEventListener('click', follow);
    addEventListener('keydown', event => { if (event.key === 'Escape' && host.offsetParent) choose(undefined); });
    steps.addEventListener('change', show);
    search.addEventListener('change', () => { if (graph.places.has(search.value)) choose(search.value); });
    clear.addEventListener('click', () => { search.value = ''; choose(undefined); });
    listed.addEventListener('toggle', () => { if (outline.childElementCount === 0) outlineInto(outline, graph, graph.marks); });

    choose(chosen);
    return {
      /** A cascade that some scenario has. */
      play(name, cascade) {
        const list = effects(stack, graph, cascade);
        chosen = list[0] ? graph.components[list[0].component].id : undefined;
        played = { name, effects: list };
        show();
        host.scrollIntoView({ block: 'start' });
        panel.focus({ preventScroll: true });
      },
    };
  }

  const COLUMNS = [
    { key: 'severity', title: 'Severity', numeric: true },
    { key: 'name', title: 'Scenario' },
    { key: 'class', title: 'Class' },
    { key: 'likelihood', title: 'Of the time', numeric: true },
    { key: 'down', title: 'Down', numeric: true },
    { key: 'affected', title: 'Worse', numeric: true },
  ];

  function share(value) {
    if (value === null) return '–';
    const percent = 100 * value;
    return percent >= 0.01 || percent === 0 ? `${percent.toFixed(2)} %` : `${percent.toExponential(1)} %`;
  }

  /** Every scenario, a page at a time. */
  function scenarioView(host, stack, view) {
    const { faults, class: classes, first, second, severity, likelihood, affected, down, cascade } = stack.scenarios;
    const count = first.length;
    const name = at => second[at] < 0 ? faults[first[at]] : `pair:${faults[first[at]]}+${faults[second[at]]}`;
    const value = {
      severity: at => severity[at], likelihood: at => likelihood[at] ?? -1, down: at => down[at], affected: at => affected[at] - down[at],
      class: at => stack.texts[classes[at]], name,
    };
    let order = { key: 'severity', falling: true };
    let shown = [];
    let page = 0;

    const search = element('input', { type: 'search', placeholder: 'part of a name' });
    const present = [...new Set(classes)].map(index => stack.texts[index]);
    const kind = choice([['', 'all classes'], ...present.map(text => [text, text])], '');
    const least = choice([['0', 'any severity'], ['0.01', 'some loss'], ['4', '4 and more'], ['7', '7 and more'], ['10', '10']], '0');
    const lines = choice([['25', '25 rows'], ['100', '100 rows'], ['500', '500 rows']], '25');
    const status = element('span', { className: 'status', role: 'status' });
    const previous = element('button', { type: 'button', textContent: 'Previous' });
    const next = element('button', { type: 'button', textContent: 'Next' });
    const heads = COLUMNS.map(({ key, title, numeric }) => {
      const button = element('button', { type: 'button', textContent: title });
      button.addEventListener('click', () => {
        order = { key, falling: order.key === key ? !order.falling : Boolean(numeric) };
        update();
      });
      const head = element('th', { scope: 'col', className: numeric ? 'number' : '' }, button);
      return head;
    });
    const body = element('tbody');
    const caption = element('caption', { className: 'visually-hidden', textContent: 'Scenarios' });
    host.append(
      element('div', { className: 'controls' }, labelled('Search', search), labelled('Class', kind), labelled('Severity', least), status),
      element('div', { className: 'scroll' }, element('table', { className: 'rows' }, caption, element('thead', {}, element('tr', {}, ...heads)), body)),
      element('div', { className: 'controls' }, previous, next, labelled('Show', lines)));

    function update() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const hits = words.map(word => faults.map(fault => fault.toLowerCase().includes(word)));
      const meets = at => hits.every((hit, index) => hit[first[at]] || (second[at] >= 0 && (hit[second[at]] || 'pair:'.includes(words[index]))) || (words[index].includes('+') && name(at).toLowerCase().includes(words[index])));
      const wanted = Number(least.value);
      shown = [];
      for (let at = 0; at < count; at++) {
        if (severity[at] >= wanted && (kind.value === '' || stack.texts[classes[at]] === kind.value) && meets(at)) shown.push(at);
      }
      const of = value[order.key];
      const sign = order.falling ? -1 : 1;
      const keys = new Map(shown.map(at => [at, of(at)]));
      const compare = (one, other) => one < other ? -1 : one > other ? 1 : 0;
      // What is equally severe is told by how likely it is, as the sweep does.
      shown.sort((a, b) => sign * compare(keys.get(a), keys.get(b)) || compare(likelihood[b] ?? -1, likelihood[a] ?? -1) || a - b);
      heads.forEach((head, index) => {
        if (COLUMNS[index].key === order.key) head.setAttribute('aria-sort', order.falling ? 'descending' : 'ascending');
        else head.removeAttribute('aria-sort');
      });
      turn(0);
    }

    const size = () => Number(lines.value);

    function turn(to) {
      const pages = Math.max(1, Math.ceil(shown.length / size()));
      page = Math.min(Math.max(0, to), pages - 1);
      const start = page * size();
      const rows = shown.slice(start, start + size());
      body.replaceChildren(...rows.map(row));
      previous.disabled = page === 0;
      next.disabled = page === pages - 1;
      status.textContent = shown.length === 0 ? 'no scenario meets this' : `${start + 1} to ${start + rows.length} of ${shown.length.toLocaleString('en')}`;
    }

    function row(at) {
      const text = name(at);
      const button = element('button', { type: 'button', textContent: text });
      const line = element('tr', {},
        element('td', { className: `number ${severity[at] >= 7 ? 'bad' : severity[at] >= 4 ? 'middling' : ''}`, textContent: severity[at].toFixed(1) }),
        element('td', {}, button),
        element('td', { textContent: stack.texts[classes[at]] }),
        element('td', { className: 'number', textContent: share(likelihood[at]) }),
        element('td', { className: 'number', textContent: down[at] }),
        element('td', { className: 'number', textContent: affected[at] - down[at] }));
      button.addEventListener('click', () => {
        body.querySelectorAll('.chosen').forEach(other => other.classList.remove('chosen'));
        line.classList.add('chosen');
        if (cascade[at] >= 0) {
          view.play(text, cascade[at]);
        } else if (!line.querySelector('code')) {
          const asked = [first[at], second[at]].filter(index => index >= 0).map(index => `--fail ${quoted(faults[index])}`);
          const command = `foreshock simulate ${quoted(stack.path)} ${asked.join(' ')}${asked.length > 1 ? ' --together' : ''}`;
          button.after(element('br'), element('code', { textContent: command }));
        }
      });
      return line;
    }

    search.addEventListener('input', update);
    kind.addEventListener('change', update);
    least.addEventListener('change', update);
    lines.addEventListener('change', () => turn(0));
    previous.addEventListener('click', () => turn(page - 1));
    next.addEventListener('click', () => turn(page + 1));
    update();
  }

  const articles = [...document.querySelectorAll('article.stack')];
  const open = new Set();

  /** Draws a stack when it is first looked at. */
  function show(index) {
    articles.forEach((article, at) => { article.hidden = at !== index; });
    const article = articles[index];
    const stack = data.stacks[index];
    if (!article || !stack || open.has(index)) return;
    open.add(index);
    const host = article.querySelector('[data-graph]');
    if (!host) return;
    const graph = unpack(stack);
    const view = graphView(host, stack, graph);
    const scenarios = article.querySelector('[data-scenarios]');
    if (scenarios) scenarioView(scenarios, stack, view);
  }

  const chooser = document.getElementById('stack');
  chooser?.addEventListener('change', () => show(Number(chooser.value)));
  // A link to a section of another stack opens that stack.
  const linked = () => articles.findIndex(article => location.hash.length > 1 && article.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`));
  const begin = linked() >= 0 ? linked() : data.begin ?? 0;
  if (chooser) chooser.value = String(begin);
  if (articles.length > 0) show(begin);

  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    closed.forEach(details => { details.open = true; });
  });
  addEventListener('afterprint', () => closed.forEach(details => { details.open = false; }));
})();
