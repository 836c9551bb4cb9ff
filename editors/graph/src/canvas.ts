// The picture in its window: draws what is in sight, pans, zooms, fits, and has a small map of the whole.

import type { Change } from './difference';
import { boxElement, element, extent, hullElement, lineElement, trayElement } from './draw';
import { isGroup } from './grouping';
import type { Direction, Layout, PlacedBox, PlacedLine, Rect } from './layout';

export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Marks {
  changes: ReadonlyMap<string, Change>;
  lines: ReadonlyMap<string, Change>;
}

const SCALE = { least: 0.12, most: 2.5 };
/** Below this only what is in sight is drawn. */
const DRAW_ALL = 260;
const MARGIN = 24;
/** So much around what is in sight is drawn, too, in px. */
const SLACK = 400;

export class Canvas {
  readonly svg = element('svg', { class: 'picture-svg', role: 'group', 'aria-label': 'Dependencies of the system' }) as SVGSVGElement;
  readonly host = document.createElement('div');
  private readonly world = element('g', { class: 'world' });
  private readonly under = element('g', {});
  private readonly lines = element('g', { 'aria-hidden': 'true' });
  private readonly boxes = element('g', {});
  private readonly map = document.createElement('canvas');
  private layout: Layout = { boxes: [], lines: [], hulls: [], tray: undefined, width: 0, height: 0 };
  private direction: Direction = 'down';
  private marks: Marks = { changes: new Map(), lines: new Map() };
  private readonly drawnBoxes = new Map<PlacedBox, SVGElement>();
  private readonly drawnLines = new Map<PlacedLine, SVGElement>();
  private extents = new Map<PlacedLine, Rect>();
  private frame = 0;
  private isMoved = false;
  private dragged = { x: 0, y: 0 };
  /** The boxes of the map, drawn once. */
  private mapped: HTMLCanvasElement | undefined;
  private mapColour = '';
  private seen: View = { x: 0, y: 0, scale: 1 };

