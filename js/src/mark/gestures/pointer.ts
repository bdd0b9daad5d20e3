import { html, nothing, render, type TemplateResult } from "lit-html";
import { besidePoint } from "../../core/draw/beside_point.js";
import { colorIndex } from "../../core/draw/color.js";
import { type Row, rowAt } from "../../core/draw/row_layout.js";
import type { Frame, Scene } from "../../core/draw/scene.js";
import { layoutOf, rowsOf, scaleOf } from "../../core/draw/scene_layout.js";
import { marksOf, type Table } from "../../core/picture/facts.js";
import { isSigned } from "../../core/picture/picture.js";
import { nearestStep } from "../../core/picture/receptive_field.js";
import { pixelOf, sampleAt } from "../../core/samples/time_axis.js";
import { mapName, type Reading, type Readout, readout } from "../../core/text/describe.js";
import { elided } from "../../core/text/elided.js";
import { formatNumber, formatSigned } from "../../core/text/numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const BRACKET = 5;
/** Maximum length of a channel's name. */
const LENGTH = 36;

/** Crosshair and read-out at the sample under the pointer, with the receptive field of its step. */
export class Pointer {
  private readonly line = document.createElementNS(SVG, "line");
  private readonly bracket = document.createElementNS(SVG, "path");
  private readonly tip = document.createElement("div");
  private readonly listeners = new AbortController();
  /** Sample under the pointer in the other picture. */
  private mirrored: number | null = null;
  private place: { x: number; y: number } | null = null;
  /** Sample that the other picture was last notified of. */
  private notified: number | null = null;
  private scene: Scene | null = null;
  private frame: Frame | null = null;

  constructor(
    private readonly figure: HTMLElement,
    layer: SVGElement,
    private readonly steps: () => Table | null,
    private readonly moved: (sample: number | null) => void,
  ) {
    this.line.classList.add("cam1d-crosshair");
    this.bracket.classList.add("cam1d-bracket");
    this.tip.classList.add("cam1d-readout");
    layer.append(this.line, this.bracket);
    figure.appendChild(this.tip);
    const { signal } = this.listeners;
    figure.addEventListener("pointermove", (event) => this.move(event), { signal });
    figure.addEventListener("pointerleave", () => this.leave(), { signal });
    this.leave();
  }

  /** Updates the read-out after the picture changed. */
  follow(scene: Scene, frame: Frame): void {
    this.scene = scene;
    this.frame = frame;
    this.update();
  }

  /** Sample of the crosshair; null if there is none. */
  get sample(): number | null {
    const { place, frame, scene } = this;
    return place && frame && scene?.message === null ? sampleAt(place.x, frame.axis) : null;
  }

  /** Moves the crosshair to a sample, without a pointer. */
  goTo(sample: number): void {
    if (this.frame) {
      const { plot, axis } = this.frame;
      this.place = { x: pixelOf(sample, axis), y: plot.top + 60 };
      this.update();
    }
  }

  /** Follows the crosshair of the other picture, which replaces one of its own, without notifying that picture. */
  mirror(sample: number | null): void {
    this.mirrored = sample;
    if (sample !== null) {
      this.place = null;
      this.notified = null;
    }
    this.redraw();
  }

  /** Description of the values at the crosshair, for screen readers. */
  get words(): string {
    const { scene, sample } = this;
    return scene && sample !== null ? spokenText(readout(scene.picture, scene.facts, sample)) : "";
  }

  remove(): void {
    this.listeners.abort();
    this.line.remove();
    this.bracket.remove();
    this.tip.remove();
  }

  private move(event: PointerEvent): void {
    const corner = this.figure.getBoundingClientRect();
    this.place = { x: event.clientX - corner.left, y: event.clientY - corner.top };
    this.update();
  }

  leave(): void {
    this.place = null;
    this.update();
  }

  private update(): void {
    const sample = this.redraw();
    if (this.place !== null || this.notified !== null) {
      this.notified = sample;
      this.moved(sample);
    }
  }

  /** Draws the crosshair and the values; returns the sample under its own, or null if it has none in the rows. */
  private redraw(): number | null {
    const { place, frame, sample } = this;
    const inside = sample !== null && isWithin(place!.y, rowsOf(this.scene!, frame!));
    const mirrored = frame && this.scene?.message === null && place === null ? this.mirrored : null;
    const marked = inside ? sample : mirrored;
    for (const part of [this.line, this.bracket]) {
      part.style.display = marked === null ? "none" : "";
    }
    this.tip.style.display = inside ? "" : "none";
    if (marked !== null) {
      this.showLine(this.scene!, frame!, marked);
    }
    if (inside) {
      this.show(this.scene!, frame!, sample, place!);
    }
    return inside ? sample : null;
  }

