import { MarkModel } from "bqplot";
import type { ExportPart, ExportSheet } from "../core/draw/export_sheet.js";
import type { Frame } from "../core/draw/scene.js";
import type { Choice } from "../core/picture/choice.js";
import { explainedTarget, isExplained } from "../core/picture/explained.js";
import { type Facts, type Table, unpackTable } from "../core/picture/facts.js";
import { nearestFound, nextFound, Predictions } from "../core/picture/finder.js";
import type { Mean } from "../core/picture/mean.js";
import type { Outputs } from "../core/picture/outputs.js";
import type { Picture } from "../core/picture/picture.js";
import { NO_TILES } from "../core/tiles/tiles.js";
import { watchConnection } from "../dom/connection.js";
import { ensureStyles } from "../dom/styles.js";
import type { ChecksModel } from "../synced/ChecksModel.js";
import type { FinderModel } from "../synced/FinderModel.js";
import type { InsideModel } from "../synced/InsideModel.js";
import type { JobsModel } from "../synced/JobsModel.js";
import type { OptionsModel } from "../synced/OptionsModel.js";
import { references, serializeAs, synced, verbatim } from "../synced/SyncedModel.js";
import { type TileAnswer, TileStore } from "../synced/tile_store.js";
import type { Pointer } from "./gestures/pointer.js";
import { sendPicture, type Wanted } from "./picture_sender.js";
import { Pictures, type Shown, type Status } from "./pictures.js";
import { Player } from "./player.js";
import type { ScoresWithoutWindow } from "./window_scores.js";
import { Windows } from "./windows.js";

/** A view of the mark, as far as its model and the panels beside it know it. */
export interface MarkView {
  /** What the picture is drawn in. */
  readonly element: HTMLElement;
  readonly frame: Frame | undefined;
  readonly pointer: Pointer;
  /** The pinned picture beside this one. */
  beside: { readonly pointer: Pointer | undefined; exportPart(): ExportPart | null } | undefined;
  /** The picture on show and the one that is pinned, to be taken away as they stand on the screen. */
  exportSheet(): ExportSheet | null;
}

/**
 * Which picture is wanted, and the tiles to draw it. All else follows from its three integers, so that sliders
 * linked to them need no Python as long as the tiles are here. Triggers "picture" whenever something changed.
 */
export class ChannelStackModel extends synced(MarkModel) {
  static model_name = "ChannelStackModel";
  static view_name = "ChannelStack";
  static state = {
    instance: 0,
    target: 0,
    method: 0,
    against: null,
    pinned: null,
    mean: null,
    facts: {},
    scores: null,
    probabilities: null,
    truth: null,
    explained: null,
    steps: null,
    options: null,
    checks: null,
    finder: null,
    jobs: null,
    inside: null,
    window: null,
    annotations: [],
    stale: "",
    version: 0,
    tiles: NO_TILES,
  };
  static serializers = {
    ...MarkModel.serializers,
    ...serializeAs(verbatim, "scores", "probabilities", "truth", "explained", "steps", "tiles"),
    ...serializeAs(references, "options", "checks", "finder", "jobs", "inside"),
  };

