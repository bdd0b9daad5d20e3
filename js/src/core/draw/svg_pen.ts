import { deviceSpan } from "../samples/decimation.js";
import type { Band, Frame, Pen } from "./scene.js";

/** What an SVG needs from a browser. */
export interface SvgSupport {
  /** Width of a text in a font, in pixels. */
  measure(text: string, font: string): number;
  /** Image of some lines of pixels, as a data URL. */
  url(lines: Uint32Array[]): string;
}

interface State {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  lineCap: CanvasLineCap;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: number[];
  clip: string | null;
}

const START: State = {
  fillStyle: "#000",
  strokeStyle: "#000",
  lineWidth: 1,
  lineJoin: "miter",
  lineCap: "butt",
  globalAlpha: 1,
  font: "10px sans-serif",
  textAlign: "start",
  textBaseline: "alphabetic",
  dash: [],
  clip: null,
};

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: "middle", right: "end", end: "end" };
const BASELINES: Partial<Record<CanvasTextBaseline, string>> = {
  middle: "central",
  bottom: "text-after-edge",
  top: "text-before-edge",
};
const short = (value: number): string => String(Math.round(value * 100) / 100);

/** Text escaped for XML. */
const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them, not even escaped
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "�")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A pen that writes SVG elements: lines stay lines, and text stays text. */
export class SvgPen implements Pen {
  private readonly elements: string[] = [];
  private readonly saved: State[] = [];
  private state: State = { ...START };
  private path = "";
  private clips = 0;

  constructor(private readonly support: SvgSupport) {}

  /** The SVG file; its size is in pixels, or so that it has a width in millimeters. */
  text(width: number, height: number, background: string, millimeters: number | null = null): string {
    const [wide, high] =
      millimeters === null
        ? [short(width), short(height)]
        : [`${short(millimeters)}mm`, `${short((millimeters * height) / width)}mm`];
    const size = `width="${wide}" height="${high}" viewBox="0 0 ${short(width)} ${short(height)}"`;
    const paper = `<rect width="100%" height="100%" fill="${escaped(background)}"/>`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${[paper, ...this.elements].join("\n")}\n</svg>\n`;
  }

  save(): void {
    this.saved.push({ ...this.state });
  }

  restore(): void {
    this.state = this.saved.pop() ?? this.state;
  }

  beginPath(): void {
    this.path = "";
  }

  moveTo(x: number, y: number): void {
    this.path += `M${short(x)} ${short(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `${this.path === "" ? "M" : "L"}${short(x)} ${short(y)}`;
  }

  closePath(): void {
    this.path += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  clip(): void {
    const name = `clip${this.clips++}`;
    this.elements.push(`<clipPath id="${name}"><path d="${this.path}"/></clipPath>`);
    this.state.clip = name;
  }

  stroke(): void {
    const { strokeStyle, lineWidth, lineJoin, lineCap, dash } = this.state;
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    const style = `stroke="${escaped(strokeStyle)}" stroke-width="${short(lineWidth)}" stroke-linejoin="${lineJoin}" stroke-linecap="${lineCap}"${dashes}`;
    this.add(`<path d="${this.path}" fill="none" ${style}`);
  }

  fill(): void {
    this.add(`<path d="${this.path}" fill="${escaped(this.state.fillStyle)}"`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.add(`<rect ${box(x, y, width, height)} fill="${escaped(this.state.fillStyle)}"`);
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    const { strokeStyle, lineWidth } = this.state;
    this.add(
      `<rect ${box(x, y, width, height)} fill="none" stroke="${escaped(strokeStyle)}" stroke-width="${short(lineWidth)}"`,
    );
  }

  fillText(text: string, x: number, y: number): void {
    const { font, textAlign, textBaseline, fillStyle } = this.state;
    const anchor = ANCHORS[textAlign] ? ` text-anchor="${ANCHORS[textAlign]}"` : "";
    const baseline = BASELINES[textBaseline] ? ` dominant-baseline="${BASELINES[textBaseline]}"` : "";
    const place = `x="${short(x)}" y="${short(y)}" style="font: ${escaped(font)}" fill="${escaped(fillStyle)}"`;
    this.add(`<text ${place}${anchor}${baseline} xml:space="preserve"`, escaped(text), "text");
  }

  measureText(text: string): TextMetrics {
    return { width: this.support.measure(text, this.state.font) } as TextMetrics;
  }

  setLineDash(dash: number[]): void {
    this.state.dash = dash;
  }

  cells(bands: Band[], frame: Frame): void {
    const { ratio, axis } = frame;
    const [left] = deviceSpan(axis, ratio);
    for (const { colors, row, alpha } of bands.filter(({ colors }) => colors.length > 0)) {
      const place = box(left / ratio, row.top, colors.length / ratio, row.height);
      const opacity = alpha < 1 ? ` opacity="${alpha}"` : "";
      const image = `preserveAspectRatio="none" style="image-rendering: pixelated" href="${this.support.url([colors])}"`;
      this.elements.push(`<image ${place} ${image}${opacity}/>`);
    }
  }

  private add(element: string, content = "", tag = ""): void {
    const { globalAlpha, clip } = this.state;
    const opacity = globalAlpha < 1 ? ` opacity="${globalAlpha}"` : "";
    const within = clip ? ` clip-path="url(#${clip})"` : "";
    this.elements.push(`${element}${opacity}${within}${tag ? `>${content}</${tag}>` : "/>"}`);
  }

  declare fillStyle: string;
  declare strokeStyle: string;
  declare lineWidth: number;
  declare lineJoin: CanvasLineJoin;
  declare lineCap: CanvasLineCap;
  declare globalAlpha: number;
  declare font: string;
  declare textAlign: CanvasTextAlign;
  declare textBaseline: CanvasTextBaseline;
}

// The style properties of a canvas read and write the state that save() and restore() manage.
for (const name of Object.keys(START).filter((name) => name !== "dash" && name !== "clip") as (keyof State)[]) {
  Object.defineProperty(SvgPen.prototype, name, {
    get(this: { state: State }) {
      return this.state[name];
    },
    set(this: { state: State }, value: never) {
      this.state[name] = value;
    },
  });
}

const box = (x: number, y: number, width: number, height: number): string =>
  `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