  private showLine(scene: Scene, frame: Frame, sample: number): void {
    const inPlot = String(pixelOf(sample, frame.axis) - frame.plot.left);
    const rows = rowsOf(scene, frame);
    const top = rows.top - frame.plot.top;
    const ends = { x1: inPlot, x2: inPlot, y1: String(top), y2: String(top + rows.height) };
    Object.entries(ends).forEach(([name, value]) => this.line.setAttribute(name, value));
    this.showStepField(scene, frame, sample);
  }

  private show(scene: Scene, frame: Frame, sample: number, place: { x: number; y: number }): void {
    const x = pixelOf(sample, frame.axis);
    const layout = layoutOf(scene, frame);
    const row = rowAt(place.y, layout);
    const under = typeof row === "number" && layout.members[row].length === 1 ? layout.members[row][0] : null;
    render(contents(readout(scene.picture, scene.facts, sample, under), scene, under), this.tip);
    const size = { width: this.tip.offsetWidth, height: this.tip.offsetHeight };
    const { left, top } = besidePoint({ x, y: place.y }, size, frame);
    Object.assign(this.tip.style, { left: `${left}px`, top: `${top}px` });
  }

  /** Bracket that marks the receptive field of the step. */
  private showStepField(scene: Scene, frame: Frame, sample: number): void {
    const { picture, facts } = scene;
    const placed = marksOf(picture.choice.method, facts).centers !== null;
    const stepField = placed ? nearestStep(this.steps(), sample) : null;
    this.bracket.setAttribute(
      "d",
      stepField
        ? bracketPath(stepField, layoutOf(scene, frame).strip ?? { ...rowsOf(scene, frame), height: 0 }, frame)
        : "",
    );
  }
}

function bracketPath({ start, stop }: { start: number; stop: number }, below: Row, frame: Frame): string {
  const { plot, axis } = frame;
  const within = (sample: number): number =>
    Math.max(0, Math.min(plot.width, pixelOf(Math.min(sample, axis.samples) - 0.5, axis) - plot.left));
  const bottom = below.top + below.height - plot.top;
  const [left, right] = [within(start), within(stop)];
  return `M${left} ${bottom + 1}v${BRACKET}H${right}v${-BRACKET}`;
}

const isWithin = (y: number, { top, height }: Row): boolean => y >= top && y <= top + height;

const contents = ({ time, readings, notes }: Readout, scene: Scene, under: number | null): TemplateResult => html`
  <div class="cam1d-time">${time} · ${mapName(scene.picture.choice, scene.facts)}</div>
  <table>${readings.map((reading) => readingRow(reading, scene, reading.channel === under))}</table>
  ${notes.map((note) => html`<div class="cam1d-note">${note}</div>`)}
`;

const readingRow = ({ name, value, attribution, spread }: Reading, scene: Scene, under: boolean): TemplateResult =>
  html`<tr class=${under ? "cam1d-pointed" : ""}>
    <td>${elided(name, LENGTH, scene.facts.channel_names)}</td>
    <td class="cam1d-number">${value}</td>
    ${attribution === null ? nothing : attributionCell(attribution, spread, scene)}
  </tr>`;

function attributionCell(attribution: number, spread: number | null, scene: Scene): TemplateResult {
  const scale = scaleOf(scene);
  const text = isSigned(scene.picture.choice, scene.facts) ? formatSigned(attribution) : formatNumber(attribution);
  const color = scale.colors[colorIndex(attribution, scale)];
  return html`<td><span class="cam1d-swatch" style="background: ${color}"></span></td
    ><td class="cam1d-number">${text}${plusMinus(spread)}</td
  >`;
}

const plusMinus = (spread: number | null): string => (spread === null ? "" : ` ± ${formatNumber(spread)}`);

function spokenText({ time, readings, notes }: Readout): string {
  const values = readings.map(({ name, value, attribution, spread }) =>
    attribution === null
      ? `${name} ${value}`
      : `${name} ${value}, attribution ${formatSigned(attribution)}${plusMinus(spread)}`,
  );
  return [time, ...notes, ...values].join("; ");
}
