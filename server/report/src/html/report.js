// What the page does: one stack at a time, its graph, and its scenarios. Everything is in the page already; names are only
// ever put in as text.
'use strict';
(() => {
  const { mount } = foreshockGraph;
  const data = JSON.parse(document.getElementById('data').textContent);
  const HEALTH = ['HEALTHY', 'DEGRADED', 'OVERLOADED', 'DOWN'];
  /** The editor that shows the page, if one does: it opens lines and saves files. */
  const editor = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;
  /** What was chosen and where the page was, when an editor shows a newer one in its place; else nothing. */
  const kept = editor?.getState() ?? {};
  function keep(key, value) {
    if (!editor) return;
    kept[key] = value;
    editor.setState(kept);
  }
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
    for (const [index, [severity, points, isNew, single]] of Object.entries(graph.marks)) {
      Object.assign(components[index], { severity, points, new: isNew === 1, single_point: single === 1 });
    }
    return { title: root, components, dependencies, places: new Map(components.map((component, index) => [component.id, index])) };
  }

  /** What is played of the data as effects in time order, as the picture reads them. */
  function effects(stack, graph, played) {
    const [cascade, way] = stack.scenarios.plays[played];
    const rows = stack.scenarios.cascades[cascade];
    const backs = stack.scenarios.backs[way];
    // Below zero: not by itself.
    const back = at => backs === undefined ? undefined : backs[at] < 0 ? null : backs[at];
    const found = [];
    for (let at = 0; at + 6 < rows.length; at += 7) {
      const [component, health, seconds, dependency, words, because, likely] = rows.slice(at, at + 7);
      const [proof] = graph.dependencies[dependency]?.evidence ?? [];
      found.push({
        component: graph.components[component].id, health: HEALTH[health], likely: HEALTH[likely] ?? 'HEALTHY', at: seconds,
        back: back(at / 7), because: graph.components[because]?.id, why: words < 0 ? undefined : stack.texts[words], place: proof?.[0],
      });
    }
    return found;
  }

  function quoted(word) {
    return /^[\w.:\/#=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  }

  /** The picture with what surrounds it. Returns how to show a cascade in it. */
  function graphView(host, stack, graph, key) {
    const single = new Map();
    const { faults, first, second, cascade } = stack.scenarios;
    first.forEach((fault, at) => { if (second[at] < 0 && cascade[at] >= 0 && !single.has(faults[fault])) single.set(faults[fault], cascade[at]); });
    const of = (title, number) => ({ title, effects: effects(stack, graph, number) });
    const pair = (one, other) => {
      const at = first.findIndex((fault, at) => second[at] >= 0 && cascade[at] >= 0 && [one, other].every(name => name === faults[fault] || name === faults[second[at]]));
      return at < 0 ? undefined : cascade[at];
    };
    const byName = fault => {
      const name = fault.replace(/^component:/, '');
      const known = graph.places.has(name) ? stack.scenarios.of_component[graph.places.get(name)] : -1;
      return fault.startsWith('component:') && known >= 0 ? known : single.get(fault);
    };
    /** What else a component can suffer, as the sweep names it. */
    const kindsOf = id => [
      [`instance:${id}#0`, 'one instance is lost'], [`latency:${id}:x10`, 'it takes ×10'], [`traffic:${id}:x3`, '×3 requests'],
      [`exhausted:${id}:cpu`, 'no processor time is left'], [`exhausted:${id}:connections`, 'no connection is left'],
      [`exhausted:${id}:memory`, 'memory is full'], [`exhausted:${id}:disk`, 'the disk is full'],
    ];
    const picture = mount(host, graph, {
      wheelNeedsKey: true,
      simulate: (fault, and) => {
        const number = and === undefined || and === fault ? byName(fault) : pair(fault, and);
        const title = and === undefined ? fault : `${fault} and ${and}`;
        return Promise.resolve(number === undefined ? undefined : of(title.replace(/\bcomponent:/g, ''), number));
      },
      faults: component => {
        const all = [...single.keys()].filter(fault => !fault.startsWith('component:') && !fault.startsWith('instance:'));
        const own = component ? [[`component:${component.id}`, 'it fails'], ...kindsOf(component.id)].filter(([fault]) => byName(fault) !== undefined).map(([fault, short]) => ({ label: fault === `component:${component.id}` ? `${component.id} is down` : fault, fault, short })) : [];
        return [...own, ...all.slice(0, 200).map(fault => ({ label: fault, fault }))];
      },
      remember: state => keep(`graph ${key}`, state),
      command: id => `foreshock simulate ${quoted(stack.path)} --fail ${quoted(id)}`,
      open: editor && (place => editor.postMessage({ open: place })),
      save: (name, content) => {
        if (editor) return editor.postMessage({ save: name, content });
        const url = content.startsWith('data:') ? content : URL.createObjectURL(new Blob([content], { type: 'text/plain' }));
        element('a', { href: url, download: name }).click();
        return undefined;
      },
    }, kept[`graph ${key}`]);
    return {
      /** A cascade that some scenario has. */
      play(name, number) {
        picture.playCascade(of(name, number));
        host.scrollIntoView({ block: 'start' });
        host.querySelector('.panel').focus({ preventScroll: true });
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
  function scenarioView(host, stack, view, key) {
    const { faults, class: classes, first, second, severity, likelihood, affected, down, cascade } = stack.scenarios;
    const count = first.length;
    const name = at => second[at] < 0 ? faults[first[at]] : `pair:${faults[first[at]]}+${faults[second[at]]}`;
    const value = {
      severity: at => severity[at], likelihood: at => likelihood[at] ?? -1, down: at => down[at], affected: at => affected[at] - down[at],
      class: at => stack.texts[classes[at]], name,
    };
    const before = kept[`scenarios ${key}`];
    let order = before?.order ?? { key: 'severity', falling: true };
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

    const controls = [search, kind, least, lines];
    const remember = () => keep(`scenarios ${key}`, { order, page, values: controls.map(control => control.value) });
    host.addEventListener('input', remember);
    host.addEventListener('click', remember);
    before?.values.forEach((value, at) => { controls[at].value = value; });
    search.addEventListener('input', update);
    kind.addEventListener('change', update);
    least.addEventListener('change', update);
    lines.addEventListener('change', () => turn(0));
    previous.addEventListener('click', () => turn(page - 1));
    next.addEventListener('click', () => turn(page + 1));
    update();
    turn(before?.page ?? 0);
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
    // Stacks are known again by their place: one may come or go meanwhile.
    const key = `${stack.path} ${stack.root}`;
    const view = graphView(host, stack, graph, key);
    const scenarios = article.querySelector('[data-scenarios]');
    if (scenarios) scenarioView(scenarios, stack, view, key);
  }

  const chooser = document.getElementById('stack');
  const choose = index => {
    show(index);
    keep('stack', `${data.stacks[index]?.path} ${data.stacks[index]?.root}`);
  };
  chooser?.addEventListener('change', () => choose(Number(chooser.value)));
  // A link to a section of another stack opens that stack.
  const linked = () => articles.findIndex(article => location.hash.length > 1 && article.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`));
  const before = data.stacks.findIndex(stack => `${stack.path} ${stack.root}` === kept.stack);
  const begin = linked() >= 0 ? linked() : before >= 0 ? before : data.begin ?? 0;
  if (chooser) chooser.value = String(begin);
  if (articles.length > 0) show(begin);

  // In an editor a line is a link.
  if (editor) {
    document.body.classList.add('in-editor');
    const sections = [...document.querySelectorAll('summary')];
    const named = section => `${section.closest('article')?.querySelector('h1')?.textContent} ${section.closest('section')?.querySelector('h2')?.id} ${section.textContent}`;
    sections.filter(section => kept.opened?.[named(section)] !== undefined).forEach(section => { section.parentElement.open = kept.opened[named(section)]; });
    document.addEventListener('toggle', event => {
      const section = event.target instanceof Element ? event.target.querySelector(':scope > summary') : undefined;
      if (sections.includes(section)) keep('opened', { ...kept.opened, [named(section)]: event.target.open });
    }, true);
    if (kept.scrolled) scrollTo(0, kept.scrolled);
    let late;
    addEventListener('scroll', () => {
      clearTimeout(late);
      late = setTimeout(() => keep('scrolled', scrollY), 100);
    });
    document.addEventListener('click', event => {
      const place = event.target instanceof Element ? event.target.closest('.place code, .linked code') : undefined;
      if (place) editor.postMessage({ open: place.textContent });
    });
  }

  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    closed.forEach(details => { details.open = true; });
  });
  addEventListener('afterprint', () => closed.forEach(details => { details.open = false; }));
})();
