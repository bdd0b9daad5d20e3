import { MarkModel } from "bqplot";
import type { Choice } from "../core/picture/choice.js";
import { explainedTarget, isExplained } from "../core/picture/explained.js";
import { type Facts, type Table, unpackTable } from "../core/picture/facts.js";
import { nearestMatch, nextMatch, Predictions } from "../core/picture/finder.js";
import { type Follow, followed } from "../core/picture/follow.js";
import type { Mean } from "../core/picture/mean.js";
import type { Options } from "../core/picture/options.js";
import { hasScores, type Outputs } from "../core/picture/outputs.js";
import { turned } from "../core/picture/page.js";
import type { Picture } from "../core/picture/picture.js";
import { hasTrueClasses, isTrue, trueClasses } from "../core/picture/truth.js";
import { NO_TILES } from "../core/tiles/tiles.js";
import { watchConnection } from "../dom/connection.js";
import { ensureStyles } from "../dom/styles.js";
import type { ChecksModel } from "../synced/ChecksModel.js";
import type { FinderModel } from "../synced/FinderModel.js";
import type { InsideModel } from "../synced/InsideModel.js";
import type { JobsModel } from "../synced/JobsModel.js";
import type { OptionsModel } from "../synced/OptionsModel.js";
import { references, serializeAs, synced, verbatim } from "../synced/SyncedModel.js";
import { type Slow, type TileAnswer, TileStore } from "../synced/tile_store.js";
import type { MarkView } from "./mark_view.js";
import { PageAnswers } from "./page_answers.js";
import { type FileRequest, PictureSender } from "./picture_sender.js";
import { Pictures, type Shown, type Status } from "./pictures.js";
import { Player } from "./player.js";
import { TimeScale } from "./time_scale.js";
import type { ScoresWithoutWindow } from "./window_scores.js";
import { Windows } from "./windows.js";

/** A method that is ranked above the initial one: its index, the seconds that a map takes, and its state. */
export interface Better {
  readonly method: number;
  readonly seconds: number;
  readonly state: "offered" | "computing" | "ready";
}

