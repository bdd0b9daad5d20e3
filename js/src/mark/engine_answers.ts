import type { Choice } from "../core/picture/choice.js";
import type { Contributions } from "../core/picture/contributions.js";
import type { Facts } from "../core/picture/facts.js";
import type { JobArray } from "../core/picture/job_results.js";
import { mapKeyOf, neededScores, neededTiles, seriesKeyOf, targetOfKey } from "../core/picture/needed_tiles.js";
import type { Window } from "../core/picture/window.js";
import { type Bytes, bytesOf } from "../core/tiles/bytes.js";
import { seriesKey, type Tile } from "../core/tiles/tiles.js";
import type { Computer, News } from "../engine/computer.js";
import type { Description, PageMaps, PageModel, PageScores } from "../engine/page_model.js";
import type { TileStore } from "../synced/tile_store.js";
import type { EngineScript } from "./engine_script.js";

/** The model as Python wrote it: its description, and its weights. */
export type PackedModel = Description & { weights: Bytes };

/** A map that is being computed. */
interface Running {
  readonly choice: Choice;
  share: number;
}

/** Whether a kernel is there for slow maps, and the callback for each new result. */
interface Around {
  hasKernel(): boolean;
  /** Called when the model is ready, or cannot be started, and after computations. */
  changed(): void;
}

/** Milliseconds of a pass above which the answer of a kernel takes less time than a gradient here. */
const QUICK_PASS = 8;
/** Milliseconds of computations for a mean between two frames. */
const SLICE = 30;
/** Milliseconds within which a pass must be quick once: other programs may interrupt it. */
const TRIAL = 100;
const TOO_SLOW = "The model takes too long in this browser.";

/**
 * Scores and maps that a model computes in the browser: on a page all of them, in the place of a kernel; in a notebook
 * those that take no longer than a frame or two.
 */
export class EngineAnswers {
  /** Why the model cannot be started; null if it can. */
  fault: string | null = null;
  private model: PageModel | null = null;
  /** Computers of quick maps, and of others. */
  private computers: readonly [Computer, Computer];
  /** Maps that are being computed, by the keys of their tiles. */
  private readonly running = new Map<string, Running>();
  /** Callbacks of the checks that are running, by their names. */
  private readonly reports = new Map<string, (news: News) => void>();
  /** The contributions that were computed last, for a panel is drawn more often than they change. */
  private latest: { series: Float32Array; target: number; found: Contributions } | null = null;
  /** Maps that were computed for means, which are not computed again if the cache has dropped them. */
  private readonly averaged = new Set<string>();
  /** Maps that are left to a kernel: they are not finite, or failed here. */
  private readonly left = new Set<string>();
  private isOpen = true;

  /** `engine` runs the script of the engine, if that has not been run. */
  constructor(
    packed: PackedModel,
    engine: () => EngineScript,
    private readonly tiles: TileStore,
    private readonly facts: Facts,
    private readonly around: Around,
  ) {
    this.start(packed, engine).then(() => this.isOpen && around.changed());
  }

  private async start({ weights, ...description }: PackedModel, engine: () => EngineScript): Promise<void> {
    const report = (news: News): void => {
      this.take(news);
      this.around.changed();
    };
    try {
      const script = engine();
      const parts = { description, weights: bytesOf(weights), program: script.program };
      const model = await script.startModel(parts);
      if (!this.isOpen || (this.around.hasKernel() && !isQuick(model))) {
        this.fault = TOO_SLOW;
        model.dispose();
        return;
      }
      const own = new script.LocalComputer(model, report);
      this.computers = [own, new script.WorkerComputer(script.source, parts, own, report)];
      this.model = model;
    } catch (error) {
      this.fault = String(error instanceof Error ? error.message : error);
    }
  }

  /** Releases the model, which has been changed. */
  close(): void {
    this.keep([]);
    this.isOpen = false;
    this.model?.dispose();
    this.model = null;
  }

