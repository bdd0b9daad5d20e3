import { html, nothing, type TemplateResult } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { styleMap } from "lit-html/directives/style-map.js";
import { canvasPen } from "../../core/draw/canvas_pen.js";
import { type ClassPeaks, classSplitHeight, drawClassSplit } from "../../core/draw/class_split.js";
import { type Curve, channelsOf, type GridColumn } from "../../core/draw/grid.js";
import type { JobArray, JobResult } from "../../core/picture/job_results.js";
import { formatNumber } from "../../core/text/numbers.js";
import { canvas } from "../../dom/canvas.js";
import { themeOf } from "../../dom/page_theme.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { type Job, jobRow, startUnasked } from "../job_row.js";
import { gridOf } from "./grid_canvas.js";

/** Maximum number of channels: those that the filter's maximizing input uses most. */
const CHANNELS = 12;
const ROW = 40;
const SPLIT = 400;

/** Job that finds what a filter responds to. */
export const meaningJob = (layer: string, filter: number): Job => ({
  name: `inside filter/${layer}/${filter}`,
  kind: "inside filter",
  args: { layer, filter },
});

/** Meaning of the selected filter. Redrawn when `look` (width and theme of `element`) changes. */
export function filterMeaning(
  mark: ChannelStackModel,
  element: HTMLElement,
  look: string,
): TemplateResult | typeof nothing {
  const { inside, jobs, choice } = mark;
  const { layer, filter } = inside;
  if (filter === null || !layer) {
    return nothing;
  }
  const job = meaningJob(layer.name, filter);
  const result = jobs.result(job.name);
  const title = html`<b>Filter ${filter} of ${layer.name}</b>`;
  if (!result) {
    startUnasked(jobs, job);
    const words = { label: "Analyze this filter", task: "Analyzing this filter", note: jobs.fault(job.name) ?? "" };
    return html`<div class="cam1d-line">${title}${jobRow(mark, job, words)}</div>`;
  }
  const plots = (): TemplateResult => html`<div>${grid(mark, result, element)}</div>${split(mark, result, element)}`;
  return html`<div class="cam1d-line"><span>${title} ${result.content.words}</span></div>
    <div class="cam1d-plots">${guard([result, choice.target, look], plots)}</div>`;
}

function grid(mark: ChannelStackModel, result: JobResult, element: HTMLElement): TemplateResult[] {
  const { facts } = mark;
  const channels = strongest(result.arrays.best);
  const columns = columnsFor(mark, result).map((column) => ({
    ...column,
    cells: channels.map((channel) => column.cells[channel]),
  }));
  const names = channels.map((channel) => facts.channel_names[channel]);
  const room = element.clientWidth - 8;
  // Next to the classes, if the plots have enough room there.
  const width = Math.max(280, room > 2 * SPLIT ? room - SPLIT - 24 : room);
  return gridOf(columns, names, width, ROW, themeOf(element));
}

function columnsFor(mark: ChannelStackModel, { content, arrays }: JobResult): GridColumn[] {
  const rate: number | null = mark.facts.sampling_rate;
  const [count, length] = arrays.windows.shape;
  const span = rate === null ? `${length} samples` : `${formatNumber(length / rate)} s`;
  const ends: [string, string] = ["0", span];
  const pieces = Array.from({ length: count }, (_, piece) => channelsOf(arrays.windows, piece));
  const mean = channelsOf(arrays.mean);
  const best = channelsOf(arrays.best);
  const windows = mean.map((column, channel): Curve[] => [
    ...pieces.map((piece) => ({ column: piece[channel], color: null, faint: true })),
    { column, color: 1 },
  ]);
  const how = content.by === "closed form" ? "in closed form" : "by gradient ascent";
  const made: GridColumn[] = [
    { title: "Top windows", note: `${count} and mean`, ends, cells: windows, scale: "data" },
    { title: "Best input", note: how, ends, cells: best.map((column) => [{ column, color: 0 }]), scale: "data" },
  ];
  return arrays.kernel ? [...made, ...kernelColumns(arrays, content.peak, ends, rate)] : made;
}

function kernelColumns(
  arrays: JobResult["arrays"],
  peak: number,
  ends: [string, string],
  rate: number | null,
): GridColumn[] {
  const top = arrays.frequencies.values[arrays.frequencies.values.length - 1];
  const unit = rate === null ? "cycles per sample" : "Hz";
  const kernel = channelsOf(arrays.kernel).map((column): Curve[] => [{ column, color: 0 }]);
  const response = channelsOf(arrays.response).map((column): Curve[] => [{ column, color: 0 }]);
  return [
    { title: "Kernel", note: "per sample", ends, cells: kernel, scale: "kernel" },
    {
      title: "Frequencies",
      note: `most at ${formatNumber(peak, 2)} ${unit}`,
      ends: ["0", `${formatNumber(top)} ${unit}`],
      cells: response,
      scale: "response",
      fromZero: true,
      mark: top > 0 ? peak / top : null,
    },
  ];
}

/** Channels that the filter's maximizing input uses most, in their original order. */
function strongest({ values, shape: [samples, channels] }: JobArray): number[] {
  const middle = (channel: number): number => mean(values, channel, samples, channels);
  const power = Array.from({ length: channels }, (_, channel) => {
    const center = middle(channel);
    return Array.from({ length: samples }, (_, at) => (values[at * channels + channel] - center) ** 2).reduce(
      (sum, one) => sum + one,
      0,
    );
  });
  const order = Array.from(power.keys()).sort((one, other) => power[other] - power[one]);
  return order.slice(0, CHANNELS).sort((one, other) => one - other);
}

function mean(values: Float32Array, channel: number, samples: number, channels: number): number {
  let sum = 0;
  for (let at = 0; at < samples; at++) {
    sum += values[at * channels + channel];
  }
  return sum / samples;
}

function split(mark: ChannelStackModel, { content, arrays }: JobResult, element: HTMLElement): TemplateResult {
  const { facts, choice } = mark;
  const classes = facts.class_names.map(
    (name, target): ClassPeaks => ({
      name,
      quantiles: arrays.quantiles.values.subarray(5 * target, 5 * target + 5),
      auc: arrays.auc.values[target],
      weight: arrays.weights.values[target],
    }),
  );
  const width = Math.max(280, Math.min(element.clientWidth - 8, SPLIT));
  const description = classes
    .map(({ name, auc }) => `${name}: AUC ${Number.isNaN(auc) ? "none" : auc.toFixed(2)}`)
    .join("; ");
  const chosen = facts.targets[choice.target];
  const draw = (context: CanvasRenderingContext2D): void =>
    drawClassSplit(canvasPen(context), classes, width, chosen, themeOf(element));
  const by = content.truth ? "true classes" : "predicted classes";
  return html`<div>
    ${canvas(width, classSplitHeight(classes.length), draw, description)}
    <div class="cam1d-note" style=${styleMap({ maxWidth: `${width}px` })}
      >AUC: probability that a series of the class has the higher peak of two (${by}). Weight: gain of the score when the
      filter rises by one at every step (${content.weighed}).</div
    >
  </div>`;
}
