import type { Choice } from "../core/picture/choice.js";
import { type Table, unpackTable } from "../core/picture/facts.js";
import type { Mean } from "../core/picture/mean.js";
import type { Options } from "../core/picture/options.js";
import type { Outputs } from "../core/picture/outputs.js";
import { turned } from "../core/picture/page.js";
import type { Picture } from "../core/picture/picture.js";
import type { Window } from "../core/picture/window.js";
import { NO_TILES } from "../core/tiles/tiles.js";
import { watchConnection } from "../dom/connection.js";
import { ensureStyles } from "../dom/styles.js";
import type { ChecksModel } from "../synced/ChecksModel.js";
import type { InsideModel } from "../synced/InsideModel.js";
import type { JobsModel } from "../synced/JobsModel.js";
import { references, serializeAs, verbatim } from "../synced/SyncedModel.js";
import { type Slow, type TileAnswer, TileStore } from "../synced/tile_store.js";
import { checkRunner } from "./check_runner.js";
import { Edits } from "./edits.js";
import { EngineAnswers, type PackedModel } from "./engine_answers.js";
import { type EnginePrograms, engineOf, programsOfPage } from "./engine_script.js";
import { Link } from "./link.js";
import type { MarkView } from "./mark_view.js";
import { type NetworkAnswer, Networks } from "./networks.js";
import { type FileRequest, PictureSender } from "./picture_sender.js";
import { Pictures, type Shown, type Status } from "./pictures.js";
import { Player } from "./player.js";
import { RestoredChoice } from "./restored_choice.js";
import { SelectionModel } from "./SelectionModel.js";
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
 * State of the plot: the selected picture, its tiles, and the messages of the kernel. Everything else follows from the
 * selected indices, so that linked sliders need no Python while tiles are available. Triggers "picture" after every
 * change.
 */
export class ChannelStackModel extends SelectionModel {
  static model_name = "ChannelStackModel";
  static view_name = "ChannelStack";
  static state = {
    ...SelectionModel.state,
    steps: null,
    checks: null,
    jobs: null,
    inside: null,
    window: null,
    annotations: [],
    stale: "",
    better: null,
    edited: [],
    network: null,
    sends_network: false,
    version: 0,
    tiles: NO_TILES,
  };
  static serializers = {
    ...SelectionModel.serializers,
    ...serializeAs(verbatim, "steps", "edited", "network", "tiles"),
    ...serializeAs(references, "checks", "jobs", "inside"),
  };

