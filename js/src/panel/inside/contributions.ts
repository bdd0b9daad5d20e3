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
import type { Pen } from "../../core/draw/scene.js";
import type { Theme } from "../../core/draw/theme.js";
import {
  beforePooling,
  type Contributions,
  columnOf,
  contribution,
  contributionsOf,
  namesOf,
  positionsOf,
  rankedAt,
  stepsOf,
  termsOf,
} from "../../core/picture/contributions.js";
import type { JobArray } from "../../core/picture/job_results.js";
import { rowChannels } from "../../core/picture/picture.js";
import { nearestIndex } from "../../core/picture/receptive_field.js";
import type { Window } from "../../core/picture/window.js";
import { Column } from "../../core/samples/column.js";
import { formatNumber, formatSigned, formatTime } from "../../core/text/numbers.js";
import { canvas } from "../../dom/canvas.js";
import { button, select } from "../../dom/fields.js";
import { themeOf } from "../../dom/page_theme.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { Player } from "../../mark/player.js";
import { type Job, jobRow, startUnasked } from "../job_row.js";
import { meaningJob } from "./meaning.js";

const HEIGHT = 150;
/** Maximum number of channels: those in which the filter's pattern is strongest. */
const CHANNELS = 12;
/** Room of the sign after a plot, and between plots. */
const [SIGN, GAP] = [24, 18];
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

/** What a filter responds to, by channel. */
interface Pattern {
  /** Values in units of the channel's range, so that channels can be compared. */
  readonly columns: readonly Column[];
  /** Channels that are drawn, and the one with the largest value. */
  readonly channels: readonly number[];
  readonly strongest: number;
  readonly what: string;
}

/** A plot with its title and its caption; a caption in its place if there is nothing to draw. */
interface Plot {
  readonly title: string;
  readonly draw: ((pen: Pen) => void) | null;
  readonly caption: string;
}

/** How a step of the selected layer contributes to the class score of the current series, from its samples on. */
export class StepContributions {
  private readonly player = new Player(
    () => this.turn(1, true),
    () => this.shown !== null,
    PACE,
  );

  /** Whether the button was pressed, and the plots are not there yet. */
  private opening = false;

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

  /** Focuses the plots that a press of the button has opened. */
  rendered(): void {
    const plots = this.element.querySelector<HTMLElement>(".cam1d-contributions");
    if (this.opening && plots) {
      this.opening = false;
      plots.focus();
    }
  }

  stop(): void {
    if (this.player.playing) {
      this.player.toggle();
    }
  }

  /** Button that opens the plots, or the plots of the selected step. */
  template(): TemplateResult | typeof nothing {
    const { inside, jobs, choice } = this.mark;
    if (!inside.layer || choice.mean) {
      return nothing;
    }
    if (inside.step === null) {
      const open = button(
        "How does the score come about?",
        "How does the score come about? Shows what a step contributes",
        () => this.open(),
      );
      return html`<div class="cam1d-line">${open}</div>`;
    }
    if (this.shown) {
      return this.plots(this.shown);
    }
    const { job } = this;
    startUnasked(jobs, job);
    const note = jobs.fault(job.name) ?? "";
    const words = { label: "Compute the contributions", task: "Computing contributions", note };
    return html`<div class="cam1d-line"><b>Contribution of a step</b> ${jobRow(this.mark, job, words)} ${this.closing()}</div>`;
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
    const { inside, choice } = this.mark;
    if (!inside.unfolded || !inside.layer || inside.step === null || choice.mean) {
      return null;
    }
    const of = this.found;
    if (!of) {
      return null;
    }
    const step = Math.min(inside.step, stepsOf(of) - 1);
    const chosen = inside.filter === null ? -1 : of.filters.indexOf(inside.filter);
    const place = chosen >= 0 ? chosen : rankedAt(of, step)[0];
    return { of, step, place, filter: of.filters[place] };
  }

  /** Contributions that Python or the page has computed. A page computes those of an edited series, too. */
  private get found(): Contributions | null {
    const { inside, jobs, choice, engineAnswers } = this.mark;
    const computed = engineAnswers?.contributions(choice, inside.layer!.name);
    const result = jobs.result(this.job.name);
    return computed ?? (result && contributionsOf(result));
  }

