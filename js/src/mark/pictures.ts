import { type Choice, choiceName } from "../core/picture/choice.js";
import { ColorLimits } from "../core/picture/color_limits.js";
import { type ChoiceTiles, picturesOf, rankingOf } from "../core/picture/compose.js";
import { isExplained } from "../core/picture/explained.js";
import type { Facts, Table } from "../core/picture/facts.js";
import { type Mean, meanOf } from "../core/picture/mean.js";
import { neededOriginal, neededScores, neededTiles, tileOfInstance } from "../core/picture/needed_tiles.js";
import type { Options } from "../core/picture/options.js";
import type { Picture, Ranking } from "../core/picture/picture.js";
import { packTiles, type Tile } from "../core/tiles/tiles.js";
import type { TileStore } from "../synced/tile_store.js";
import type { EngineAnswers } from "./engine_answers.js";

/** Data that pictures are computed from. */
interface Mark {
  readonly choice: Choice;
  readonly pinnedChoice: Choice | null;
  readonly facts: Facts;
  readonly explained: Table | null;
  readonly optionsModel: { readonly current: Options };
  readonly hasKernel: boolean;
  /** The model of a page, or of a notebook; null without one. */
  readonly engineAnswers: EngineAnswers | null;
  instancesOf(mean: Mean): number[];
  /** The choice once another instance is selected. */
  choiceAt(instance: number): Choice;
}

/** Status of the requested picture. */
export type Status = "ready" | "waiting" | "missing" | "error";

/** A requested picture, and the one displayed until it is available. */
export interface Shown {
  readonly choice: Choice;
  readonly status: Status;
  /** Message over a picture that is not the requested one; null if it is. */
  readonly message: string | null;
  /** The requested picture, its series alone if its map is missing, or else the last drawn one. */
  readonly picture: Picture | null;
}

/** A choice with its tiles, or the reason why they are not available. */
interface Found {
  readonly choice: Choice;
  readonly status: Status;
  readonly message: string | null;
  readonly tiles: Tile[];
}

const NONE = "No maps for this class are stored on this page.";

/** Bytes of the maps that a saved notebook keeps besides the displayed ones. */
const ROOM = 2 ** 19;

/** Bytes of the series that are prefetched where maps are computed here, and their number in a request. */
const AHEAD = 2 ** 23;
const TOGETHER = 32;

/**
 * Limits to the neighbors on one side that are prefetched where their maps exist, as in a store: their number, their
 * bytes, and the milliseconds that another request may have to wait for them.
 */
const NEAR = 8;
const NEAR_BYTES = 2 ** 20;
const NEAR_WAIT = 40;

/** Blocks of instances, up to a maximum number, starting with the block around one instance. */
function blocksAround(instance: number, instances: number, most: number): number[][] {
  const own = Math.floor(instance / TOGETHER);
  return Array.from({ length: Math.ceil(instances / TOGETHER) }, (_, block) => block)
    .sort((one, other) => Math.abs(one - own) - Math.abs(other - own))
    .slice(0, Math.ceil(most / TOGETHER))
    .map((block) => Array.from({ length: TOGETHER }, (_, place) => block * TOGETHER + place));
}

const isMapOf = (key: string, instance: number): boolean => {
  const [kind, , of] = key.split("/");
  return kind === "attribution" && Number(of) === instance;
};

/** Whether two pictures show the map of one method and class for one instance, before or after edits. */
const isSameMap = (one: Choice, other: Choice): boolean =>
  !one.mean && !other.mean && one.against === null && other.against === null && choiceName(one) === choiceName(other);

/** The current picture and the pinned one, as far as their tiles are available. */
export class Pictures {
  private readonly limits = new ColorLimits();
  /** Shares of the last map that had channels. */
  private ranking: Ranking | null = null;
  private all: Shown[];
  /** The instance that was displayed last, and how far it was from the one before. */
  private visited = 0;
  private step = 0;

  constructor(
    private readonly mark: Mark,
    private readonly tiles: TileStore,
  ) {
    this.all = [{ choice: mark.choice, status: "missing", message: "", picture: null }];
  }

  get shown(): Shown {
    return this.all[0];
  }

  /** Null if nothing is pinned. */
  get pinned(): Shown | null {
    return this.all[1] ?? null;
  }

