import { html, nothing, type TemplateResult } from "lit-html";
import { createRef, ref } from "lit-html/directives/ref.js";
import { canvasPen, clearCanvas } from "../../core/draw/canvas_pen.js";
import { drawFilters, type FilterRow, type FiltersScene, HEAD, ROW, rowsOf } from "../../core/draw/filter_rows.js";
import { rowAt } from "../../core/draw/row_layout.js";
import type { Frame } from "../../core/draw/scene.js";
import type { Table } from "../../core/picture/facts.js";
import {
  type Activations,
  importances,
  type LayerReading,
  type Order,
  placed,
  ranked,
  readingOf,
} from "../../core/picture/filters.js";
import {
  nearestIndex,
  nearestStep,
  outerCenters,
  type StepField,
  unseenSamples,
} from "../../core/picture/receptive_field.js";
import { valueRange } from "../../core/picture/value_range.js";
import { columnsOf } from "../../core/samples/column.js";
import { pixelOf, sampleAt } from "../../core/samples/time_axis.js";
import { counted, formatNumber, formatTime } from "../../core/text/numbers.js";
import { button, number, select } from "../../dom/fields.js";
import { themeOf } from "../../dom/page_theme.js";
import { type Job, jobRow, startUnasked } from "../job_row.js";
import { PanelView } from "../panel.js";
import { StepContributions } from "./contributions.js";
import { maximizingInput } from "./maximizing_input.js";
import { filterMeaning } from "./meaning.js";

declare global {
  interface HTMLCanvasElement {
    __insidePanel?: InsidePanelView;
  }
}

/** Filters per page. */
const SHOWN = 8;
const FOOT = 4;

const OF_ORIGINAL = "The activations are those of the original series, not of the edited one.";
const ALL_OF_ORIGINAL = "Activations and contributions are those of the original series, not of the edited one.";

/**
 * Filters of a layer below the plot, on the same time axis; the meaning of one of them; maximizing inputs of the class.
 */
