import { html, nothing, type TemplateResult } from "lit-html";
import { canvasPen } from "../../core/draw/canvas_pen.js";
import { colorScale } from "../../core/draw/color.js";
import {
  barAt,
  drawActivation,
  drawBars,
  drawCells,
  drawWindowSeries,
  type Size,
} from "../../core/draw/contributions.js";
import { channelsOf } from "../../core/draw/grid.js";
import type { Pen } from "../../core/draw/scene.js";
import type { Theme } from "../../core/draw/theme.js";
import {
  beforePooling,
  type Contributions,
  columnOf,
  contributionsOf,
  positionsOf,
  rankedAt,
  stepsOf,
  termsOf,
} from "../../core/picture/contributions.js";
import type { JobResult } from "../../core/picture/job_results.js";
import type { Picture } from "../../core/picture/picture.js";
import type { Window } from "../../core/picture/window.js";
import { Column } from "../../core/samples/column.js";
import { formatNumber, formatSigned, formatTime } from "../../core/text/numbers.js";
import { canvas } from "../../dom/canvas.js";
import { button, select } from "../../dom/fields.js";
import { themeOf } from "../../dom/page_theme.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { Player } from "../../mark/player.js";
import { type Job, jobRow, startUnasked } from "../job_row.js";
import { meaningJob, strongest } from "./meaning.js";

const HEIGHT = 150;
/** Filters in the menu: those that contribute most to the step. */
const LISTED = 12;
const PACE = 700;

/** What is displayed: a step and a filter, given by its place among the listed ones. */
interface Shown {
  readonly of: Contributions;
  readonly step: number;
  readonly place: number;
  readonly filter: number;
}

/** How a step of the selected layer contributes to the class score of the current series, from its samples on. */
export class StepContributions {
  private readonly player = new Player(
    () => this.turn(1, true),
    () => this.shown !== null,
    PACE,
  );

  /** `element` contains the plots; `redraw` renders the template again. */
  constructor(
    private readonly mark: ChannelStackModel,
    private readonly element: HTMLElement,
    private readonly redraw: () => void,
  ) {}

  /** Samples that the displayed step sees; null if no step is displayed. */
  get window(): Window | null {
    const { shown } = this;
    if (!shown) {
      return null;
    }
    const [start, stop] = shown.of.steps.subarray(3 * shown.step, 3 * shown.step + 2);
    return [start, stop];
  }

  stop(): void {
    if (this.player.playing) {
      this.player.toggle();
    }
  }

  /** Button that opens the plots, or the plots of the selected step. `suggested` is the step to begin with. */
  template(suggested: () => number): TemplateResult | typeof nothing {
    const { inside, jobs, choice } = this.mark;
    if (!inside.layer || choice.mean) {
      return nothing;
    }
    if (inside.step === null) {
      return html`<div class="cam1d-line">
        ${button("How does the score come about?", "show how a step contributes to the class score", () => this.select(suggested()))}
      </div>`;
    }
    if (this.shown) {
      return this.plots(this.shown);
    }
    const { job } = this;
    startUnasked(jobs, job);
    const note = jobs.fault(job.name) ?? "";
    const words = { label: "Compute the contributions", task: "Computing contributions", note };
    return html`<div class="cam1d-line"><b>Contribution of a step</b> ${jobRow(jobs, job, words)} ${this.closing()}</div>`;
  }

  private get job(): Job {
    const { facts, choice, inside } = this.mark;
    const args = {
      layer: inside.layer!.name,
      instance: facts.instances[choice.instance],
      target: facts.targets[choice.target],
    };
    return { name: `inside step/${args.layer}/${args.instance}/${args.target}`, kind: "inside step", args };
  }

  private get shown(): Shown | null {
    const { inside, jobs, choice } = this.mark;
    if (!inside.unfolded || !inside.layer || inside.step === null || choice.mean) {
      return null;
    }
    const result = jobs.result(this.job.name);
    if (!result) {
      return null;
    }
    const of = contributionsOf(result);
    const step = Math.min(inside.step, stepsOf(of) - 1);
    const chosen = inside.filter === null ? -1 : of.filters.indexOf(inside.filter);
    const place = chosen >= 0 ? chosen : rankedAt(of, step)[0];
    return { of, step, place, filter: of.filters[place] };
  }

  private select(step: number | null): void {
    this.stop();
    this.mark.inside.change({ step });
  }

  private turn(by: number, around = false): void {
    const { shown } = this;
    if (shown) {
      const count = stepsOf(shown.of);
      const next = shown.step + by;
      this.mark.inside.change({ step: around ? next % count : Math.max(0, Math.min(count - 1, next)) });
    }
  }

  private turnFilter(by: number): void {
    const { of, step, place } = this.shown!;
    const order = rankedAt(of, step);
    const next = Math.max(0, Math.min(order.length - 1, order.indexOf(place) + by));
    this.mark.inside.change({ filter: of.filters[order[next]] });
  }