  refresh(): void {
    const { mark, tiles } = this;
    const choices = [mark.choice, ...(mark.pinnedChoice ? [mark.pinnedChoice] : [])];
    const scores = choices.flatMap(neededScores);
    tiles.hold([...choices.flatMap(neededTiles), ...choices.flatMap(neededOriginal), ...scores]);
    mark.engineAnswers?.keep(choices.flatMap(neededTiles));
    const found = choices.map((choice) => this.find(choice));
    const waiting = found.filter(({ status }) => status === "waiting");
    const wanted = [
      ...tiles.missing(waiting.flatMap(({ choice }) => this.asked(choice))),
      ...tiles.missing(scores),
      ...(mark.hasKernel ? tiles.unfinished(choices.flatMap(neededTiles)) : []),
    ];
    if (wanted.length > 0 && mark.hasKernel) {
      tiles.request(wanted);
    } else if (!mark.hasKernel) {
      tiles.cancelRequests();
    }
    this.all = this.drawn(found);
  }

  /** Requests the neighbors of the current picture if nothing else is missing. */
  prefetch(): void {
    const { mark, tiles, mayChange } = this;
    const { choice, status } = this.shown;
    if (mark.hasKernel && status === "ready" && !mayChange && !choice.mean) {
      const displayed = neededTiles(choice).map((key) => tiles.take(key));
      const { length } = mark.facts.instances;
      const here = mark.engineAnswers?.takes(choice);
      const neighbors = [1, -1].map((way) =>
        Array.from(
          { length: here ? 1 : this.reach(way, displayed) },
          (_, place) => choice.instance + way * (place + 1),
        ),
      );
      if (here) {
        neighbors.push(...blocksAround(choice.instance, length, AHEAD / displayed[0].values.byteLength));
      }
      const groups = neighbors.map((instances) =>
        instances
          .filter((other) => other >= 0 && other < length)
          .map((instance) => mark.choiceAt(instance))
          .filter((other) => isExplained(mark.explained, other))
          .flatMap((other) => this.asked(other)),
      );
      tiles.prefetch(groups, displayed);
    }
  }

  /** Number of neighbors that are requested on one side: several where maps exist, and the user steps that way. */
  private reach(way: number, displayed: readonly Tile[]): number {
    const { instance, method } = this.mark.choice;
    if (instance !== this.visited) {
      this.step = instance - this.visited;
      this.visited = instance;
    }
    if (this.step !== way || this.mark.facts.methods[method].seconds > 0) {
      return 1;
    }
    const bytes = displayed.reduce((sum, { values }) => sum + values.byteLength, 0);
    const wait = displayed.length * this.tiles.pace;
    return Math.max(1, Math.floor(Math.min(NEAR, NEAR_BYTES / bytes, NEAR_WAIT / wait)));
  }

  /** Tiles that a kernel is asked for: the series alone, if its maps are computed here. */
  private asked(choice: Choice): string[] {
    const keys = neededTiles(choice);
    return this.mark.engineAnswers?.takes(choice) ? keys.slice(0, 1) : keys;
  }

  /** Tiles of the displayed pictures, and then of other maps of their instances, packed for a saved notebook. */
  packed() {
    const { tiles } = this;
    const ready = this.all.filter(({ status }) => status === "ready");
    const displayed = ready.flatMap(({ choice }) => [
      ...neededTiles(choice),
      ...neededScores(choice),
      ...neededTiles({ ...choice, edited: undefined }),
    ]);
    const keys = new Set(displayed.filter((key) => tiles.missing([key]).length === 0));
    let room = ROOM;
    for (const { choice } of ready) {
      for (const key of [...tiles.keys()].filter((key) => !keys.has(key) && isMapOf(key, choice.instance))) {
        room -= tiles.get(key)!.values.byteLength;
        if (room >= 0) {
          keys.add(key);
        }
      }
    }
    return keys.size > 0 ? packTiles([...keys].map((key) => tiles.get(key)!)) : null;
  }

  /** Whether a response may change the displayed pictures. */
  get mayChange(): boolean {
    const all = this.all.flatMap(({ choice }) => neededTiles(choice));
    return this.all.some(({ status }) => status === "waiting") || this.tiles.unfinished(all).length > 0;
  }