  // Called by Backbone's constructor: fields of this class must have no initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    this.restoredChoice = new RestoredChoice();
    this.waiting = [];
    super.initialize(attributes, options);
    ensureStyles();
    this.tiles = new TileStore(
      this.get("tiles"),
      ({ id, keys }) => {
        this.whenPainted(() => {
          this.edits.send();
          this.send({ type: "tiles", request: id, keys }, {});
        });
      },
      () => this.cancelSlow(),
    );
    this.networks = new Networks(this);
    const packed = this.get("network");
    this.engineAnswers = packed && this.compute(packed, programsOfPage());
    this.edits = new Edits(this, this.tiles);
    this.on("edits", this.refresh, this);
    this.unpack();
    this.shownViews = [];
    this.once("painted", () =>
      setTimeout(() => {
        this.sendWaiting();
        this.refresh(); // requests the neighbors, and the network
      }),
    );
    setTimeout(() => this.sendWaiting(), UNPAINTED);
    this.highlighted = null;
    this.windows = new Windows(this);
    this.sender = new PictureSender(this);
    this.time = new TimeScale(this);
    this.player = new Player(
      () => this.step(1),
      () => this.status !== "waiting",
    );
    this.on(
      "change:instance change:target change:method change:against change:pinned change:mean",
      this.selectionChanged,
      this,
    );
    this.on("change:method change:better", this.takeBetter, this);
    this.on("change:version", this.reset, this);
    this.on("change:stale", this.forgetNetwork, this);
    this.listenTo(this.optionsModel, "change", this.refresh);
    this.on("msg:custom", this.receive, this);
    this.on("comm_live_update", this.reconnect, this);
    this.once(
      "destroy",
      watchConnection(this.widget_manager, {
        connected: () => this.restoredChoice.begin(this.hasKernel ? this.unconfirmed : {}),
        again: () => this.reconnect(),
        restored: () => this.choose(this.restoredChoice.end()),
      }),
    );
    this.refresh();
    this.link = new Link(this);
    this.jobs.runner = checkRunner(this);
  }

  /** Scores and maps by a model. */
  private compute(packed: PackedModel, programs: EnginePrograms | null): EngineAnswers {
    const changed = (): void => {
      this.refresh();
      this.trigger("window");
    };
    const around = { hasKernel: () => this.hasKernel, changed };
    return new EngineAnswers(packed, () => engineOf(programs), this.tiles, this.facts, around);
  }

  /** Leaves all scores and maps to the kernel: its model has changed. */
  private forgetNetwork(): void {
    this.networks.forget();
    if (this.hasKernel) {
      this.engineAnswers?.close();
      this.engineAnswers = null;
    }
  }

  private unpack(): void {
    this.steps = unpackTable(this.get("steps"));
    this.pictures = new Pictures(this, this.tiles);
  }

  /** Python updated scores and maps: drops everything that was derived from the old ones. */
  private reset(): void {
    this.forgetNetwork();
    this.tiles.replace(this.get("tiles"));
    this.unpackOutputs();
    this.unpack();
    this.windows.scores.reset();
    this.inside.reset();
    this.jobs.reset();
    this.applyQuery();
    this.refresh();
  }

  /** Frames the samples [start, stop) in the plot: what a step sees. */
  highlight(window: Window | null): void {
    if (String(window) !== String(this.highlighted)) {
      this.highlighted = window;
      this.trigger("highlight");
    }
  }

  /** Message that the model changed since its scores were computed; "" if it did not. */
  get stale(): string {
    return this.get("stale");
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

  get choice(): Choice {
    const { selected } = this;
    // There are no edits while the base class is initialized.
    return selected.mean ? selected : { ...selected, edited: this.edits?.nameOf(selected.instance) };
  }

  get outputs(): Outputs {
    return this.outputsOf(this.choice);
  }

  /** Scores and true classes as a picture shows them. */
  outputsOf(choice: Choice): Outputs {
    return this.edits?.outputsOf(choice, this.originals) ?? this.originals;
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

  get checks(): ChecksModel {
    return this.get("checks");
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
    const { facts, explained, hasKernel, engineAnswers } = this;
    const mark = {
      facts,
      explained,
      hasKernel,
      engineAnswers,
      choice,
      pinnedChoice,
      optionsModel: { current: options },
    };
    const others = {
      instancesOf: (mean: Mean) => this.instancesOf(mean),
      choiceAt: (instance: number) => this.choiceAt(instance),
    };
    return new Pictures({ ...mark, ...others }, this.tiles);
  }

  /** Shows the next or previous channels, if not all have a row. */
  turnRows(by: 1 | -1): void {
    if (this.picture) {
      this.optionsModel.change({ first: turned(this.picture.page, by) });
    }
  }

  play(): void {
    this.player.toggle();
    this.trigger("play");
  }

  /** Registers a view that was displayed or removed; Python requests pictures only if there is one. */
  updateView(view: MarkView, shown: boolean): void {
    this.shownViews = shown ? [...this.shownViews, view] : this.shownViews.filter((other) => other !== view);
    if (this.hasKernel) {
      this.whenPainted(() => this.send({ type: "views", count: this.shownViews.length }, {}));
    }
  }

  /** Sends a message that makes the kernel compute only after the first picture is painted: both need the processor. */
  private whenPainted(send: () => void): void {
    if (this.waiting) {
      this.waiting.push(send);
    } else {
      send();
    }
  }

  private sendWaiting(): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.forEach((send) => send());
  }

  /** A saved notebook keeps the tiles of the displayed pictures, and the edits of the current one. */
  get_state(dropDefaults?: boolean) {
    const state = super.get_state(dropDefaults);
    const packed = this.comm ? this.pictures.packed() : null;
    if (packed) {
      Object.assign(state, { tiles: packed, edited: this.edits.kept() });
    }
    return state;
  }

  /** Failed tiles are requested again when the selection changes. */
  private selectionChanged(): void {
    this.tiles.clearFailures();
    this.refresh();
  }

  /** The kernel or the connection to it changed: earlier messages may get no response. */
  private reconnect(): void {
    for (const model of [this, this.optionsModel, this.finderModel]) {
      model.resend();
    }
    this.tiles.cancelRequests();
    this.networks.reconnect();
    this.edits.sendAgain();
    this.windows.scores.cancelRequests();
    this.refresh();
  }

  set_state(state: Record<string, unknown>): void {
    super.set_state(state);
    if ("_model_name" in state) {
      this.restoredChoice?.received(state);
    }
  }

  choose(choice: Partial<Choice>): void {
    this.restoredChoice.made(choice);
    super.choose(choice);
  }

  protected refresh(): void {
    this.pictures.refresh();
    this.time.fit();
    this.pictures.prefetch();
    if (this.edits.takeScores(this.choice)) {
      this.explainFollowed();
    }
    if (this.status === "ready") {
      this.networks.request();
    }
    this.trigger("picture");
  }

  private receive(
    message: TileAnswer | Slow | FileRequest | ScoresWithoutWindow | NetworkAnswer,
    buffers: DataView[],
  ): void {
    if ("network" in message) {
      const found = this.networks.taken(message, buffers);
      this.engineAnswers?.close();
      this.engineAnswers = found && this.compute(found.packed, found.programs);
    } else if ("slow" in message) {
      this.tiles.announce(message, buffers[0] ?? null);
      this.refresh();
    } else if ("name" in message) {
      this.windows.scores.receive(message);
      this.trigger("window");
    } else if ("picture" in message) {
      this.sender.send(message);
    } else if (this.tiles.unpack(message, buffers[0] ?? null)) {
      if (this.pictures.mayChange || message.index.some(({ key }) => key.startsWith("edited-scores/"))) {
        this.refresh();
      }
      this.trigger("tiles");
      this.tiles.sendNext();
    }
  }

  /** First sample, sample after the last, and center of each step of the explained layer. */
  steps: Table | null;
  player: Player;
  time: TimeScale;
  windows: Windows;
  private sender: PictureSender;
  /** Samples that are framed in the plot. */
  highlighted: Window | null;
  /** Scores and maps by the model of a page, or of a notebook; null without one. */
  engineAnswers: EngineAnswers | null;
  private networks: Networks;
  /** Displayed views, oldest first. */
  shownViews: MarkView[];
  private pictures: Pictures;
  edits: Edits;
  link: Link;
  private restoredChoice: RestoredChoice;
  private tiles: TileStore;
  /** Messages to the kernel that wait for the first picture; null once it is painted. */
  private waiting: (() => void)[] | null;
}

/** Milliseconds after which messages no longer wait for a picture: there may be no view, or a hidden one. */
const UNPAINTED = 1000;

function isOnScreen(element: HTMLElement): boolean {
  const { top, bottom, width } = element.getBoundingClientRect();
  return width > 0 && bottom > 0 && top < window.innerHeight;
}