  /** Whether the model is being started. */
  get starting(): boolean {
    return this.model === null && this.fault === null;
  }

  /** Whether scores can be computed. */
  get ready(): boolean {
    return this.model !== null;
  }

  /** Whether the model is ready, and takes series of the length of this one. */
  fits(instance: number): boolean {
    const key = seriesKey(instance);
    return this.tiles.missing([key]).length === 0 && this.tiles.take(key).values.length === this.model?.values;
  }

  /** Scores of a stored series with the samples of a window replaced. */
  without(instance: number, [first, stop]: Window): PageScores {
    const model = this.model!;
    return model.scores(model.without(this.tiles.take(seriesKey(instance)).values, first, stop));
  }

  /** Computes the scores of an edited series, if they are missing. */
  score(choice: Choice): void {
    const [key] = this.tiles.missing(neededScores(choice));
    if (key !== undefined && this.ready && this.fits(choice.instance)) {
      const { scores, probabilities } = this.model!.scores(this.series(choice));
      const rows = [scores, ...(probabilities ? [probabilities] : [])];
      this.tiles.put(tileOf(key, [rows.length, scores.length], Float32Array.from(rows.flat())));
    }
  }

  /** Whether the maps of a choice are computed here, once its series is available. */
  takes(choice: Choice): boolean {
    const { label } = this.facts.methods[choice.method];
    const offered = this.model?.offers(label) && (this.model.isQuick(label) || !this.around.hasKernel());
    return !choice.mean && offered === true && !neededTiles(choice).some((key) => this.left.has(key));
  }

  /** Computes the missing maps of a picture. Returns the completed share, or null if the page cannot compute them. */
  compute(choice: Choice): number | null {
    if (!this.takes(choice) || !this.fits(choice.instance)) {
      return null;
    }
    const [missing] = this.tiles.missing(neededTiles(choice));
    if (missing === undefined) {
      return 1;
    }
    if (this.tiles.failure([missing]) !== undefined) {
      return null;
    }
    if (!this.running.has(missing)) {
      const { label } = this.facts.methods[choice.method];
      const target = this.facts.targets[targetOfKey(missing)];
      this.running.set(missing, { choice, share: 0 });
      const computer = this.computers[this.model!.isQuick(label) ? 0 : 1];
      this.take(computer.start({ key: missing, method: label, series: this.series(choice), target }));
    }
    // Quick maps are finished now; that of the other class of a difference may be missing.
    return this.running.get(missing)?.share ?? this.compute(choice);
  }

  /** Computes quick maps of instances that are missing in a mean, for some milliseconds. Returns the completed share. */
  computeAll(choices: readonly Choice[]): number {
    const { model } = this;
    if (!model) {
      return this.starting ? 0 : 1;
    }
    const isMissing = (choice: Choice): boolean => {
      const keys = this.tiles.missing(neededTiles(choice));
      return keys.some((key) => !this.averaged.has(key)) && this.tiles.failure(keys) === undefined;
    };
    const left = choices.filter(
      (choice) =>
        model.isQuick(this.facts.methods[choice.method].label) &&
        this.takes(choice) &&
        this.fits(choice.instance) &&
        isMissing(choice),
    );
    const until = performance.now() + SLICE;
    let done = 0;
    while (done < left.length && (done === 0 || performance.now() < until)) {
      neededTiles(left[done]).forEach((key) => this.averaged.add(key));
      this.compute(left[done++]);
    }
    if (done === left.length) {
      return 1;
    }
    setTimeout(() => this.isOpen && this.around.changed());
    return 1 - (left.length - done) / choices.length;
  }

