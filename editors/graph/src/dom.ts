// Elements of a page. Names of files only ever become text.

type Properties = Record<string, string | number | boolean>;

let counter = 0;

export function html<Name extends keyof HTMLElementTagNameMap>(name: Name, properties: Properties, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) {
      (made as unknown as Record<string, unknown>)[key] = value;
    } else {
      made.setAttribute(key, String(value));
    }
  }
  made.append(...children);
  return made;
}

/** A name of the user's own. */
export function id(text: string): HTMLElement {
  return html('bdi', { className: 'id', textContent: text });
}

/** A labelled control. */
export function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  control.id = `fg-${counter++}`;
  return html('label', { htmlFor: control.id }, text, control);
}

export function choice(options: string[][], value: string): HTMLSelectElement {
  const select = html('select', {}, ...options.map(([key = '', text = '']) => html('option', { value: key, textContent: text })));
  select.value = value;
  return select;
}

export function button(text: string, act: () => void): HTMLButtonElement {
  const made = html('button', { type: 'button', textContent: text });
  made.addEventListener('click', act);
  return made;
}
