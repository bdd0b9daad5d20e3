import type { Choice } from "../core/picture/choice.js";
import { ColorLimits } from "../core/picture/color_limits.js";
import { picturesOf } from "../core/picture/compose.js";
import { isExplained } from "../core/picture/explained.js";
import type { Facts, Table } from "../core/picture/facts.js";
import { type Mean, meanOf } from "../core/picture/mean.js";
import { neededTiles, tileOfInstance } from "../core/picture/needed_tiles.js";
import type { Picture } from "../core/picture/picture.js";
import { packTiles, type Tile } from "../core/tiles/tiles.js";
import type { OptionsModel } from "../synced/OptionsModel.js";
import type { TileStore } from "../synced/tile_store.js";

/** What pictures depend on. */
interface Mark {
  readonly choice: Choice;
  readonly pinnedChoice: Choice | null;
  readonly facts: Facts;
  readonly explained: Table | null;
  readonly optionsModel: OptionsModel;
  readonly hasKernel: boolean;
  instancesOf(mean: Mean): number[];
}

/** What can be said of the picture that is asked for. */
export type Status = "ready" | "waiting" | "missing" | "error";

/** A picture that is asked for, and what is on show until it is there. */
export interface Shown {
  readonly choice: Choice;
  readonly status: Status;
  /** Why the picture on show is not the one that is asked for; null where it is. */
  readonly message: string | null;
  /** What was drawn last; under a message, if it is not what is asked for. */
  readonly picture: Picture | null;
}

/** A choice with its tiles, or what keeps them from being here. */
interface Found {
  readonly choice: Choice;
  readonly status: Status;
  readonly message: string | null;
  readonly tiles: Tile[];
}

const NONE = "Of no instance of this class is a map here.";

/** The picture that is asked for and the one that is pinned, each as far as its tiles are here. */
export class Pictures {
  private readonly limits = new ColorLimits();
  private all: Shown[];

  constructor(
    private readonly mark: Mark,
    private readonly tiles: TileStore,
  ) {
    this.all = [{ choice: mark.choice, status: "missing", message: "", picture: null }];
  }

  get shown(): Shown {
    return this.all[0];
  }

  /** Null where nothing is pinned. */
  get pinned(): Shown | null {
    return this.all[1] ?? null;
  }

  refresh(): void {
    const { mark, tiles } = this;
    const choices = [mark.choice, ...(mark.pinnedChoice ? [mark.pinnedChoice] : [])];
    tiles.hold(choices.flatMap(neededTiles));
    const found = choices.map((choice) => this.find(choice));
    const waiting = found.filter(({ status }) => status === "waiting");
    const wanted = [
      ...tiles.missing(waiting.flatMap(({ choice }) => neededTiles(choice))),
      ...(mark.hasKernel ? tiles.unfinished(choices.flatMap(neededTiles)) : []),
    ];
    if (wanted.length > 0) {
      tiles.request(wanted);
    } else if (!mark.hasKernel) {
      tiles.forget();
    }
    this.all = this.drawn(found);
    if (wanted.length === 0 && found[0].status === "ready" && !mark.choice.mean) {
      this.lookAhead(found[0]);
    }
  }

  /** The tiles on show, packed: a saved notebook keeps them. */
  packed() {
    const ready = this.all.filter(({ status }) => status === "ready");
    const keys = new Set(ready.flatMap(({ choice }) => neededTiles(choice)));
    return keys.size > 0 ? packTiles([...keys].map((key) => this.tiles.take(key))) : null;
  }

  /** Whether an answer that came may change what is on show. */
  get unsettled(): boolean {
    const all = this.all.flatMap(({ choice }) => neededTiles(choice));
    return this.all.some(({ status }) => status === "waiting") || this.tiles.unfinished(all).length > 0;
  }

  /** Without a kernel, a mean is taken of what is here. */
  private average({ mean }: Choice, keys: string[]): void {
    const among = this.mark.instancesOf(mean!);
    for (const key of this.tiles.missing(keys)) {
      // Of a series and its map, the same instances.
      const complete = (instance: number): boolean =>
        this.tiles.missing(keys.map((other) => tileOfInstance(other, instance))).length === 0;
      const tiles = among.filter(complete).map((instance) => this.tiles.get(tileOfInstance(key, instance))!);
      if (tiles.length > 0) {
        this.tiles.put(meanOf(key, tiles, among.length));
      }
    }
  }

  private find(choice: Choice): Found {
    const { mark, tiles } = this;
    const keys = neededTiles(choice);
    if (choice.mean && !mark.hasKernel) {
      this.average(choice, keys);
    }
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
    return mark.hasKernel
      ? without("waiting", "computing …")
      : without("missing", choice.mean ? NONE : mark.facts.absence);
  }

  private drawn(found: Found[]): Shown[] {
    const { mark, limits, tiles } = this;
    const ready = found.filter(({ status }) => status === "ready");
    const pictures = picturesOf(ready, mark.facts, mark.optionsModel.current, (choice, map, options) =>
      limits.colorLimit(choice, map, options, tiles),
    );
    return found.map(({ choice, status, message }, place) => {
      const before = this.all[place]?.picture ?? null;
      const picture = status === "ready" ? pictures[ready.indexOf(found[place])] : before;
      return { choice, status, message, picture };
    });
  }

  private lookAhead({ choice, tiles: [series, map] }: Found): void {
    const { mark, tiles } = this;
    const last = mark.facts.instances.length - 1;
    const near = [choice.instance + 1, choice.instance - 1].filter((other) => other >= 0 && other <= last);
    const wanted = near
      .map((instance) => ({ ...choice, instance }))
      .filter((other) => isExplained(mark.explained, other));
    tiles.prefetch(mark.hasKernel ? wanted.map(neededTiles) : [], [series, map]);
  }
}
