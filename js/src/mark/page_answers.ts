import type { Choice } from "../core/picture/choice.js";
import type { Contributions } from "../core/picture/contributions.js";
import type { Facts } from "../core/picture/facts.js";
import type { JobArray } from "../core/picture/job_results.js";
import { mapKeyOf, neededScores, neededTiles, seriesKeyOf, targetOfKey } from "../core/picture/needed_tiles.js";
import type { Window } from "../core/picture/window.js";
import { type Bytes, bytesOf } from "../core/tiles/bytes.js";
import { seriesKey, type Tile } from "../core/tiles/tiles.js";
import type { Computer, ModelParts, News, Report } from "../engine/computer.js";
import type { Values } from "../engine/engine.js";
import type { Description, PageModel, PageScores } from "../engine/page_model.js";
import type { TileStore } from "../synced/tile_store.js";

/** Exports of a page's script engine.js, and what the page adds to them. */
interface EngineScript {
  readonly source: string;
  readonly program: ArrayBuffer;
  readonly LocalComputer: new (model: PageModel, report: Report) => Computer;
  readonly WorkerComputer: new (source: string, parts: ModelParts, own: Computer, report: Report) => Computer;
  startModel(parts: ModelParts): Promise<PageModel>;
}

/** The model of a page as Python wrote it: its description, and its weights. */
export type PackedModel = Description & { weights: Bytes };

/** A map that is being computed. */
interface Running {
  readonly choice: Choice;
  share: number;
}

/** Scores and maps that the model of a page computes in the place of a kernel. */
export class PageAnswers {
  /** Why the model cannot be started; null if it can. */
  fault: string | null = null;
  private model: PageModel | null = null;
  /** Computers of quick maps, and of others. */
  private computers: readonly [Computer, Computer];
  /** Maps that are being computed, by the keys of their tiles. */
  private readonly running = new Map<string, Running>();
  /** The contributions that were computed last, for a panel is drawn more often than they change. */
  private latest: { series: Float32Array; target: number; found: Contributions } | null = null;

  /** `changed` is called when the model is ready, or cannot be started. */
  constructor(
    packed: PackedModel,
    private readonly tiles: TileStore,
    private readonly facts: Facts,
    private readonly changed: () => void,
  ) {
    this.start(packed).then(changed);
  }

  private async start({ weights, ...description }: PackedModel): Promise<void> {
    const script = (globalThis as { cam1dEngine?: EngineScript }).cam1dEngine!;
    const parts = { description, weights: bytesOf(weights), program: script.program };
    const report = (news: News): void => {
      this.take(news);
      this.changed();
    };
    try {
      const model = await script.startModel(parts);
      const own = new script.LocalComputer(model, report);
      this.computers = [own, new script.WorkerComputer(script.source, parts, own, report)];
      this.model = model;
    } catch (error) {
      this.fault = String(error instanceof Error ? error.message : error);
    }
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

  /** Computes the missing maps of a picture. Returns the completed share, or null if the page cannot compute them. */
  compute(choice: Choice): number | null {
    const { label } = this.facts.methods[choice.method];
    if (choice.mean || !this.model?.offers(label) || !this.fits(choice.instance)) {
      return null;
    }
    const [missing] = this.tiles.missing(neededTiles(choice));
    if (missing === undefined) {
      return 1;
    }
    if (!this.running.has(missing)) {
      const target = this.facts.targets[targetOfKey(missing)];
      this.running.set(missing, { choice, share: 0 });
      const computer = this.computers[this.model.isQuick(label) ? 0 : 1];
      this.take(computer.start({ key: missing, method: label, series: this.series(choice), target }));
    }
    // Quick maps are finished now; that of the other class of a difference may be missing.
    return this.running.get(missing)?.share ?? this.compute(choice);
  }

  /** How the steps of a layer add up to the explained class' score; null if the page cannot compute it. */
  contributions(choice: Choice, layer: string): Contributions | null {
    const { model, facts } = this;
    if (choice.mean || model?.explained !== layer || !this.fits(choice.instance) || !this.has(choice)) {
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

  private take(news: News): void {
    const running = this.running.get(news.key)!;
    if ("maps" in news) {
      this.put(running.choice, news.maps);
      this.running.delete(news.key);
    } else {
      running.share = news.share;
    }
  }

  private put(choice: Choice, maps: ReadonlyMap<number, Values>): void {
    for (const [target, { shape, data }] of maps) {
      const place = this.facts.targets.indexOf(target);
      if (place >= 0) {
        this.tiles.put(tileOf(mapKeyOf(choice, place), shape, data));
      }
    }
  }

  private series(choice: Choice): Float32Array {
    return this.tiles.take(seriesKeyOf(choice)).values;
  }
}

function tileOf(key: string, [samples, channels]: number[], values: Float32Array): Tile {
  return { key, values, samples, channels, gap: null, error: null, spread: null, mean: null };
}
