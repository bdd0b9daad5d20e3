import { canvasPen, clearCanvas } from "../../core/draw/canvas_pen.js";
import { drawFilters, type FilterRow, type FiltersScene, ROW, rowsOf } from "../../core/draw/filter_rows.js";
import { rowAt } from "../../core/draw/row_layout.js";
import type { Frame } from "../../core/draw/scene.js";
import { type LayerReading, type Order, placed, ranked, readingOf, worths } from "../../core/picture/filters.js";
import { nearestStep, type Sight } from "../../core/picture/receptive_field.js";
import { valueRange } from "../../core/picture/value_range.js";
import { columnsOf } from "../../core/samples/column.js";
import { pixelOf, sampleAt } from "../../core/samples/time_axis.js";
import { formatNumber, formatTime } from "../../core/text/numbers.js";
import type { Tile } from "../../core/tiles/tiles.js";
import { button, number, select } from "../../dom/fields.js";
import { themeOf } from "../../dom/page_theme.js";
import { textElement } from "../../dom/text_element.js";
import { jobGoesOn, jobLine, startOnce, type Wanted } from "../job_line.js";
import { PanelModel, PanelView } from "../panel.js";
import { bestPart } from "./best_input.js";
import { meaningPart } from "./meaning.js";

export class InsidePanelModel extends PanelModel {
  static model_name = "InsidePanelModel";
  static view_name = "InsidePanelView";
}

declare global {
  interface HTMLCanvasElement {
    __insidePanel?: InsidePanelView;
  }
}

/** Filters on show at a time. */
const SHOWN = 8;
const FOOT = 4;