  /**
   * How the steps of a layer add up to the explained class' score; null if it cannot be computed here. Of an original,
   * a kernel computes it, whose results are saved with a notebook.
   */
  contributions(choice: Choice, layer: string): Contributions | null {
    const { model, facts } = this;
    const ofKernel = choice.edited === undefined && this.around.hasKernel();
    if (choice.mean || ofKernel || model?.explained !== layer || !this.fits(choice.instance) || !this.has(choice)) {
      return null;
    }
    const series = this.series(choice);
    const target = facts.targets[choice.target];
    if (this.latest?.series !== series || this.latest.target !== target) {
      this.latest = { series, target, found: model.contributions(series, target) };
    }
    return this.latest.found;
  }

  /** Gradient of a filter at a position of the first stage, by the samples of a series. */
  gradientOfFilter(choice: Choice, position: number, filter: number): JobArray {
    return this.model!.gradientOfFilter(this.series(choice), position, filter);
  }

  /** Whether the series of a choice, edited or not, is available. */
  private has(choice: Choice): boolean {
    return this.tiles.missing([seriesKeyOf(choice)]).length === 0;
  }

  /** Drops computations of other maps than these. */
  keep(keys: readonly string[]): void {
    for (const key of [...this.running.keys()].filter((key) => !keys.includes(key))) {
      this.running.delete(key);
      this.computers.forEach((computer) => computer.stop(key));
    }
  }

  /** Whether the checks of a map that need few passes can be run here. */
  checks(choice: Choice): boolean {
    const { label } = this.facts.methods[choice.method];
    return !choice.mean && this.model?.networkFinding != null && this.model.offers(label) && this.fits(choice.instance);
  }

  /** Checks the map of an original series. */
  check(key: string, choice: Choice, fill: string, report: (news: News) => void): void {
    const method = this.facts.methods[choice.method];
    const checked = { method, tolerance: this.facts.gap_tolerance, fill, filledBy: this.facts.baseline };
    const series = this.tiles.take(seriesKey(choice.instance)).values;
    const target = this.facts.targets[choice.target];
    this.reports.set(key, report);
    this.take(this.computers[1].start({ key, method: method.label, series, target, checked }));
  }

  /** Drops a check. */
  stopCheck(key: string): void {
    this.reports.delete(key);
    this.computers[1].stop(key);
  }

  private take(news: News): void {
    const report = this.reports.get(news.key);
    if (report) {
      if (!("share" in news)) {
        this.reports.delete(news.key);
      }
      report(news);
      return;
    }
    const running = this.running.get(news.key)!;
    if ("share" in news) {
      running.share = news.share;
      return;
    }
    this.running.delete(news.key);
    if ("maps" in news) {
      this.put(running.choice, news.maps);
    } else if ("fault" in news) {
      if (this.around.hasKernel()) {
        this.left.add(news.key);
      } else {
        this.tiles.fail(news.key, news.fault);
      }
    }
  }

  private put(choice: Choice, maps: PageMaps): void {
    for (const [target, { shape, data, gap }] of maps) {
      const place = this.facts.targets.indexOf(target);
      const key = mapKeyOf(choice, place);
      if (place >= 0 && this.around.hasKernel() && !data.every(Number.isFinite)) {
        this.left.add(key);
      } else if (place >= 0) {
        this.tiles.put(tileOf(key, shape, data, gap));
      }
    }
  }

  private series(choice: Choice): Float32Array {
    return this.tiles.take(seriesKeyOf(choice)).values;
  }
}

function tileOf(key: string, [samples, channels]: number[], values: Float32Array, gap: number | null = null): Tile {
  return { key, values, samples, channels, gap, error: null, spread: null, mean: null };
}

/** Whether a pass takes a few milliseconds; the first one includes preparations. */
function isQuick(model: PageModel): boolean {
  const series = new Float32Array(model.values);
  const end = performance.now() + TRIAL;
  let begun: number;
  do {
    begun = performance.now();
    model.scores(series);
    if (performance.now() - begun <= QUICK_PASS) {
      return true;
    }
  } while (performance.now() < end);
  return false;
}