  constructor(
    private readonly decorate: (drawn: Element[]) => void,
    private readonly moved: () => void,
    wheelNeedsKey: boolean,
  ) {
    this.host.className = 'picture';
    const arrow = element('marker', { id: 'fg-arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: 'userSpaceOnUse', orient: 'auto' }, element('path', { class: 'head', d: 'M0 0 8 4 0 8z' }));
    this.world.append(this.under, this.lines, this.boxes);
    this.svg.append(element('defs', {}, arrow), this.world);
    this.map.className = 'map';
    this.map.setAttribute('aria-hidden', 'true');
    this.host.append(this.svg, this.map);
    this.listen(wheelNeedsKey);
    // Until somebody has moved it, all of it stays in the window.
    new ResizeObserver(() => (this.isMoved ? this.sync() : this.fit())).observe(this.host);
  }

  show(layout: Layout, direction: Direction, marks: Marks): void {
    this.layout = layout;
    this.direction = direction;
    this.marks = marks;
    this.extents = new Map(layout.lines.filter(({ points }) => points.length > 0).map(line => [line, extent(line)]));
    this.mapped = undefined;
    this.drawnBoxes.clear();
    this.drawnLines.clear();
    this.boxes.replaceChildren();
    this.lines.replaceChildren();
    this.under.replaceChildren(...layout.hulls.map(hullElement), ...(layout.tray ? [trayElement(layout.tray)] : []));
    this.decorate([...this.under.children]);
    this.sync();
  }

  get view(): View {
    return { ...this.seen, x: this.seen.x + this.dragged.x, y: this.seen.y + this.dragged.y };
  }

  /** Somebody has decided what is to be seen. */
  set view(view: View) {
    this.dragged = { x: 0, y: 0 };
    this.svg.style.transform = '';
    this.seen = view;
    this.isMoved = true;
  }

  get size(): { width: number; height: number } {
    return { width: this.layout.width, height: this.layout.height };
  }

  /** Everything is drawn, also what is out of sight: for a copy of it. */
  drawAll(): void {
    this.sync(true);
  }

  /** All of it in the window, as far as it can be read then. */
  fit(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width === 0 || this.layout.width === 0) {
      return;
    }
    const fitting = Math.min((width - 2 * MARGIN) / this.layout.width, (height - 2 * MARGIN) / this.layout.height, 1);
    const scale = Math.max(SCALE.least, fitting);
    this.dragged = { x: 0, y: 0 };
    this.svg.style.transform = '';
    this.isMoved = false;
    this.seen = { scale, x: (width - this.layout.width * scale) / 2, y: Math.max(MARGIN, (height - this.layout.height * scale) / 2) };
    this.sync();
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    const { x, y } = at ?? { x: width / 2, y: height / 2 };
    const scale = Math.min(SCALE.most, Math.max(SCALE.least, this.view.scale * factor));
    const ratio = scale / this.view.scale;
    this.view = { scale, x: x - (x - this.view.x) * ratio, y: y - (y - this.view.y) * ratio };
    this.sync();
    this.moved();
  }

  pan(x: number, y: number): void {
    this.isMoved = true;
    this.dragged = { x: this.dragged.x + x, y: this.dragged.y + y };
    this.soon();
  }

  /** Brings a box into sight; what is in sight already stays where it is. */
  reveal(id: string): void {
    const box = this.layout.boxes.find(placed => placed.box.id === id);
    if (!box) {
      return;
    }
    const { clientWidth: width, clientHeight: height } = this.host;
    const scale = Math.max(this.view.scale, 0.55);
    const left = box.x * scale + this.view.x;
    const top = box.y * scale + this.view.y;
    const inside = scale === this.view.scale && left >= 0 && top >= 0 && left + box.width * scale <= width && top + box.height * scale <= height;
    if (!inside) {
      this.view = { scale, x: width / 2 - (box.x + box.width / 2) * scale, y: height / 2 - (box.y + box.height / 2) * scale };
      this.sync();
      this.moved();
    }
  }

  /** The element of a box, drawn for it if it is out of sight. */
  elementOf(id: string): SVGElement | undefined {
    const box = this.layout.boxes.find(placed => placed.box.id === id);
    return box && (this.drawnBoxes.get(box) ?? this.drawBox(box));
  }

  placeOf(id: string): PlacedBox | undefined {
    return this.layout.boxes.find(placed => placed.box.id === id);
  }

  /** The two ends of each line, drawn or not. */
  linesOfBoxes(): [string, string][] {
    return this.layout.lines.map(({ line }) => [line.from, line.to]);
  }

  all(): PlacedBox[] {
    return this.layout.boxes;
  }

  /**
   * While it is dragged the picture is moved as it is, which costs no drawing; what comes into sight is drawn when as much of it was
   * dragged as is drawn around.
   */
  private soon(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const { x, y } = this.dragged;
      if (Math.abs(x) > 0.8 * SLACK || Math.abs(y) > 0.8 * SLACK) {
        this.sync();
      } else {
        this.svg.style.transform = `translate(${x}px, ${y}px)`;
        this.drawMap();
      }
    });
  }

  /** What was dragged so far becomes where the picture is. */
  private settle(): void {
    const { x, y } = this.dragged;
    if (x !== 0 || y !== 0) {
      this.dragged = { x: 0, y: 0 };
      this.seen = { ...this.seen, x: this.seen.x + x, y: this.seen.y + y };
      this.svg.style.transform = '';
      this.moved();
    }
  }

  /** Draws what has come into sight and takes away what has left it. */
  sync(everything = false): void {
    this.settle();
    const { x, y, scale } = this.seen;
    this.world.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
    this.svg.classList.toggle('far', scale < 0.42);
    const { clientWidth, clientHeight } = this.host;
    if (clientWidth === 0 && !everything) {
      return;
    }
    const all = everything || this.layout.boxes.length <= DRAW_ALL;
    const sight = { x: (-x - SLACK) / scale, y: (-y - SLACK) / scale, width: (clientWidth + 2 * SLACK) / scale, height: (clientHeight + 2 * SLACK) / scale };
    const fresh: Element[] = [];
    const focused = document.activeElement;
    for (const box of this.layout.boxes) {
      const known = this.drawnBoxes.get(box);
      if (all || meets(box, sight)) {
        if (!known) {
          fresh.push(this.drawBox(box));
        }
      } else if (known && known !== focused) {
        known.remove();
        this.drawnBoxes.delete(box);
      }
    }
    for (const [line, around] of this.extents) {
      const known = this.drawnLines.get(line);
      if (all || meets(around, sight)) {
        if (!known) {
          const made = lineElement(line, this.direction, this.marks.lines);
          if (made) {
            this.drawnLines.set(line, made);
            this.lines.append(made);
            fresh.push(made);
          }
        }
      } else if (known) {
        known.remove();
        this.drawnLines.delete(line);
      }
    }
    if (fresh.length > 0) {
      this.decorate(fresh);
    }
    this.drawMap();
  }

  private drawBox(placed: PlacedBox): SVGElement {
    const { box } = placed;
    const made = boxElement(placed, isGroup(box) ? undefined : this.marks.changes.get(box.component.id));
    this.drawnBoxes.set(placed, made);
    this.boxes.append(made);
    return made;
  }

  /** A map of the whole, where not all of it is in sight. */
  private drawMap(): void {
    const { clientWidth, clientHeight } = this.host;
    const { x, y, scale } = this.view;
    const { width, height } = this.layout;
    const isWhole = x >= -1 && y >= -1 && x + width * scale <= clientWidth + 1 && y + height * scale <= clientHeight + 1;
    this.map.hidden = isWhole || width === 0;
    if (this.map.hidden) {
      return;
    }
    const most = { width: Math.min(180, clientWidth / 4), height: Math.min(120, clientHeight / 4) };
    const ratio = Math.min(most.width / width, most.height / height);
    const [wide, high] = [Math.max(24, Math.round(width * ratio)), Math.max(24, Math.round(height * ratio))];
    if (this.map.width !== wide || this.map.height !== high) {
      this.mapped = undefined;
      this.map.width = wide;
      this.map.height = high;
    }
    const context = this.map.getContext('2d');
    if (!context) {
      return;
    }
    this.mapped ??= this.drawMapped(wide, high, ratio);
    context.clearRect(0, 0, wide, high);
    context.drawImage(this.mapped, 0, 0);
    context.strokeStyle = this.mapColour;
    context.lineWidth = 1.5;
    context.strokeRect((-x / scale) * ratio, (-y / scale) * ratio, (clientWidth / scale) * ratio, (clientHeight / scale) * ratio);
  }

  private drawMapped(wide: number, high: number, ratio: number): HTMLCanvasElement {
    const made = document.createElement('canvas');
    made.width = wide;
    made.height = high;
    const colours = getComputedStyle(this.map);
    this.mapColour = colours.outlineColor;
    const context = made.getContext('2d');
    if (context) {
      context.fillStyle = colours.color;
      context.globalAlpha = 0.55;
      for (const box of this.layout.boxes) {
        context.fillRect(box.x * ratio, box.y * ratio, Math.max(1, box.width * ratio), Math.max(1, box.height * ratio));
      }
    }
    return made;
  }

  private listen(wheelNeedsKey: boolean): void {
    this.host.addEventListener(
      'wheel',
      event => {
        if (wheelNeedsKey && !event.ctrlKey && !event.metaKey) {
          return;
        }
        event.preventDefault();
        const { left, top } = this.host.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), { x: event.clientX - left, y: event.clientY - top });
      },
      { passive: false },
    );
    let from: { x: number; y: number } | undefined;
    this.svg.addEventListener('pointerdown', event => {
      if (event.button === 0 && !(event.target as Element).closest('.node, .close')) {
        from = { x: event.clientX, y: event.clientY };
        this.svg.setPointerCapture(event.pointerId);
        this.host.classList.add('panning');
      }
    });
    this.svg.addEventListener('pointermove', event => {
      if (from) {
        this.pan(event.clientX - from.x, event.clientY - from.y);
        from = { x: event.clientX, y: event.clientY };
      }
    });
    const end = () => {
      if (from) {
        this.sync();
      }
      from = undefined;
      this.host.classList.remove('panning');
    };
    this.svg.addEventListener('pointerup', end);
    this.svg.addEventListener('pointercancel', end);
    this.map.addEventListener('pointerdown', event => {
      const ratio = this.map.width / this.layout.width;
      const { clientWidth, clientHeight } = this.host;
      this.view = { ...this.view, x: clientWidth / 2 - (event.offsetX / ratio) * this.view.scale, y: clientHeight / 2 - (event.offsetY / ratio) * this.view.scale };
      this.sync();
      this.moved();
    });
  }
}

function meets(one: Rect, other: Rect): boolean {
  return one.x <= other.x + other.width && other.x <= one.x + one.width && one.y <= other.y + other.height && other.y <= one.y + one.height;
}
