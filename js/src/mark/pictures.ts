import { picturesOf } from "../core/compose.js";
import { isExplained } from "../core/explained.js";
import { neededTiles } from "../core/needed_tiles.js";
import type { Choice, Picture } from "../core/picture.js";
import { Limits } from "../core/scope.js";
import { type Tile, packTiles } from "../core/tiles.js";
import type { ChannelStackModel } from "./ChannelStackModel.js";
import type { TileStore } from "./tile_store.js";

/** What can be said of the picture that is asked for. */
export type Status = "ready" | "waiting" | "missing" | "error";

/** A picture that is asked for, and what is on show until it is there. */
export interface Shown {
  readonly choice: Choice;
  readonly status: Status;
  /** Why the picture on show is not the one that is asked for; null where it is. */
  readonly veil: string | null;
  /** What was drawn last; under a veil, if it is not what is asked for. */
  readonly picture: Picture | null;
}

/** A choice with its tiles, or what keeps them from being here. */
interface Found {
  readonly choice: Choice;
  readonly status: Status;
  readonly veil: string | null;
  readonly tiles: Tile[];
}

/** The picture that is asked for and the one that is pinned, each as far as its tiles are here. */
export class Pictures {
  private readonly limits = new Limits();
  private all: Shown[];

  constructor(
    private readonly mark: ChannelStackModel,
    private readonly tiles: TileStore,
  ) {
    this.all = [{ choice: mark.choice, status: "missing", veil: "", picture: null }];
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
    if (waiting.length > 0) {
      tiles.wish(tiles.missing(waiting.flatMap(({ choice }) => neededTiles(choice))));
    } else if (!mark.asksPython) {
      tiles.forget();
    }
    this.all = this.drawn(found);
    if (waiting.length === 0 && found[0].status === "ready") {
      this.lookAhead(found[0]);
    }
  }

  /** The tiles on show, packed: a saved notebook keeps them. */
  packed() {
    const ready = this.all.filter(({ status }) => status === "ready");
    const keys = new Set(ready.flatMap(({ choice }) => neededTiles(choice)));
    return keys.size > 0 ? packTiles([...keys].map((key) => this.tiles.take(key))) : null;
  }

  private find(choice: Choice): Found {
    const { mark, tiles } = this;
    const keys = neededTiles(choice);
    const failure = tiles.failure(keys);
    const without = (status: Status, veil: string): Found => ({ choice, status, veil, tiles: [] });
    if (tiles.missing(keys).length === 0) {
      return { choice, status: "ready", veil: null, tiles: keys.map((key) => tiles.take(key)) };
    }
    if (failure) {
      return without("error", failure);
    }
    if (!isExplained(mark.explained, choice)) {
      return without("missing", "This class was not explained for this instance.");
    }
    return mark.asksPython ? without("waiting", "computing …") : without("missing", mark.facts.absence);
  }

  private drawn(found: Found[]): Shown[] {
    const { mark, limits, tiles } = this;
    const ready = found.filter(({ status }) => status === "ready");
    const pictures = picturesOf(ready, mark.facts, mark.optionsModel.options, (choice, map, options) =>
      limits.ends(choice, map, options, tiles),
    );
    return found.map(({ choice, status, veil }, place) => {
      const before = this.all[place]?.picture ?? null;
      const picture = status === "ready" ? pictures[ready.findIndex((one) => one === found[place])] : before;
      return { choice, status, veil, picture };
    });
  }

  private lookAhead({ choice, tiles: [series, map] }: Found): void {
    const { mark, tiles } = this;
    const last = mark.facts.instances.length - 1;
    const near = [choice.instance + 1, choice.instance - 1].filter((other) => other >= 0 && other <= last);
    const wanted = near.map((instance) => ({ ...choice, instance })).filter((other) => isExplained(mark.explained, other));
    tiles.fetchAhead(mark.asksPython ? wanted.map(neededTiles) : [], [series, map]);
  }
}