/** A layer's filters under the input, on the same time axis; what one of them means; what the class likes best. */
export class InsidePanelView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-toolbar", "cam1d-inside");
    this.el.setAttribute("role", "group");
    this.el.setAttribute("aria-label", "inside the network");
    this.first = 0;
    this.sample = null;
    this.under = null;
    this.canvas = document.createElement("canvas");
    this.canvas.__insidePanel = this;
    this.canvas.setAttribute("role", "img");
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.pointAt(null));
    this.canvas.addEventListener("click", (event) => this.choose(event));
    this.parts = {
      controls: part("cam1d-line"),
      readout: part("cam1d-note"),
      meaning: part(""),
      best: part("cam1d-best"),
    };
    this.listenTo(this.mark, "painted", this.follow);
    this.listenTo(this.mark.inside, "inside", this.write);
    this.listenTo(this.mark.inside, "change:layer change:by", () => (this.first = 0));
    this.listenTo(this.mark.jobs, "job", () => jobGoesOn(this.mark.jobs, this.el) || this.write());
    super.render();
  }

  write(): void {
    const { inside } = this.mark;
    this.el.hidden = !inside.unfolded || inside.layer === null;
    const { controls, readout, meaning, best } = this.parts;
    if (this.el.hidden) {
      this.el.replaceChildren();
      return;
    }
    if (!this.canvas.isConnected) {
      this.el.append(controls, this.canvas, readout, meaning, best);
    }
    startOnce(this.mark.jobs, this.wanted);
    fill(this.parts.controls, ...this.controls());
    this.paint();
    this.writeParts();
  }

  private writeParts(): void {
    this.written = this.look;
    fill(this.parts.meaning, ...meaningPart(this.mark, this.el));
    fill(this.parts.best, ...bestPart(this.mark, this.el, () => this.write()));
  }

  private get wanted(): Wanted {
    const { name } = this.mark.inside.layer!;
    return { name: `inside layer/${name}`, kind: "inside layer", args: { layer: name } };
  }

  private get reading(): LayerReading | null {
    const result = this.mark.jobs.result(this.wanted.name);
    return result && readingOf(result);
  }

  private get target(): number {
    return this.mark.facts.targets[this.mark.choice.target];
  }

  private controls(): HTMLElement[] {
    const { inside, facts } = this.mark;
    const layers = Object.fromEntries(
      inside.layers.map(({ name, kind, filters }) => [name, `${name} (${kind}, ${filters} filters)`]),
    );
    const orders = { activity: "activity", weight: `weight for ${facts.class_names[this.target]}` };
    const choices = [
      select("layer", layers, inside.layer!.name, (layer) => inside.change({ layer, filter: null })),
      select("sorted by", orders, inside.by, (by: Order) => inside.change({ by })),
    ];
    const reading = this.reading;
    if (!reading) {
      return [...choices, jobLine(this.mark.jobs, this.wanted, "Read this layer", "Reading this layer")];
    }
    const count = reading.activity.length;
    const last = Math.min(count, this.first + SHOWN);
    const turn = (by: number) => () => this.turn(by, count);
    const chosen = number(
      "filter",
      { min: 0, max: count - 1, step: 1 },
      inside.filter ?? NaN,
      (filter) => Number.isNaN(filter) || inside.change({ filter }),
    );
    return [
      ...choices,
      button("◀", "filters before these", turn(-SHOWN)),
      textElement("span", "cam1d-count", `${this.first + 1} to ${last} of ${count}`),
      button("▶", "filters behind these", turn(SHOWN)),
      chosen,
    ];
  }

  private turn(by: number, count: number): void {
    this.first = Math.max(0, Math.min(Math.floor((count - 1) / SHOWN) * SHOWN, this.first + by));
    this.write();
  }

  /** What drawings depend on beside what they show. */
  private get look(): string {
    return `${this.el.clientWidth} ${JSON.stringify(themeOf(this.el))}`;
  }

  /** The picture was drawn anew, be it that it got another width, or other colors. */
  private follow(): void {
    if (!this.el.hidden) {
      this.paint();
      if (this.look !== this.written) {
        this.writeParts();
      }
    }
  }

  /** Draws the filters, under the picture and as wide as it is. */
  private paint(): void {
    // What is drawn below the picture has the same time axis.
    const view = this.mark.shownBy.find(({ frame }) => frame);
    const { reading } = this;
    this.canvas.hidden = !reading || !view;
    this.parts.readout.hidden = this.canvas.hidden;
    if (this.canvas.hidden) {
      return;
    }
    const tile = this.mark.inside.activations(this.mark.choice.instance);
    this.scene = this.sceneOf(reading!, tile);
    this.frame = this.fit(view!.frame!, view!.element);
    clearCanvas(this.canvas.getContext("2d")!, this.frame);
    drawFilters(canvasPen(this.canvas.getContext("2d")!), this.scene, this.frame);
    this.parts.readout.textContent = this.words(reading!, tile);
    this.canvas.setAttribute(
      "aria-label",
      `activations of layer ${reading!.layer}: filters ${this.scene.rows.map((row) => row.filter).join(", ")}`,
    );
  }

  private sceneOf(reading: LayerReading, tile: Tile | string): FiltersScene {
    const { inside, facts } = this.mark;
    const worth = worths(reading, inside.by, this.target);
    const shown = ranked(worth).slice(this.first, this.first + SHOWN);
    const rows = shown.map((filter): FilterRow => {
      const values =
        typeof tile === "string" ? new Float32Array(facts.samples) : placed(tile, filter, reading.steps, facts.samples);
      const [column] = columnsOf(values, facts.samples, 1);
      return { filter, column, range: valueRange(column), worth: worth[filter] };
    });
    return {
      rows,
      chosen: inside.filter,
      unseen: reading.unseen,
      centers: reading.centers,
      sight: this.sightOf(reading),
      weights: inside.by === "weight",
      theme: themeOf(this.el),
      veil: typeof tile === "string" ? tile : null,
    };
  }

  private sightOf({ steps }: LayerReading): Sight | null {
    return this.sample === null ? null : nearestStep(steps, this.sample);
  }

  /** The canvas as wide as the picture, and each sample below itself. */
  private fit({ width, plot, axis, ratio }: Frame, element: HTMLElement): Frame {
    const height = this.scene.rows.length * ROW;
    const shift = element.getBoundingClientRect().left - this.el.getBoundingClientRect().left - this.el.clientLeft;
    const size = {
      width: `${width}px`,
      height: `${height + FOOT}px`,
      marginLeft: `${shift - parseFloat(getComputedStyle(this.el).paddingLeft || "0")}px`,
    };
    Object.assign(this.canvas.style, size);
    const [broad, high] = [Math.round(width * ratio), Math.round((height + FOOT) * ratio)];
    if (this.canvas.width !== broad || this.canvas.height !== high) {
      [this.canvas.width, this.canvas.height] = [broad, high];
    }
    return { left: 0, width, height: height + FOOT, plot: { ...plot, top: 0, height }, axis, ratio };
  }

  private words(reading: LayerReading, tile: Tile | string): string {
    const { facts, inside } = this.mark;
    const sight = this.sightOf(reading);
    if (!sight) {
      const by =
        inside.by === "activity"
          ? "how much it does over all series"
          : `what it counts for the class (${reading.weighed})`;
      return `Each row is a filter; at its right, ${by}. A click on a row opens its meaning.`;
    }
    const time = (sample: number): string => formatTime(sample, facts.sampling_rate);
    const row = this.scene.rows[this.under ?? 0];
    const value =
      typeof tile === "string"
        ? ""
        : `filter ${row.filter} ${formatNumber(row.column.at(this.sample!))} at ${time(this.sample!)}; `;
    return `${value}the step there sees ${time(sight.start)} to ${time(sight.stop - 1)}`;
  }

  private point(event: PointerEvent): void {
    const { left, top } = this.canvas.getBoundingClientRect();
    this.under = this.rowUnder(event.clientY - top);
    this.pointAt(this.frame ? sampleAt(event.clientX - left, this.frame.axis) : null);
  }

  private pointAt(sample: number | null): void {
    this.sample = sample;
    this.paint();
  }

  private rowUnder(y: number): number | null {
    const rows = this.frame ? rowsOf(this.frame, this.scene.rows.length) : [];
    const place = rowAt(y, { members: [], strip: null, rows });
    return typeof place === "number" ? place : null;
  }

  private choose(event: MouseEvent): void {
    const place = this.rowUnder(event.clientY - this.canvas.getBoundingClientRect().top);
    if (place !== null) {
      this.mark.inside.change({ filter: this.scene.rows[place].filter });
    }
  }

  /** Geometry of what is on show, in CSS pixels from the canvas' corner, for tests. */
  snapshot() {
    const { frame, scene } = this;
    const centers = Array.from({ length: frame.axis.samples }, (_, sample) => pixelOf(sample, frame.axis));
    return { centers, rows: scene.rows.map(({ filter }) => filter), plot: frame.plot, sight: scene.sight };
  }

  private first: number;
  private sample: number | null;
  private under: number | null;
  private written: string | undefined;
  private canvas: HTMLCanvasElement;
  private parts: Record<"controls" | "readout" | "meaning" | "best", HTMLElement>;
  private scene: FiltersScene;
  private frame: Frame;
}

const part = (name: string): HTMLElement => textElement("div", name);

/** New contents, unless a hand is in the old ones; on a button that is written anew it stays. */
function fill(place: HTMLElement, ...contents: HTMLElement[]): void {
  const held = place.contains(document.activeElement) ? document.activeElement! : null;
  if (held?.matches("input, select")) {
    return;
  }
  place.replaceChildren(...contents);
  const name = held?.getAttribute("aria-label");
  Array.from(place.querySelectorAll("button"))
    .find((one) => name && one.getAttribute("aria-label") === name)
    ?.focus();
}
