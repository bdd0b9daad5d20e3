import { html, type TemplateResult } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { type Curve, channelsOf, type GridColumn } from "../../core/draw/grid.js";
import type { Facts } from "../../core/picture/facts.js";
import type { JobResult } from "../../core/picture/job_results.js";
import type { Column } from "../../core/samples/column.js";
import { formatNumber } from "../../core/text/numbers.js";
import { checkbox, select } from "../../dom/fields.js";
import { themeOf } from "../../dom/page_theme.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { type Job, jobRow } from "../job_row.js";
import { gridOf } from "./grid_canvas.js";

const SOLUTIONS = 3;
const STARTS = { noise: "noise", data: "real series", mean: "mean of the class" };
const NEARNESS = { "0": "not at all", "1": "somewhat", "4": "strongly" };

interface Choices {
  start: keyof typeof STARTS;
  nearness: keyof typeof NEARNESS;
  solution: number;
  overlay: boolean;
}

const chosen = new WeakMap<ChannelStackModel, Choices>();

/**
 * Series that maximize the selected class score, next to the nearest real series; computed on demand. Redrawn when
 * `look` (width and theme of `element`) changes.
 */
export function maximizingInput(
  mark: ChannelStackModel,
  element: HTMLElement,
  look: string,
  changed: () => void,
): TemplateResult {
  const { facts, jobs, choice } = mark;
  const choices = chosen.get(mark) ?? { start: "noise", nearness: "1", solution: 0, overlay: false };
  const change = (some: Partial<Choices>): void => {
    chosen.set(mark, { ...choices, ...some });
    changed();
  };
  const target = facts.targets[choice.target];
  const { start, nearness, solution, overlay } = choices;
  // As long as the current instance.
  const length = facts.lengths?.[choice.instance];
  const job: Job = {
    name: [`inside series/${target}/${start}/${nearness}`, ...(length ? [length] : [])].join("/"),
    kind: "inside series",
    args: { target, start, nearness: Number(nearness), solutions: SOLUTIONS, ...(length && { length }) },
  };
  const result = jobs.result(job.name);
  const row = () =>
    jobRow(mark, job, { label: "Compute", task: "Computing the maximizing input", note: jobs.fault(job.name) ?? "" });
  const line = html`<div class="cam1d-line">
    <b>Activation maximization of ${facts.class_names[target]}</b>
    ${select("start from", STARTS, start, (start) => change({ start, solution: 0 }))}
    ${select("stay near the data", NEARNESS, nearness, (nearness) => change({ nearness, solution: 0 }))}
    ${result ? shown(result, choices, change) : row()}
  </div>`;
  return result
    ? html`${line}
        <div class="cam1d-note">${explanation(mark, result, choices)}</div>
        <div>${guard([result, solution, overlay, look], () => plots(mark, result, choices, element))}</div>`
    : line;
}

function shown(
  { arrays }: JobResult,
  { solution, overlay }: Choices,
  change: (some: Partial<Choices>) => void,
): TemplateResult {
  const count = arrays.x.shape[0];
  const numbers = Object.fromEntries(Array.from({ length: count }, (_, place) => [String(place), String(place + 1)]));
  return html`
    ${select("solution", numbers, String(solution), (place) => change({ solution: Number(place) }))}
    ${checkbox("overlay", overlay, (overlay) => change({ overlay }))}
  `;
}

function explanation({ facts }: ChannelStackModel, { content, arrays }: JobResult, { solution }: Choices): string {
  const name = facts.class_names[content.target];
  const [score, best] = [arrays.scores.values[solution], arrays.real_best.values[0]];
  const where = content.background ? "background" : "series of this widget";
  const cut = facts.lengths ? `; series of at least ${arrays.x.shape[1]} samples are cut to these` : "";
  const judged = content.words[solution] || "of unknown plausibility, which requires several real series";
  return `Score of ${name}: ${formatNumber(score)}; the highest score of a real series is ${formatNumber(best)}. It is ${judged} (Euclidean distance to the ${where}, each channel in its standard deviations${cut}).`;
}

/** Plots of the maximizing input and of the real series nearest to it. */
function plots(
  { facts }: ChannelStackModel,
  { content, arrays }: JobResult,
  { solution, overlay }: Choices,
  element: HTMLElement,
): TemplateResult[] {
  const [made, real] = [channelsOf(arrays.x, solution), channelsOf(arrays.nearest, solution)];
  const curve = (column: Column, color: number): Curve => ({ column, color });
  const ends: [string, string] = ["0", durationText(facts, arrays.x.shape[1])];
  const column = (title: string, note: string, cells: Curve[][]): GridColumn => ({
    title,
    note,
    ends,
    cells,
    scale: "series",
  });
  const where = content.background ? "background series" : "instance";
  const place = content.numbers ? `${where} ${content.numbers[solution]}, ` : "";
  const name = facts.class_names[content.classes[solution]];
  const nearest = `${place}predicted ${name}, score ${formatNumber(arrays.real.values[solution])}`;
  const score = `score ${formatNumber(arrays.scores.values[solution])}`;
  const pairs = made.map((one, channel) => [curve(real[channel], 1), curve(one, 0)]);
  const columns = overlay
    ? [column("Maximizing input (blue) over the nearest real series (orange)", nearest, pairs)]
    : [
        column(
          "Maximizing input",
          score,
          pairs.map(([, one]) => [one]),
        ),
        column(
          "Nearest real series",
          nearest,
          pairs.map(([one]) => [one]),
        ),
      ];
  const row = Math.max(16, Math.min(48, 440 / facts.channel_names.length));
  return gridOf(columns, facts.channel_names, Math.max(280, element.clientWidth - 8), row, themeOf(element));
}

const durationText = ({ sampling_rate }: Facts, samples: number): string =>
  sampling_rate === null ? `${samples} samples` : `${formatNumber(samples / sampling_rate)} s`;
