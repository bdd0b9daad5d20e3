import { WidgetModel } from "@jupyter-widgets/base";
import type { Activations, LayerFacts, Order } from "../core/picture/filters.js";
import { NO_TILES, type PackedTiles, packTiles, type Tile } from "../core/tiles/tiles.js";
import { watchConnection } from "../dom/connection.js";
import { SyncedModel, serializeAs, verbatim } from "./SyncedModel.js";
import { type TileAnswer, TileStore } from "./tile_store.js";

interface State {
  readonly layers: LayerFacts[];
  /** Name of the layer that class activation maps explain; "" if it is not among the layers. */
  readonly explained: string;
  /** Name of the selected layer; "" if the network has none to show. */
  readonly layer: string;
  readonly filter: number | null;
  /** Step whose contribution to the class score is displayed. */
  readonly step: number | null;
  readonly by: Order;
  readonly unfolded: boolean;
  readonly tiles: PackedTiles;
}

/** Selected layer and filter, and activations. Triggers "inside" after every change. */
export class InsideModel extends SyncedModel<State> {
  static model_name = "InsideModel";
  static state: State = {
    layers: [],
    explained: "",
    layer: "",
    filter: null,
    step: null,
    by: "activity",
    unfolded: false,
    tiles: NO_TILES,
  };
  static serializers = { ...WidgetModel.serializers, ...serializeAs(verbatim, "tiles") };

  // Called by Backbone's constructor: fields of this class must have no initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    super.initialize(attributes, options);
    this.tiles = new TileStore(this.get("tiles"), ({ id, keys }) =>
      this.send({ type: "tiles", request: id, keys }, {}),
    );
    this.on("msg:custom", this.receive, this);
    this.on("comm_live_update", this.reconnect, this);
    this.once("destroy", watchConnection(this.widget_manager, { again: () => this.reconnect() }));
    this.on("change", () => this.trigger("inside"), this);
  }

  get layers(): LayerFacts[] {
    return this.get("layers");
  }

  get explained(): string {
    return this.get("explained");
  }

  /** Selected layer; null if the network has none to show. */
  get layer(): LayerFacts | null {
    return this.layers.find(({ name }) => name === this.get("layer")) ?? null;
  }

  get filter(): number | null {
    return this.get("filter");
  }

  get step(): number | null {
    return this.get("step");
  }

  get by(): Order {
    return this.get("by");
  }

  get unfolded(): boolean {
    return this.get("unfolded");
  }

  /**
   * Activations of the layer for an instance, with its own steps if `unequal`; requested if they are not available, with
   * a message meanwhile.
   */
  activations(instance: number, unequal: boolean): Activations | string {
    const kinds = unequal ? ["activations", "steps"] : ["activations"];
    const keys = kinds.map((kind) => `${kind}/${this.layers.indexOf(this.layer!)}/${instance}`);
    this.tiles.hold(keys);
    const missing = this.tiles.missing(keys);
    if (missing.length === 0) {
      this.displayed = keys.map((key) => this.tiles.take(key));
      const [tile, steps] = this.displayed;
      return { tile, steps: steps ? { values: steps.values, columns: steps.channels } : null };
    }
    const failure = this.tiles.failure(keys);
    if (failure) {
      return failure;
    }
    if (!this.hasKernel) {
      return "Activations are not available without a live kernel.";
    }
    this.tiles.request(missing);
    return "computing …";
  }

  /** A saved notebook keeps the displayed activations. */
  get_state(dropDefaults?: boolean) {
    const state = super.get_state(dropDefaults);
    return this.comm && this.displayed ? { ...state, tiles: packTiles(this.displayed) as any } : state;
  }

  /** Drops the activations of the model before an update. */
  reset(): void {
    this.tiles.replace(NO_TILES);
    this.displayed = undefined;
    this.trigger("inside");
  }

  /** The kernel changed: requests to the previous one will get no response. */
  private reconnect(): void {
    this.tiles.cancelRequests();
    this.trigger("inside");
  }

  private receive(message: TileAnswer, buffers: DataView[]): void {
    if (this.tiles.unpack(message, buffers[0] ?? null)) {
      this.trigger("inside");
      this.tiles.sendNext();
    }
  }

  private tiles: TileStore;
  private displayed: Tile[] | undefined;
}