  private readonly press = (event: KeyboardEvent): void => {
    const onField = (event.target as HTMLElement).closest("select, button");
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.turn(-1),
      ArrowRight: () => this.turn(1),
      ArrowUp: () => this.turnFilter(-1),
      ArrowDown: () => this.turnFilter(1),
      " ": () => this.play(),
    };
    const action = actions[event.key];
    if (action && !onField && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      action();
    }
  };

  private play(): void {
    this.player.toggle();
    this.redraw();
  }

  private readonly closing = (): TemplateResult => button("Close", "close the contributions", () => this.select(null));

  private plots(shown: Shown): TemplateResult {
    const { of, step } = shown;
    const { facts, choice, inside } = this.mark;
    const name = facts.class_names[facts.targets[choice.target]];
    const last = stepsOf(of) - 1;
    return html`<div
      class="cam1d-contributions"
      role="group"
      tabindex="0"
      aria-label="contribution of step ${step} to the score of ${name}; arrow keys select step and filter, Space plays"
      @keydown=${this.press}
    >
      <div class="cam1d-line">
        <b>How step ${step} of 0 to ${last} of ${inside.layer!.name} contributes to the score of ${name}</b>
        ${button("◀", "previous step", () => this.turn(-1), step === 0)}
        ${button("▶", "next step", () => this.turn(1), step === last)}
        ${this.filterMenu(shown)}
        ${button(this.player.playing ? "Pause" : "Play", this.player.playing ? "pause" : "play the steps", () => this.play())}
        ${this.closing()}
      </div>
      <div class="cam1d-plots">${this.figures(shown)}</div>
      <div class="cam1d-sum">${this.sum(shown, name)}</div>
      <div class="cam1d-note">← → another step, ↑ ↓ another filter, Space plays. A click on a bar, a row or the plot selects a step.</div>
    </div>`;
  }

  private filterMenu({ of, step, place, filter }: Shown): TemplateResult {
    const places = rankedAt(of, step).slice(0, LISTED);
    const listed = places.includes(place) ? places : [...places, place];
    // Keys that look like numbers would be sorted.
    const entries = Object.fromEntries(
      listed.map((one): [string, string] => {
        const { filter: value } = termsOf(of, step, one);
        return [`filter ${of.filters[one]}`, `${of.filters[one]} (${formatSigned(value)})`];
      }),
    );
    return select("filter", entries, `filter ${filter}`, (chosen) =>
      this.mark.inside.change({ filter: Number(chosen.slice("filter ".length)) }),
    );
  }

  private figures(shown: Shown): TemplateResult[] {
    const theme = themeOf(this.element);
    const room = this.element.clientWidth - 36;
    const perLine = room >= 780 ? 4 : room >= 420 ? 2 : 1;
    // Before the panel has a width, the plots get the smallest one.
    const width = Math.max(160, Math.floor(room / perLine) - 26);
    const size = { width, height: HEIGHT };
    const figure = (
      title: string,
      draw: ((pen: Pen) => void) | null,
      caption: string,
      sign: string,
      click: ((event: MouseEvent) => void) | null = null,
    ): TemplateResult => html`<figure style="width: ${width}px" @click=${click}>
      <figcaption><b>${title}</b></figcaption>
      <div class="cam1d-signed">
        ${draw ? canvas(width, HEIGHT, (context) => draw(canvasPen(context)), `${title}: ${caption}`) : html`<div class="cam1d-wait" style="height: ${HEIGHT}px">computing …</div>`}
        ${sign ? html`<span aria-hidden="true">${sign}</span>` : nothing}
      </div>
      <figcaption class="cam1d-note">${caption}</figcaption>
    </figure>`;
    const meaning = this.meaning(shown);
    return [
      figure(...this.samples(shown, meaning, size, theme), "∗"),
      figure(...this.pattern(meaning, size, theme), "→"),
      figure(...this.activation(shown, size, theme), "×"),
      figure(...this.weights(shown, size, theme), "", (event) =>
        this.select(barAt(event.offsetX, stepsOf(shown.of), size)),
      ),
    ];
  }

  /** What the filter responds to; null until it is computed. */
  private meaning({ filter }: Shown): JobResult | null {
    const { inside, jobs } = this.mark;
    const job = meaningJob(inside.layer!.name, filter);
    startUnasked(jobs, job);
    return jobs.result(job.name);
  }

  private samples(
    { of, step }: Shown,
    meaning: JobResult | null,
    size: Size,
    theme: Theme,
  ): [string, ((pen: Pen) => void) | null, string] {
    const { facts, picture } = this.mark;
    const [start, stop] = of.steps.subarray(3 * step, 3 * step + 2);
    const time = (sample: number): string => formatTime(sample, facts.sampling_rate).replace("sample ", "");
    const title =
      stop > start ? `1 · the samples it sees: ${time(start)} to ${time(stop - 1)}` : "1 · it sees padding only";
    if (!picture) {
      return [title, null, ""];
    }
    const { channels, names, strong } = this.channels(meaning, picture);
    const lines = channels.map((channel) => ({ column: picture.signals[channel], range: picture.ranges[channel] }));
    const draw = (pen: Pen): void => {
      if (stop > start) {
        drawWindowSeries(pen, lines, [start, stop], meaning && strong, size, theme);
      }
    };
    return [title, draw, `${names}; ${stop - start} samples, framed in the plot`];
  }

  /** Channels that are drawn: those that the filter's pattern uses most. */
  private channels(meaning: JobResult | null, { page, channels: all }: Picture) {
    const { facts } = this.mark;
    const channels = meaning ? strongest(meaning.arrays.best) : all.slice(page.first, page.first + 12);
    const strong = meaning ? channels.indexOf(strongest(meaning.arrays.best, 1)[0]) : null;
    const every = channels.length === facts.channel_names.length;
    const names = every ? "all channels" : channels.map((channel) => facts.channel_names[channel]).join(", ");
    return { channels, names, strong };
  }

  private pattern(meaning: JobResult | null, size: Size, theme: Theme): [string, ((pen: Pen) => void) | null, string] {
    const title = "2 · what the filter responds to";
    const { picture, facts } = this.mark;
    if (!meaning || !picture) {
      return [title, null, meaning ? "" : "the filter has not been analyzed"];
    }
    const { channels, strong } = this.channels(meaning, picture);
    const { kernel, best } = meaning.arrays;
    const columns = channels.map((channel) => {
      const { low, high } = picture.ranges[channel];
      const values = Float32Array.from({ length: best.shape[0] }, (_, at) =>
        channelsOf(kernel ?? best)[channel].at(at),
      );
      // A kernel is per unit of a channel; an input is in that unit, and is compared with its own mean.
      const mean = kernel ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length;
      return new Column(
        values.map((one) => (kernel ? one * (high - low) : (one - mean) / (high - low))),
        0,
        1,
        values.length,
      );
    });
    const limit = Math.max(...columns.map((column) => column.extreme("largest", 0, column.samples))) || 1;
    const scale = colorScale(true, limit, theme.dark);
    const name = facts.channel_names[channels[strong!]];
    const what = kernel
      ? "its kernel, times the range of each channel"
      : `the input that maximizes it, ${HOW[meaning.content.by as string]}`;
    return [title, (pen) => drawCells(pen, columns, scale, size, theme), `${what}; strongest in ${name}`];
  }

  private activation({ of, step, place }: Shown, size: Size, theme: Theme): [string, (pen: Pen) => void, string] {
    const { place: at, window } = beforePooling(of, step);
    const positions = positionsOf(of, step, place);
    const values = columnOf(of.stages[at].map, place);
    const column = new Column(values, 0, 1, values.length);
    const chain = of.stages.map(({ name, map, pools }, stage) => {
      const value = formatNumber(map.values[positions[stage] * of.filters.length + place]);
      const sources = stage > 0 && pools ? of.stages[stage - 1].sources! : null;
      const count = sources && sources[2 * positions[stage] + 1] - sources[2 * positions[stage]];
      return pools ? `${pools} of ${count}: ${value}` : `${name} ${value}`;
    });
    const draw = (pen: Pen): void => drawActivation(pen, column, window, positions[at], size, theme);
    return [
      "3 · its activation over time",
      draw,
      `${chain.join(" → ")}; ${values.length} positions of ${of.stages[at].name}`,
    ];
  }

  private weights({ of, step, place }: Shown, size: Size, theme: Theme): [string, (pen: Pen) => void, string] {
    const weights = columnOf(of.weights, place);
    const value = of.activations.values[step * of.filters.length + place];
    const { filter: product } = termsOf(of, step, place);
    const draw = (pen: Pen): void => drawBars(pen, weights, step, colorScale(true, 1, theme.dark), size, theme);
    const kind = of.affine ? "its weight for the class, by step" : "gradient of the score, by step";
    return [
      `4 · ${kind}`,
      draw,
      `${formatNumber(value)} × ${formatSigned(weights[step])} = ${formatSigned(product)} of the score`,
    ];
  }

  private sum({ of, step, place, filter }: Shown, name: string): TemplateResult {
    const terms = termsOf(of, step, place);
    const rest = of.affine ? "bias" : "rest, which differs from series to series";
    return html`Score of ${name} = ${rest} <b>${formatNumber(terms.rest)}</b> + filter ${filter} at this step
      <b>${formatSigned(terms.filter)}</b> + other filters at this step <b>${formatSigned(terms.otherFilters)}</b> + all other
      steps <b>${formatSigned(terms.otherSteps)}</b> = <b>${formatNumber(of.score)}</b>`;
  }
}

const HOW: Record<string, string> = { "closed form": "in closed form", ascent: "by gradient ascent" };