  // Backbone calls this from its constructor: no field of this class may have an initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    super.initialize(attributes, options);
    ensureStyles();
    this.tiles = new TileStore(this.get("tiles"), ({ id, keys }) =>
      this.send({ type: "tiles", request: id, keys }, {}),
    );
    this.unpack();
    this.shownViews = [];
    this.windows = new Windows(this);
    this.player = new Player(
      () => this.step(1),
      () => this.status !== "waiting",
    );
    this.look();
    // Who turns to an instance wants to see it.
    this.on("change:instance", () => this.get("mean") && this.choose({ mean: null }));
    this.on("change:instance", this.stayAmongFound, this);
    this.on("change:instance", this.keepTarget, this);
    this.on("change:instance change:target change:method change:against change:pinned change:mean", this.turn, this);
    this.on("change:version", this.renew, this);
    this.listenTo(this.optionsModel, "change", this.refresh);
    this.listenTo(this.finderModel, "change", this.look);
    this.on("msg:custom", this.receive, this);
    this.on("comm_live_update", this.reconnect, this);
    this.once(
      "destroy",
      watchConnection(this.widget_manager, () => this.reconnect()),
    );
    this.refresh();
  }

  private unpack(): void {
    this.outputs = {
      scores: unpackTable(this.get("scores"))!,
      probabilities: unpackTable(this.get("probabilities")),
      truth: unpackTable(this.get("truth")),
    };
    this.explained = unpackTable(this.get("explained"));
    this.steps = unpackTable(this.get("steps"));
    this.pictures = new Pictures(this, this.tiles);
  }

  /** Python has updated scores and maps: everything that was computed from those before is dropped. */
  private renew(): void {
    this.tiles.replace(this.get("tiles"));
    this.unpack();
    this.windows.answers.renew();
    this.inside.renew();
    this.jobs.renew();
    this.predictions = undefined;
    this.look();
    this.refresh();
  }

  /** Message that the model has changed since its scores were computed; "" where it has not. */
  get stale(): string {
    return this.get("stale");
  }

  /** Asks Python for scores and maps of the model as it is now. */
  update(): void {
    this.send({ type: "update" }, {});
  }

  get facts(): Facts {
    return this.get("facts");
  }

  get choice(): Choice {
    const [instance, target, method, against] = ["instance", "target", "method", "against"].map((name) =>
      this.get(name),
    );
    return { instance, target, method, against: against === target ? null : against, mean: this.get("mean") };
  }

  /** The picture that stays beside whatever is on show; null where none does. */
  get pinnedChoice(): Choice | null {
    return this.get("pinned");
  }

  /** The picture that is asked for, and what is on show until it is there. */
  get shown(): Shown {
    return this.pictures.shown;
  }

  get pinned(): Shown | null {
    return this.pictures.pinned;
  }

  get picture(): Picture | null {
    return this.shown.picture;
  }

  get status(): Status {
    return this.shown.status;
  }

  get message(): string | null {
    return this.shown.message;
  }

  get optionsModel(): OptionsModel {
    return this.get("options");
  }

  get checks(): ChecksModel {
    return this.get("checks");
  }

  get finderModel(): FinderModel {
    return this.get("finder");
  }

  get jobs(): JobsModel {
    return this.get("jobs");
  }

  get inside(): InsideModel {
    return this.get("inside");
  }

  /** What is taken away of the picture on show; null where no view shows one. */
  exportSheet(): ExportSheet | null {
    return this.shownViews.map((view) => view.exportSheet()).find(Boolean) ?? null;
  }

  /** Another picture, as if a slider had been moved. */
  choose(choice: Partial<Choice>): void {
    this.set(choice);
    this.save_changes();
  }

  /** On to the next instance that is looked for, or back to the one before; round at the ends. */
  step(by: 1 | -1): void {
    this.choose({ instance: nextFound(this.found, this.facts.instances.length, this.choice.instance, by) });
  }

  /** Keeps the picture that is asked for beside what comes, or lets go of the one that was kept. */
  pin(): void {
    this.set("pinned", this.pinnedChoice ? null : { ...this.choice });
    this.save_changes();
  }

  /** The mean over the true or predicted class of the instance on show, or that instance. */
  turnMean(by: Mean["by"] | "none" = this.choice.mean ? "none" : this.outputs.truth ? "true" : "predicted"): void {
    const { instance } = this.choice;
    const of = by === "true" ? this.outputs.truth!.values[instance] : this.predictions!.classes[instance];
    this.choose({ mean: by === "none" ? null : { by, of } });
  }

  /** Instances of a true or predicted class. */
  instancesOf(mean: Mean): number[] {
    const { truth } = this.outputs;
    const classes = mean.by === "predicted" ? this.predictions!.classes : (truth?.values ?? []);
    return Array.from(classes, (one, instance) => (one === mean.of ? instance : -1)).filter(
      (instance) => instance >= 0,
    );
  }

  play(): void {
    this.player.toggle();
    this.trigger("play");
  }

  /** A view came or went; Python asks for pictures where there is one. */
  updateView(view: MarkView, shown: boolean): void {
    this.shownViews = shown ? [...this.shownViews, view] : this.shownViews.filter((other) => other !== view);
    if (this.hasKernel) {
      this.send({ type: "views", count: this.shownViews.length }, {});
    }
  }

  private look(): void {
    this.predictions ??= new Predictions(this.facts, this.outputs);
    this.found = this.predictions.found(this.finderModel.current);
    this.stayAmongFound();
    this.trigger("found");
  }

  private stayAmongFound(): void {
    const { instance } = this.choice;
    const nearest = nearestFound(this.found, instance, this.previous("instance") ?? instance);
    if (nearest !== null && nearest !== instance) {
      this.choose({ instance: nearest });
    }
  }

  /** A saved notebook keeps the picture that was on show. */
  get_state(dropDefaults?: boolean) {
    const state = super.get_state(dropDefaults);
    const packed = this.comm ? this.pictures.packed() : null;
    if (packed) {
      state.tiles = packed as any;
    }
    return state;
  }

  /** Where a class was not explained on this instance, the one that was takes its place. */
  private keepTarget(): void {
    if (this.explained && !this.choice.mean && !isExplained(this.explained, { ...this.choice, against: null })) {
      const target = explainedTarget(this.explained, this.choice.instance, this.facts, this.outputs);
      if (target >= 0) {
        this.choose({ target });
      }
    }
  }

  /** Something else is wanted: what went wrong before may go well when it is asked for again. */
  private turn(): void {
    this.tiles.clearFailures();
    this.refresh();
  }

  /** A kernel came or went: what was asked of the one before is answered by nobody. */
  private reconnect(): void {
    this.tiles.forget();
    this.windows.answers.forget();
    this.refresh();
  }

  private refresh(): void {
    this.pictures.refresh();
    this.trigger("picture");
  }

  private receive(message: TileAnswer | Wanted | ScoresWithoutWindow, buffers: DataView[]): void {
    if ("name" in message) {
      this.windows.answers.answered(message);
      this.trigger("window");
    } else if ("picture" in message) {
      sendPicture(this, message);
    } else if (this.tiles.unpack(message, buffers[0] ?? null)) {
      if (this.pictures.unsettled) {
        this.refresh();
      }
      this.tiles.proceed();
    }
  }

  outputs: Outputs;
  /** First sample, sample behind the last, and center of each step of the explained layer. */
  steps: Table | null;
  /** Instances that are looked for. */
  found: number[];
  player: Player;
  windows: Windows;
  /** Views of it, in the order in which they came. */
  shownViews: MarkView[];
  private predictions: Predictions | undefined;
  private pictures: Pictures;
  /** Which classes were explained on which instance; null where all were. */
  explained: Table | null;
  private tiles: TileStore;
}