/**
 * State of the plot: the selected picture and its tiles. Everything else follows from its indices, so that linked
 * sliders need no Python while tiles are available. Triggers "picture" after every change.
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
    better: null,
    follow: "predicted",
    network: null,
    version: 0,
    tiles: NO_TILES,
  };
  static serializers = {
    ...MarkModel.serializers,
    ...serializeAs(verbatim, "scores", "probabilities", "truth", "explained", "steps", "network", "tiles"),
    ...serializeAs(references, "options", "checks", "finder", "jobs", "inside"),
  };

  // Called by Backbone's constructor: fields of this class must have no initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    super.initialize(attributes, options);
    ensureStyles();
    this.tiles = new TileStore(
      this.get("tiles"),
      ({ id, keys }) => this.send({ type: "tiles", request: id, keys }, {}),
      () => this.cancelSlow(),
    );
    const packed = this.get("network");
    const started = (): void => {
      this.refresh();
      this.trigger("window");
    };
    this.pageAnswers = packed && new PageAnswers(packed, this.tiles, this.facts, started);
    this.unpack();
    this.shownViews = [];
    this.windows = new Windows(this);
    this.sender = new PictureSender(this);
    this.time = new TimeScale(this);
    this.player = new Player(
      () => this.step(1),
      () => this.status !== "waiting",
    );
    this.applyQuery();
    // Selecting an instance leaves the class-mean view.
    this.on("change:instance", () => this.get("mean") && this.choose({ mean: null }));
    this.on("change:instance", this.selectMatch, this);
    this.on("change:instance change:follow", this.followClass, this);
    this.on("change:instance", this.keepTarget, this);
    this.on("change:target change:against", this.fixClass, this);
    this.on(
      "change:instance change:target change:method change:against change:pinned change:mean",
      this.selectionChanged,
      this,
    );
    this.on("change:method change:better", this.takeBetter, this);
    this.on("change:version", this.reset, this);
    this.on("change:scores", this.takeScores, this);
    this.listenTo(this.optionsModel, "change", this.refresh);
    this.listenTo(this.finderModel, "change", this.applyQuery);
    this.on("msg:custom", this.receive, this);
    this.on("comm_live_update", this.reconnect, this);
    this.once(
      "destroy",
      watchConnection(this.widget_manager, () => this.reconnect()),
    );
    this.refresh();
  }

  private unpack(): void {
    this.unpackScores();
    this.explained = unpackTable(this.get("explained"));
    this.steps = unpackTable(this.get("steps"));
    this.pictures = new Pictures(this, this.tiles);
  }

  private unpackScores(): void {
    this.outputs = {
      scores: unpackTable(this.get("scores"))!,
      probabilities: unpackTable(this.get("probabilities")),
      truth: unpackTable(this.get("truth")),
    };
    this.predictions = undefined;
  }

  /** Python computed the scores of more instances. */
  private takeScores(): void {
    const before = hasScores(this.choice.instance, this.outputs);
    this.unpackScores();
    this.applyQuery();
    if (!before && hasScores(this.choice.instance, this.outputs)) {
      this.followClass();
    }
    this.refresh();
  }

  /** Python updated scores and maps: drops everything that was derived from the old ones. */
  private reset(): void {
    this.tiles.replace(this.get("tiles"));
    this.unpack();
    this.windows.scores.reset();
    this.inside.reset();
    this.jobs.reset();
    this.applyQuery();
    this.refresh();
  }

  /** Message that the model changed since its scores were computed; "" if it did not. */
  get stale(): string {
    return this.get("stale");
  }

  /** Which class is explained when the instance changes. */
  get follow(): Follow {
    return this.get("follow");
  }

  set follow(follow: Follow) {
    this.set("follow", follow);
    this.save_changes();
  }

  /** A method that is ranked above the initial one, but takes longer; null if there is none. */
  get better(): Better | null {
    return this.get("better");
  }

  /** No longer offers the better method, in any view and after a reload. */
  dismissBetter(): void {
    this.set("better", null);
    this.save_changes();
  }

  /** A method that was selected needs no offer. */
  private takeBetter(): void {
    if (this.better?.method === this.choice.method) {
      this.dismissBetter();
    }
  }

  /** Cancels the maps that were requested; another window of this widget may have requested others meanwhile. */
  cancelSlow(): void {
    this.send({ type: "cancel", keys: this.tiles.requested }, {});
  }

  /** Estimated time of the requested map in seconds; null if it is computed immediately. */
  get slow(): number | null {
    return this.status === "waiting" ? this.tiles.slow : null;
  }

  /** Seconds since that estimate was made. */
  get waited(): number {
    return this.tiles.waited;
  }

  /** Requests scores and maps of the current model. */
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

  /** The pinned picture's choice; null if nothing is pinned. */
  get pinnedChoice(): Choice | null {
    return this.get("pinned");
  }

  /** The current picture and its status. */
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

  /** The view in the same viewer as an element, or else one on the screen, or else the last one that was painted. */
  viewAt(element: Element | null): MarkView | null {
    const viewer = element?.closest(".cam1d-viewer");
    const painted = this.shownViews.filter(({ frame }) => frame);
    return (
      painted.find((view) => viewer?.contains(view.element)) ??
      painted.find((view) => isOnScreen(view.element)) ??
      painted[painted.length - 1] ??
      null
    );
  }

  /** Pictures of other choices than the current ones. */
  otherPictures(choice: Choice, pinnedChoice: Choice | null, options: Options): Pictures {
    const { facts, explained, hasKernel, pageAnswers } = this;
    const mark = { facts, explained, hasKernel, pageAnswers, choice, pinnedChoice, optionsModel: { current: options } };
    return new Pictures({ ...mark, instancesOf: (mean) => this.instancesOf(mean) }, this.tiles);
  }

  /** Selects another picture, as the sliders do. */
  choose(choice: Partial<Choice>): void {
    this.set(choice);
    this.save_changes();
  }

  /** Selects the next or previous match; wraps around. */
  step(by: 1 | -1): void {
    this.choose({ instance: nextMatch(this.matching, this.facts.instances.length, this.choice.instance, by) });
  }

  /** Pins the current picture, or unpins the pinned one. */
  pin(): void {
    this.set("pinned", this.pinnedChoice ? null : { ...this.choice });
    this.save_changes();
  }

  /** Switches between the instance and the mean over its true or predicted class. */
  turnMean(
    by: Mean["by"] | "none" = this.choice.mean ? "none" : hasTrueClasses(this.outputs) ? "true" : "predicted",
  ): void {
    const { instance } = this.choice;
    const [own] = by === "true" ? trueClasses(instance, this.outputs) : [];
    const of = own ?? this.predictions!.classes[instance];
    this.choose({ mean: by === "none" ? null : { by, of } });
  }

  /** Shows the next or previous channels, if not all have a row. */
  turnRows(by: 1 | -1): void {
    if (this.picture) {
      this.optionsModel.change({ first: turned(this.picture.page, by) });
    }
  }

  /** Instances of a true or predicted class. */
  instancesOf(mean: Mean): number[] {
    const { classes } = this.predictions!;
    return this.facts.instances
      .map((_, instance) => instance)
      .filter((instance) =>
        mean.by === "predicted" ? classes[instance] === mean.of : isTrue(instance, mean.of, this.outputs),
      );
  }

  play(): void {
    this.player.toggle();
    this.trigger("play");
  }

  /** Registers a view that was displayed or removed; Python requests pictures only if there is one. */
  updateView(view: MarkView, shown: boolean): void {
    this.shownViews = shown ? [...this.shownViews, view] : this.shownViews.filter((other) => other !== view);
    if (this.hasKernel) {
      this.send({ type: "views", count: this.shownViews.length }, {});
    }
  }

  private applyQuery(): void {
    this.predictions ??= new Predictions(this.facts, this.outputs);
    this.matching = this.predictions.found(this.finderModel.current);
    this.selectMatch();
    this.trigger("found");
  }

  private selectMatch(): void {
    const { instance } = this.choice;
    const nearest = nearestMatch(this.matching, instance, this.previous("instance") ?? instance);
    if (nearest !== null && nearest !== instance) {
      this.choose({ instance: nearest });
    }
  }

  /** A saved notebook keeps the tiles of the displayed pictures. */
  get_state(dropDefaults?: boolean) {
    const state = super.get_state(dropDefaults);
    const packed = this.comm ? this.pictures.packed() : null;
    if (packed) {
      state.tiles = packed as any;
    }
    return state;
  }

  /** Whether the predicted class and the true one were both explained for the current instance. */
  get canContrast(): boolean {
    const wanted = followed("contrast", this.choice.instance, this.facts.targets, this.outputs);
    return wanted !== null && wanted.against !== null && isExplained(this.explained, { ...this.choice, ...wanted });
  }

  /** Explains the class that is followed. */
  private followClass(): void {
    const { instance } = this.choice;
    const now = followed(this.follow, instance, this.facts.targets, this.outputs);
    if (this.hasChanged("instance") && this.hasChanged("target")) {
      return; // both were selected
    }
    if (!now || this.choice.mean || (this.explained && !isExplained(this.explained, { ...this.choice, ...now }))) {
      return;
    }
    const pinned = now.against === null ? null : { ...this.choice, target: now.against, against: null };
    const left = this.follow === "contrast" || this.previous("follow") === "contrast";
    this.following = true;
    this.set({ ...now, ...(left && { pinned }) });
    this.following = false;
    this.save_changes();
  }

  /** Choosing a class fixes it. */
  private fixClass(): void {
    const { instance, target, against } = this.choice;
    const now = followed(this.follow, instance, this.facts.targets, this.outputs);
    if (!this.following && now && (now.target !== target || now.against !== against)) {
      this.set("follow", "fixed");
      this.save_changes();
    }
  }

  /** If the selected class was not explained for this instance, selects the one that was. */
  private keepTarget(): void {
    if (this.explained && !this.choice.mean && !isExplained(this.explained, { ...this.choice, against: null })) {
      const target = explainedTarget(this.explained, this.choice.instance, this.facts, this.outputs);
      if (target >= 0) {
        this.following = true;
        this.choose({ target });
        this.following = false;
      }
    }
  }

  /** Failed tiles are requested again when the selection changes. */
  private selectionChanged(): void {
    this.tiles.clearFailures();
    this.refresh();
  }

  /** The kernel changed: requests to the previous one will get no response. */
  private reconnect(): void {
    this.tiles.cancelRequests();
    this.windows.scores.cancelRequests();
    this.refresh();
  }

  private refresh(): void {
    this.pictures.refresh();
    this.time.fit();
    this.pictures.prefetch();
    this.trigger("picture");
  }

  private receive(message: TileAnswer | Slow | FileRequest | ScoresWithoutWindow, buffers: DataView[]): void {
    if ("slow" in message) {
      this.tiles.announce(message, buffers[0] ?? null);
      this.refresh();
    } else if ("name" in message) {
      this.windows.scores.receive(message);
      this.trigger("window");
    } else if ("picture" in message) {
      this.sender.send(message);
    } else if (this.tiles.unpack(message, buffers[0] ?? null)) {
      if (this.pictures.mayChange) {
        this.refresh();
      }
      this.trigger("tiles");
      this.tiles.sendNext();
    }
  }

  outputs: Outputs;
  /** First sample, sample after the last, and center of each step of the explained layer. */
  steps: Table | null;
  /** Instances that match the query. */
  matching: number[];
  player: Player;
  time: TimeScale;
  /** Whether the class changes because the instance does. */
  private following: boolean;
  windows: Windows;
  private sender: PictureSender;
  /** What the model of a page computes; null without one. */
  pageAnswers: PageAnswers | null;
  /** Displayed views, oldest first. */
  shownViews: MarkView[];
  private predictions: Predictions | undefined;
  private pictures: Pictures;
  /** Whether a class was explained, by instance and class; null if all were. */
  explained: Table | null;
  private tiles: TileStore;
}

function isOnScreen(element: HTMLElement): boolean {
  const { top, bottom, width } = element.getBoundingClientRect();
  return width > 0 && bottom > 0 && top < window.innerHeight;
}