  /** Shows the step under the largest value of the map, of the layer that the map explains. */
  private open(): void {
    const { inside, picture, steps } = this.mark;
    let [largest, at] = [-Infinity, 0];
    for (const column of picture?.heats ?? []) {
      for (let sample = 0; sample < column.samples; sample++) {
        [largest, at] = column.at(sample) > largest ? [column.at(sample), sample] : [largest, at];
      }
    }
    this.opening = true;
    inside.change({ layer: inside.explained || inside.layer!.name, step: steps ? nearestIndex(steps, at) : 0 });
  }

  private select(step: number | null): void {
    this.stop();
    this.opening = false;
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
      Escape: () => this.select(null),
    };
    const action = actions[event.key];
    if (action && (!onField || event.key === "Escape") && !event.ctrlKey && !event.altKey && !event.metaKey) {
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
        const value = formatSigned(contribution(of, step, one));
        return [`filter ${of.filters[one]}`, `${of.filters[one]} (${value})`];
      }),
    );
    return select("filter", entries, `filter ${filter}`, (chosen) =>
      this.mark.inside.change({ filter: Number(chosen.slice("filter ".length)) }),
    );
  }

  private figures(shown: Shown): TemplateResult[] {
    const theme = themeOf(this.element);
    const room = this.element.clientWidth - 20;
    const perLine = room >= 780 ? 4 : room >= 420 ? 2 : 1;
    // Before the panel has a width, the plots get the smallest one.
    const width = Math.max(160, Math.floor(room / perLine) - GAP - SIGN);
    const size = { width, height: HEIGHT };
    const figure = (
      { title, draw, caption }: Plot,
      sign: string,
      click: ((event: MouseEvent) => void) | null = null,
    ): TemplateResult => html`<figure style="width: ${width + SIGN}px" @click=${click}>
      <figcaption><b>${title}</b></figcaption>
      <div class="cam1d-signed">
        ${draw ? canvas(width, HEIGHT, (context) => draw(canvasPen(context)), `${title}: ${caption}`) : html`<div class="cam1d-wait" style="height: ${HEIGHT}px">${caption}</div>`}
        ${sign ? html`<span aria-hidden="true">${sign}</span>` : nothing}
      </div>
      <figcaption class="cam1d-note">${draw ? caption : nothing}</figcaption>
    </figure>`;
    const pattern = this.responds(shown);
    return [
      figure(this.samples(shown, pattern, size, theme), "∗"),
      figure(this.pattern(pattern, size, theme), "→"),
      figure(this.activation(shown, size, theme), "×"),
      figure(this.weights(shown, size, theme), "", (event) =>
        this.select(barAt(event.offsetX, stepsOf(shown.of), size)),
      ),
    ];
  }

  /** What the filter responds to; null until it is computed. */
  private responds(shown: Shown): Pattern | null {
    const { inside, jobs, choice, engineAnswers } = this.mark;
    const job = meaningJob(inside.layer!.name, shown.filter);
    startUnasked(jobs, job);
    const meaning = jobs.result(job.name);
    if (meaning) {
      const { kernel, best } = meaning.arrays;
      const how = meaning.content.by === "ascent" ? "by gradient ascent" : "in closed form";
      return kernel
        ? this.slopes(kernel, "its kernel, times the range of each channel")
        : this.input(best, `the input that maximizes it, ${how}`);
    }
    if (!engineAnswers?.contributions(choice, inside.layer!.name)) {
      return null;
    }
    const { of, step, place } = shown;
    const gradient = engineAnswers.gradientOfFilter(choice, positionsOf(of, step, place)[0], place);
    const [start, stop] = this.window!;
    const channels = gradient.shape[1];
    const values = gradient.values.subarray(start * channels, stop * channels);
    return this.slopes(
      { shape: [stop - start, channels], values },
      "its gradient by the samples, times the range of each channel",
    );
  }

  /** Pattern of changes of the filter per unit of a channel. */
  private slopes(values: JobArray, what: string): Pattern | null {
    return this.patternOf(values, what, (own, range) => own.map((one) => one * range));
  }

  /** Pattern of an input, whose channels are compared with their own means. */
  private input(values: JobArray, what: string): Pattern | null {
    return this.patternOf(values, what, (own, range) => {
      const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
      return own.map((one) => (one - mean) / range);
    });
  }

  private patternOf(
    array: JobArray,
    what: string,
    scaled: (values: Float32Array, range: number) => Float32Array,
  ): Pattern | null {
    const { picture } = this.mark;
    if (!picture) {
      return null;
    }
    const columns = picture.ranges.map(({ low, high }, channel) => {
      const values = scaled(columnOf(array, channel), high - low);
      return new Column(values, 0, 1, values.length);
    });
    const sizes = columns.map(largestIn);
    return { columns, channels: largestOf(sizes, CHANNELS), strongest: largestOf(sizes, 1)[0], what };
  }

  private samples({ of, step }: Shown, pattern: Pattern | null, size: Size, theme: Theme): Plot {
    const { facts, picture } = this.mark;
    const [start, stop] = of.steps.subarray(3 * step, 3 * step + 2);
    const time = (sample: number): string => formatTime(sample, facts.sampling_rate).replace("sample ", "");
    if (stop <= start || !picture) {
      return { title: "1 · the samples it sees", draw: null, caption: "padding only" };
    }
    const channels = pattern?.channels ?? rowChannels(picture).slice(0, CHANNELS);
    const lines = channels.map((channel) => ({ column: picture.signals[channel], range: picture.ranges[channel] }));
    const strong = pattern && channels.indexOf(pattern.strongest);
    const every = channels.length === facts.channel_names.length;
    const names = every ? "all channels" : channels.map((channel) => facts.channel_names[channel]).join(", ");
    return {
      title: `1 · the samples it sees: ${time(start)} to ${time(stop - 1)}`,
      draw: (pen) => drawWindowSeries(pen, lines, [start, stop], strong, size, theme),
      caption: `${names}; ${stop - start} samples, framed in the plot`,
    };
  }

  private pattern(pattern: Pattern | null, size: Size, theme: Theme): Plot {
    const title = "2 · what the filter responds to";
    const { facts, jobs } = this.mark;
    if (!pattern) {
      return { title, draw: null, caption: jobs.running ? "computing …" : "not computed for this filter" };
    }
    const columns = pattern.channels.map((channel) => pattern.columns[channel]);
    const scale = colorScale(true, Math.max(...columns.map(largestIn)) || 1, theme.dark);
    return {
      title,
      draw: (pen) => drawCells(pen, columns, scale, size, theme),
      caption: `${pattern.what}; strongest in ${facts.channel_names[pattern.strongest]}`,
    };
  }

  private activation({ of, step, place }: Shown, size: Size, theme: Theme): Plot {
    const { place: at, window } = beforePooling(of, step);
    const positions = positionsOf(of, step, place);
    const values = columnOf(of.stages[at].map, place);
    const column = new Column(values, 0, 1, values.length);
    const names = namesOf(of);
    const chain = of.stages.map(({ map, pools }, stage) => {
      const value = formatNumber(map.values[positions[stage] * of.filters.length + place]);
      const sources = stage > 0 && pools ? of.stages[stage - 1].sources! : null;
      const count = sources && sources[2 * positions[stage] + 1] - sources[2 * positions[stage]];
      return pools ? `${pools} of ${count}: ${value}` : `${names[stage]} ${value}`;
    });
    return {
      title: "3 · its activation over time",
      draw: (pen) => drawActivation(pen, column, window, positions[at], size, theme),
      caption: `${chain.join(" → ")}; ${values.length} positions of ${names[at]}`,
    };
  }

  private weights({ of, step, place }: Shown, size: Size, theme: Theme): Plot {
    const weights = columnOf(of.weights, place);
    const value = of.activations.values[step * of.filters.length + place];
    const product = contribution(of, step, place);
    return {
      title: `4 · ${of.affine ? "its weight for the class, by step" : "gradient of the score, by step"}`,
      draw: (pen) => drawBars(pen, weights, step, colorScale(true, 1, theme.dark), size, theme),
      caption: `${formatNumber(value)} × ${formatSigned(weights[step])} = ${formatSigned(product)} of the score`,
    };
  }

  private sum({ of, step, place, filter }: Shown, name: string): TemplateResult {
    const terms = termsOf(of, step, place);
    const constant = of.padded ? "bias and steps in the padding" : "bias";
    const rest = of.affine ? constant : "rest, which differs from series to series";
    return html`Score of ${name} = ${rest} <b>${formatNumber(terms.rest)}</b> + filter ${filter} at this step
      <b>${formatSigned(terms.filter)}</b> + other filters at this step <b>${formatSigned(terms.otherFilters)}</b> + all other
      steps <b>${formatSigned(terms.otherSteps)}</b> = <b>${formatNumber(of.score)}</b>`;
  }
}

const largestIn = (column: Column): number => Math.abs(column.extreme("largest", 0, column.samples));

/** Indices of the largest values, in ascending order. */
const largestOf = (values: readonly number[], most: number): number[] =>
  [...values.keys()]
    .sort((one, other) => values[other] - values[one] || one - other)
    .slice(0, most)
    .sort((one, other) => one - other);