export class InsidePanelView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-toolbar", "cam1d-inside");
    this.el.setAttribute("role", "group");
    this.el.setAttribute("aria-label", "inside the network");
    this.contributions = new StepContributions(this.mark, this.el, () => this.refresh());
    super.render();
    this.listenTo(this.mark, "painted", this.follow);
    this.listenTo(this.mark, "sample", this.selectStep);
    this.listenTo(this.mark.inside, "change:layer change:by", this.showFirst);
    this.listenTo(this.mark.inside, "inside", this.refresh);
    this.listenTo(this.mark.jobs, "job", this.refresh);
  }

  refresh(): void {
    const { inside, jobs } = this.mark;
    this.el.hidden = !inside.unfolded || inside.layer === null;
    if (!this.el.hidden) {
      startUnasked(jobs, this.job);
    }
    this.drawn = this.look;
    super.refresh();
    this.contributions.rendered();
    if (this.el.hidden) {
      this.contributions.stop();
    }
    this.mark.highlight(this.contributions.window);
    if (!this.el.hidden) {
      this.canvas.value!.__insidePanel = this;
      this.paint();
    }
  }

  protected content(): TemplateResult {
    return this.el.hidden
      ? html``
      : html`
          <div class="cam1d-line">${this.layerChoice()}${this.reading ? this.filterChoice(this.reading) : this.unread()}</div>
          ${this.mark.choice.edited === undefined ? nothing : html`<div class="cam1d-note">${this.mark.engineAnswers ? OF_ORIGINAL : ALL_OF_ORIGINAL}</div>`}
          <canvas
            role="img"
            ${ref(this.canvas)}
            @pointermove=${this.point}
            @pointerleave=${() => this.pointAt(null)}
            @click=${this.choose}
          ></canvas>
          <div class="cam1d-note" ${ref(this.readout)}></div>
          <div>${this.contributions.template()}</div>
          <div>${filterMeaning(this.mark, this.el, this.look)}</div>
          <div class="cam1d-best">${maximizingInput(this.mark, this.el, this.look, () => this.refresh())}</div>
        `;
  }

  remove(): void {
    this.contributions.stop();
    super.remove();
  }

  private showFirst(): void {
    this.first = 0;
  }

  private get job(): Job {
    const { name } = this.mark.inside.layer!;
    return { name: `inside layer/${name}`, kind: "inside layer", args: { layer: name } };
  }

  private get reading(): LayerReading | null {
    const result = this.mark.jobs.result(this.job.name);
    return result && readingOf(result);
  }

  private get target(): number {
    return this.mark.facts.targets[this.mark.choice.target];
  }

  private layerChoice(): TemplateResult[] {
    const { inside, facts } = this.mark;
    const layers = Object.fromEntries(
      inside.layers.map(({ name, kind, filters }) => [name, `${name} (${kind}, ${counted(filters, "filter")})`]),
    );
    const orders = { activity: "mean activation", weight: `weight for ${facts.class_names[this.target]}` };
    return [
      select("layer", layers, inside.layer!.name, (layer) => inside.change({ layer, filter: null, step: null })),
      select("sorted by", orders, inside.by, (by: Order) => inside.change({ by })),
    ];
  }

  private unread(): TemplateResult {
    const { jobs } = this.mark;
    const note = jobs.fault(this.job.name) ?? "";
    return jobRow(this.mark, this.job, { label: "Analyze this layer", task: "Analyzing this layer", note });
  }

  private filterChoice({ activity }: LayerReading): TemplateResult[] {
    const { inside } = this.mark;
    const count = activity.length;
    const last = Math.min(count, this.first + SHOWN);
    return [
      button("◀", "previous filters", () => this.turn(-SHOWN, count)),
      html`<span class="cam1d-count">${this.first + 1} to ${last} of ${count}</span>`,
      button("▶", "next filters", () => this.turn(SHOWN, count)),
      number("filter", { min: 0, max: count - 1, step: 1 }, inside.filter ?? NaN, (filter) => {
        if (!Number.isNaN(filter)) {
          inside.change({ filter });
        }
      }),
    ];
  }

  private turn(by: number, count: number): void {
    this.first = Math.max(0, Math.min(Math.floor((count - 1) / SHOWN) * SHOWN, this.first + by));
    this.refresh();
  }

  /** Width and theme that the plots were drawn with. */
  private get look(): string {
    return `${this.el.clientWidth} ${JSON.stringify(themeOf(this.el))}`;
  }

  /** Follows a repaint of the plot, which may have another width or theme. */
  private follow(): void {
    if (!this.el.hidden) {
      if (this.look === this.drawn) {
        this.paint();
      } else {
        this.refresh();
      }
    }
  }

  /** Draws the filters, aligned with the plot. */
  private paint(): void {
    // The filters share the time axis of the plot above them.
    const view = this.mark.shownViews.find(({ frame }) => frame);
    const { reading } = this;
    const canvas = this.canvas.value!;
    const readout = this.readout.value!;
    canvas.hidden = readout.hidden = !reading || !view;
    if (canvas.hidden) {
      return;
    }
    const { inside, choice, facts, time } = this.mark;
    const activations = inside.activations(choice.instance, facts.lengths !== null);
    const samples = facts.lengths?.[choice.instance] ?? time.samples;
    this.steps = (typeof activations === "string" ? null : activations.steps) ?? reading!.steps;
    this.scene = this.sceneOf(reading!, activations, samples);
    this.frame = this.fit(view!.frame!, view!.element, samples);
    const context = canvas.getContext("2d")!;
    clearCanvas(context, this.frame);
    drawFilters(canvasPen(context), this.scene, this.frame);
    readout.textContent = this.words(reading!, activations);
    const filters = this.scene.rows.map(({ filter }) => filter).join(", ");
    canvas.setAttribute("aria-label", `activations of layer ${reading!.layer}: filters ${filters}`);
  }

  private sceneOf(reading: LayerReading, activations: Activations | string, samples: number): FiltersScene {
    const { inside } = this.mark;
    const importance = importances(reading, inside.by, this.target);
    const shown = ranked(importance).slice(this.first, this.first + SHOWN);
    const rows = shown.map((filter): FilterRow => {
      const values =
        typeof activations === "string"
          ? new Float32Array(samples)
          : placed(activations.tile, filter, this.steps, samples);
      const [column] = columnsOf(values, samples, 1);
      return { filter, column, range: valueRange(column), importance: importance[filter] };
    });
    return {
      rows,
      chosen: inside.filter,
      unseen: unseenSamples(this.steps, samples),
      centers: outerCenters(this.steps),
      stepField: this.stepField,
      weights: inside.by === "weight",
      theme: themeOf(this.el),
      message: typeof activations === "string" ? activations : null,
    };
  }

  private get stepField(): StepField | null {
    return this.sample === null ? null : nearestStep(this.steps, this.sample);
  }

  /** Resizes and shifts the canvas so that samples align with the plot. */
  private fit({ width, plot, axis, ratio }: Frame, element: HTMLElement, samples: number): Frame {
    const height = this.scene.rows.length * ROW;
    const shift = element.getBoundingClientRect().left - this.el.getBoundingClientRect().left - this.el.clientLeft;
    const size = {
      width: `${width}px`,
      height: `${HEAD + height + FOOT}px`,
      marginLeft: `${shift - parseFloat(getComputedStyle(this.el).paddingLeft || "0")}px`,
    };
    const canvas = this.canvas.value!;
    Object.assign(canvas.style, size);
    const [broad, high] = [Math.round(width * ratio), Math.round((HEAD + height + FOOT) * ratio)];
    if (canvas.width !== broad || canvas.height !== high) {
      [canvas.width, canvas.height] = [broad, high];
    }
    return {
      left: 0,
      width,
      height: HEAD + height + FOOT,
      plot: { ...plot, top: HEAD, height },
      axis: { ...axis, samples },
      ratio,
    };
  }

  private words(reading: LayerReading, activations: Activations | string): string {
    const { facts, inside } = this.mark;
    const { stepField } = this;
    if (!stepField) {
      const by =
        inside.by === "activity"
          ? "its mean activation over all series"
          : `its weight for the class (${reading.weighed})`;
      return `Each row is a filter, with ${by} at the right. Click a row for its meaning and for the step under the pointer.`;
    }
    const time = (sample: number): string => formatTime(sample, facts.sampling_rate);
    const row = this.scene.rows[this.under ?? 0];
    const value =
      typeof activations === "string"
        ? ""
        : `filter ${row.filter} ${formatNumber(row.column.at(this.sample!))} at ${time(this.sample!)}; `;
    return `${value}receptive field of the step: ${time(stepField.start)} to ${time(stepField.stop - 1)}`;
  }

  private readonly point = (event: PointerEvent): void => {
    const { left, top } = this.canvas.value!.getBoundingClientRect();
    this.under = this.rowUnder(event.clientY - top);
    this.pointAt(this.frame ? sampleAt(event.clientX - left, this.frame.axis) : null);
  };

  private pointAt(sample: number | null): void {
    this.sample = sample;
    this.paint();
  }

  private rowUnder(y: number): number | null {
    const rows = this.frame ? rowsOf(this.frame, this.scene.rows.length) : [];
    const place = rowAt(y, { members: [], strip: null, rows });
    return typeof place === "number" ? place : null;
  }

  /** Selects a filter, and a step if there are contributions to show. */
  private readonly choose = (event: MouseEvent): void => {
    const { left, top } = this.canvas.value!.getBoundingClientRect();
    const place = this.rowUnder(event.clientY - top);
    if (place !== null) {
      const sample = sampleAt(event.clientX - left, this.frame.axis);
      const step = sample === null ? this.mark.inside.step : nearestIndex(this.steps, sample);
      this.mark.inside.change({ filter: this.scene.rows[place].filter, step });
    }
  };

  /** A click on a sample of the plot selects its step, if contributions are displayed. */
  private selectStep(sample: number): void {
    const { inside } = this.mark;
    if (!this.el.hidden && inside.step !== null && this.reading) {
      inside.change({ step: nearestIndex(this.steps, sample) });
    }
  }

  /** Geometry in CSS pixels from the corner of the canvas, for tests. */
  snapshot() {
    const { frame, scene } = this;
    const centers = Array.from({ length: frame.axis.samples }, (_, sample) => pixelOf(sample, frame.axis));
    return { centers, rows: scene.rows.map(({ filter }) => filter), plot: frame.plot, stepField: scene.stepField };
  }

  private contributions: StepContributions;
  private first = 0;
  private sample: number | null = null;
  private under: number | null = null;
  /** `look` at the last rendering. */
  private drawn: string | undefined;
  private readonly canvas = createRef<HTMLCanvasElement>();
  private readonly readout = createRef<HTMLElement>();
  /** What the steps of the layer see of the displayed instance; undefined before the layer is read. */
  private steps: Table;
  private scene: FiltersScene;
  private frame: Frame;
}