  /**
   * Without a kernel, means are computed from the available tiles, and from those that the model of the page computes
   * quickly. Returns the completed share.
   */
  private average(choice: Choice, keys: string[]): number {
    const missing = this.tiles.missing(keys);
    if (missing.length === 0) {
      return 1;
    }
    const among = this.mark.instancesOf(choice.mean!);
    const single = among
      .map((instance): Choice => ({ ...choice, instance, mean: null }))
      .filter((one) => isExplained(this.mark.explained, one));
    const share = this.mark.engineAnswers?.computeAll(single) ?? 1;
    if (share < 1) {
      return share;
    }
    for (const key of missing) {
      // The mean series and the mean map cover the same instances.
      const complete = (instance: number): boolean =>
        this.tiles.missing(keys.map((other) => tileOfInstance(other, instance))).length === 0;
      const tiles = among.filter(complete).map((instance) => this.tiles.get(tileOfInstance(key, instance))!);
      if (tiles.length > 0) {
        this.tiles.put(meanOf(key, tiles, among.length));
      }
    }
    return 1;
  }

  private find(choice: Choice): Found {
    const { mark, tiles } = this;
    const keys = neededTiles(choice);
    const averaged = choice.mean && !mark.hasKernel ? this.average(choice, keys) : 1;
    mark.engineAnswers?.score(choice);
    const computed = isExplained(mark.explained, choice) ? mark.engineAnswers?.compute(choice) : null;
    const share = averaged < 1 ? averaged : computed;
    const failure = tiles.failure(keys);
    const without = (status: Status, message: string): Found => ({ choice, status, message, tiles: [] });
    if (tiles.missing(keys).length === 0) {
      return { choice, status: "ready", message: null, tiles: keys.map((key) => tiles.take(key)) };
    }
    if (failure) {
      return without("error", failure);
    }
    if (!choice.mean && !isExplained(mark.explained, choice)) {
      return without("missing", "This class was not explained for this instance.");
    }
    if (typeof share === "number") {
      return without("waiting", `computing … ${Math.floor(100 * share)} %`);
    }
    if (!mark.hasKernel && !choice.mean && mark.engineAnswers?.starting) {
      return without("waiting", "starting the model of this page …");
    }
    return mark.hasKernel
      ? without("waiting", "computing …")
      : without("missing", choice.mean ? NONE : mark.facts.absence);
  }

  private drawn(found: Found[]): Shown[] {
    const { mark, limits, tiles } = this;
    const ready = found.flatMap((one, place) => this.drawable(one, this.all[place]?.picture ?? null));
    const pictures = picturesOf(
      ready,
      mark.facts,
      mark.optionsModel.current,
      (choice, map, options) => limits.colorLimit(choice, map, options, tiles),
      this.ranking,
    );
    this.ranking = rankingOf(pictures, mark.facts) ?? this.ranking;
    return found.map(({ choice, status, message }, place) => {
      const before = this.all[place]?.picture ?? null;
      const at = ready.findIndex((one) => one.choice === choice);
      const picture = at < 0 ? before : pictures[at];
      const follows = status === "waiting" && at >= 0 && !pictures[at].mapless;
      return { choice, status, message: follows ? null : message, picture };
    });
  }

  /** A choice whose picture is drawn: complete, or its series alone, unless its map follows in a moment. */
  private drawable({ choice, status, tiles }: Found, before: Picture | null): ChoiceTiles[] {
    const [original] = neededOriginal(choice).map((key) => this.tiles.take(key));
    if (status === "ready") {
      return [{ choice, tiles, original }];
    }
    const [key] = neededTiles(choice);
    const moment = status === "waiting" && this.tiles.slow === null && before && !before.mapless;
    if (this.tiles.missing([key]).length > 0) {
      return [];
    }
    if (moment && this.mark.hasKernel && choice.edited !== undefined && isSameMap(choice, before.choice)) {
      // The series follows the pointer; the kernel sends its map in a moment.
      return [{ choice, tiles: [this.tiles.take(key), before.attribution], original }];
    }
    return moment && (this.mark.hasKernel || choice.edited === undefined)
      ? []
      : [{ choice, tiles: [this.tiles.take(key)], original }];
  }
}
