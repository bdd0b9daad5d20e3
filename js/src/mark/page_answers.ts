import type { Choice } from "../core/picture/choice.js";
import type { Facts } from "../core/picture/facts.js";
import { neededTiles } from "../core/picture/needed_tiles.js";
import type { Window } from "../core/picture/window.js";
import { type Bytes, bytesOf } from "../core/tiles/bytes.js";
import { seriesKey, type Tile } from "../core/tiles/tiles.js";
import type { Description, PageModel, PageScores } from "../engine/page_model.js";
import type { TileStore } from "../synced/tile_store.js";

/** What a page's script engine.js puts there, besides the program of its backend. */
interface EngineScript {
  program: ArrayBuffer;
  startModel(description: Description, weights: Float32Array, program: ArrayBuffer): Promise<PageModel>;
}

/** The model of a page as Python wrote it: its description, and its weights. */
export type PackedModel = Description & { weights: Bytes };

/** What the model of a page computes in the place of a kernel. */
export class PageAnswers {
  /** Why the model cannot be started; null if it can. */
  fault: string | null = null;
  private model: PageModel | null = null;

  /** `changed` is called when the model is ready, or cannot be started. */
  constructor(
    packed: PackedModel,
    private readonly tiles: TileStore,
    private readonly facts: Facts,
    changed: () => void,
  ) {
    this.start(packed).then(changed);
  }

  private async start({ weights, ...description }: PackedModel): Promise<void> {
    const script = (globalThis as { cam1dEngine?: EngineScript }).cam1dEngine!;
    try {
      const values = new Float32Array(bytesOf(weights, 0, weights.byteLength));
      this.model = await script.startModel(description, values, script.program);
    } catch (error) {
      this.fault = String(error instanceof Error ? error.message : error);
    }
  }

  /** Whether scores can be computed. */
  get ready(): boolean {
    return this.model !== null;
  }

  /** Whether the model is ready, and takes series of the length of this one. */
  fits(instance: number): boolean {
    const there = this.tiles.missing([seriesKey(instance)]).length === 0;
    return there && this.series(instance).length === this.model?.values;
  }

  /** Scores of a stored series with the samples of a window replaced. */
  without(instance: number, [first, stop]: Window): PageScores {
    const model = this.model!;
    return model.scores(model.without(this.series(instance), first, stop));
  }

  /** Computes the maps of a picture that are missing; false if the page cannot. */
  compute(choice: Choice): boolean {
    const { label } = this.facts.methods[choice.method];
    if (choice.mean || !this.model?.offers(label) || !this.fits(choice.instance)) {
      return false;
    }
    const [, ...maps] = neededTiles(choice);
    for (const key of this.tiles.missing(maps)) {
      const target = this.facts.targets[Number(key.split("/").at(-1))];
      const { shape, data } = this.model.map(label, this.series(choice.instance), target);
      this.tiles.put(tileOf(key, shape, data));
    }
    return true;
  }

  private series(instance: number): Float32Array {
    return this.tiles.take(seriesKey(instance)).values;
  }
}

function tileOf(key: string, [samples, channels]: number[], values: Float32Array): Tile {
  return { key, values, samples, channels, gap: null, error: null, spread: null, mean: null };
}
