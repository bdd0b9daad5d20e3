import { type ISerializers, unpack_models } from "@jupyter-widgets/base";
import { MarkModel } from "bqplot";
import { type Facts, type Table, argmax, rowOf, unpackTable } from "../core/facts.js";
import { Predictions, nearestFound } from "../core/finder.js";
import { type Choice, type Picture, makePicture } from "../core/picture.js";
import type { Sheet } from "../core/sheet.js";
import { Limits } from "../core/scope.js";
import type { Outputs } from "../core/text.js";
import { TileCache } from "../core/tile_cache.js";
import { type PackedTiles, type Tile, TilePack, attributionKey, packTiles, seriesKey } from "../core/tiles.js";
import { type Request, Wishes } from "../core/wishes.js";
import type { Window } from "../core/window.js";
import { ensureStyles } from "../panel/styles.js";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";
import type { FinderModel } from "./FinderModel.js";
import { ModelAnswers, type Replaced } from "./model_answers.js";
import type { OptionsModel } from "./OptionsModel.js";
import { Player } from "./player.js";
import { sheetPng, sheetSvg } from "./sheet_file.js";

/** What can be said of the picture that is asked for. */
export type Status = "ready" | "waiting" | "missing" | "error";

const CAPACITY = 96 * 2 ** 20;
/** Fetching ahead must not keep a slow method computing what nobody asked for. */
const QUICK = 400;
const verbatim = { serialize: (value: unknown) => value, deserialize: (value: unknown) => value };

/** Tiles as far as they could be had, and by key what was wrong with the others. */
interface Answer {
  request: number;
  index: PackedTiles["index"];
  errors: Record<string, string>;
}

/** Python wants the picture on show as a file. */
interface Wanted {
  picture: "png" | "svg";
  request: number;
}

/**
 * Which picture is wanted, and the tiles to draw it. All else follows from its three integers, so that sliders
 * linked to them need no Python as long as the tiles are here. Triggers "picture" whenever something changed.
 */
export class ChannelStackModel extends MarkModel {
  defaults() {
    return {
      ...super.defaults(),
      _model_name: "ChannelStackModel",
      _view_name: "ChannelStack",
      _model_module: MODULE_NAME,
      _view_module: MODULE_NAME,
      _model_module_version: `^${MODULE_VERSION}`,
      _view_module_version: `^${MODULE_VERSION}`,
      instance: 0,
      target: 0,
      method: 0,
      facts: {},
      scores: null,
      probabilities: null,
      truth: null,
      explained: null,
      steps: null,
      options: null,
      finder: null,
      window: null,
      tiles: { index: [], data: null },
    };
  }

  // Backbone calls this from its constructor: no field of this class may have an initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    super.initialize(attributes, options);
    ensureStyles();
    this.cache = new TileCache(CAPACITY);
    this.wishes = new Wishes((request) => this.ask(request));
    this.failures = new Map();
    this.picture = null;
    this.lastWait = 0;
    this.outputs = {
      scores: unpackTable(this.get("scores"))!,
      probabilities: unpackTable(this.get("probabilities")),
      truth: unpackTable(this.get("truth")),
    };
    this.explained = unpackTable(this.get("explained"));
    this.steps = unpackTable(this.get("steps"));
    this.limits = new Limits();
    this.pack = new TilePack(this.get("tiles"));
    this.shownBy = [];
    this.answers = new ModelAnswers(({ name, instance, window }) =>
      this.send({ type: "replace", name, instance, window: [...window] }, {}),
    );
    this.on("change:window", this.lookInside, this);
    this.on("picture", this.lookInside, this);
    this.player = new Player(() => this.step(1), () => this.status !== "waiting");
    this.look();
    this.on("change:instance", this.stayAmongFound, this);
    this.on("change:instance", this.keepTarget, this);
    this.on("change:instance change:target change:method", this.turn, this);
    this.listenTo(this.optionsModel, "change", this.refresh);
    this.listenTo(this.finderModel, "change", this.look);
    this.on("msg:custom", this.receive, this);
    this.on("comm_live_update", this.reconnect, this);
    this.refresh();
  }

  get facts(): Facts {
    return this.get("facts");
  }

  get choice(): Choice {
    return { instance: this.get("instance"), target: this.get("target"), method: this.get("method") };
  }

  get optionsModel(): OptionsModel {
    return this.get("options");
  }

  get finderModel(): FinderModel {
    return this.get("finder");
  }

  /** What is taken away of the picture on show; null where no view shows one. */
  sheet(): Sheet | null {
    return this.shownBy.map((view) => view.sheet()).find(Boolean) ?? null;
  }

  /** Another picture, as if a slider had been moved. */
  choose(choice: Partial<Choice>): void {
    this.set(choice);
    this.save_changes();
  }

  /** On to the next instance that is looked for, or back to the one before; round at the ends. */
  step(by: 1 | -1): void {
    const among = this.found.length > 0 ? this.found : this.facts.instances.map((_, index) => index);
    const { instance } = this.choice;
    const next = by > 0 ? among.find((one) => one > instance) ?? among[0] : lastBelow(among, instance);
    this.choose({ instance: next });
  }

  /** On to the next class or method of the menu, or back; no further than it goes. */
  turnTo(dim: "target" | "method", by: 1 | -1): void {
    const last = (dim === "target" ? this.facts.targets : this.facts.methods).length - 1;
    this.choose({ [dim]: Math.max(0, Math.min(last, this.choice[dim] + by)) });
  }

  play(): void {
    this.player.toggle();
    this.trigger("play");
  }

  /** Samples that were chosen; null where none are. */
  get window(): Window | null {
    return this.get("window");
  }

  /** A window is being chosen, and told to Python once it is. */
  chooseWindow(window: Window | null, last: boolean): void {
    this.set("window", window);
    if (last) {
      this.save_changes();
    }
  }

  private lookInside(): void {
    if (this.window && this.facts.baseline && this.asksPython) {
      this.answers.ask(this.choice.instance, this.window);
    }
    this.trigger("window");
  }

  /** A view came or went; Python asks for pictures where there is one. */
  showBy(view: { sheet(): Sheet | null }, shown: boolean): void {
    this.shownBy = shown ? [...this.shownBy, view] : this.shownBy.filter((other) => other !== view);
    if (this.asksPython) {
      this.send({ type: "views", count: this.shownBy.length }, {});
    }
  }

  private look(): void {
    this.predictions ??= new Predictions(this.facts, this.outputs);
    this.found = this.predictions.found(this.finderModel.query);
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

  /** Why the picture on show is not the one that is asked for; null where it is. */
  get veil(): string | null {
    return this.status === "ready" ? null : this.reason;
  }

  /** A saved notebook keeps the picture that was on show. */
  get_state(dropDefaults?: boolean) {
    const state = super.get_state(dropDefaults);
    if (this.comm && this.picture) {
      state.tiles = packTiles([this.picture.series, this.picture.attribution]) as any;
    }
    return state;
  }

  /** Where a class was not explained on this instance, the one that was takes its place. */
  private keepTarget(): void {
    if (!this.explained || this.isExplained(this.choice)) {
      return;
    }
    const { instance } = this.choice;
    const there = rowOf(this.explained, instance);
    const predicted = this.facts.targets.indexOf(argmax(rowOf(this.outputs.scores, instance)));
    const target = there[predicted] ? predicted : there.findIndex(Boolean);
    if (target >= 0) {
      this.set("target", target);
      this.save_changes();
    }
  }

  private isExplained({ instance, target }: Choice): boolean {
    return !this.explained || this.explained.values[instance * this.explained.columns + target] !== 0;
  }

  private tile(key: string): Tile | undefined {
    let tile = this.cache.get(key);
    if (!tile) {
      tile = this.pack.get(key);
      if (tile) {
        this.cache.put(tile);
      }
    }
    return tile;
  }

  /** Maps that are here; a look at one of them here keeps none of the others from staying. */
  private mapsInHand() {
    const { cache, pack } = this;
    return {
      keys: () => new Set([...cache.keys(), ...pack.keys()]),
      get: (key: string) => cache.get(key) ?? pack.get(key),
    };
  }

  /** Whether a kernel is there that may have more than what is here. */
  get asksPython(): boolean {
    return Boolean(this.comm && this.comm_live);
  }

  private keysOf({ instance, target, method }: Choice): string[] {
    return [seriesKey(instance), attributionKey(method, instance, target)];
  }

  private missing(keys: string[]): string[] {
    return keys.filter((key) => !this.cache.has(key) && !this.pack.has(key));
  }

  /** Something else is wanted: what went wrong before may go well when it is asked for again. */
  private turn(): void {
    this.failures.clear();
    this.refresh();
  }

  /** A kernel came or went: what was asked of the one before is answered by nobody. */
  private reconnect(): void {
    this.wishes.forget();
    this.answers.forget();
    this.refresh();
  }

  private refresh(): void {
    const keys = this.keysOf(this.choice);
    this.cache.hold(keys);
    const missing = this.missing(keys);
    const failure = keys.map((key) => this.failures.get(key)).find(Boolean);
    if (missing.length === 0) {
      this.show(keys);
    } else if (failure) {
      this.say("error", failure);
    } else if (!this.isExplained(this.choice)) {
      this.say("missing", "This class was not explained for this instance.");
    } else if (this.asksPython) {
      this.say("waiting", "computing …");
      this.wishes.wish(missing);
    } else {
      this.wishes.forget();
      this.say("missing", this.facts.absence);
    }
  }

  private show(keys: string[]): void {
    const [series, attribution] = keys.map((key) => this.tile(key)!);
    const { options } = this.optionsModel;
    const ends = this.limits.ends(this.choice, attribution, options, this.mapsInHand());
    this.picture = makePicture(this.choice, series, attribution, this.facts, options, ends);
    this.say("ready", "");
    this.lookAhead();
  }

  private say(status: Status, reason: string): void {
    this.status = status;
    this.reason = reason;
    this.trigger("picture");
  }

  private lookAhead(): void {
    const { instance, target, method } = this.choice;
    const near = [instance + 1, instance - 1].filter((other) => other >= 0 && other < this.facts.instances.length);
    const wanted = near.map((other) => ({ instance: other, target, method })).filter((c) => this.isExplained(c));
    const room = 3 * (this.picture!.series.values.byteLength + this.picture!.attribution.values.byteLength) <= CAPACITY;
    const asking = this.asksPython && this.lastWait < QUICK && room;
    this.wishes.fetchAhead(asking ? wanted.map((choice) => this.missing(this.keysOf(choice))) : []);
  }

  private ask({ id, keys }: Request): void {
    this.asked = performance.now();
    this.send({ type: "tiles", request: id, keys }, {});
  }

  private receive(message: Answer | Wanted | Replaced, buffers: DataView[]): void {
    if ("name" in message) {
      this.answers.answered(message);
      this.trigger("window");
    } else if ("picture" in message) {
      this.whenReady(() => this.sendPicture(message));
    } else {
      this.unpack(message, buffers);
    }
  }

  /** Python waits for a picture: the one that is asked for, not the one that is paled until it comes. */
  private whenReady(ready: () => void): void {
    if (this.status === "waiting") {
      this.once("picture", () => this.whenReady(ready));
    } else {
      // What is on show is drawn at the next frame.
      requestAnimationFrame(() => requestAnimationFrame(ready));
    }
  }

  private async sendPicture({ picture, request }: Wanted): Promise<void> {
    const sheet = this.status === "ready" ? this.sheet() : null;
    if (!sheet) {
      this.send({ type: "picture", request, error: this.reason || "the widget is not on show" }, {});
      return;
    }
    const file = picture === "png" ? await sheetPng(sheet) : new Blob([sheetSvg(sheet)]);
    this.send({ type: "picture", request }, {}, [await file.arrayBuffer()]);
  }

  private unpack(answer: Answer, buffers: DataView[]): void {
    if (!this.wishes.answered(answer.request)) {
      return;
    }
    this.lastWait = performance.now() - this.asked;
    Object.entries(answer.errors).forEach(([key, text]) => this.failures.set(key, text));
    new TilePack({ index: answer.index, data: buffers[0] ?? null }).all().forEach((tile) => this.cache.put(tile));
    if (this.status === "waiting") {
      this.refresh();
    }
    this.wishes.proceed();
  }

  static serializers: ISerializers = {
    ...MarkModel.serializers,
    scores: verbatim,
    probabilities: verbatim,
    truth: verbatim,
    explained: verbatim,
    steps: verbatim,
    options: { deserialize: unpack_models as any },
    finder: { deserialize: unpack_models as any },
    tiles: verbatim,
  };

  status: Status;
  outputs: Outputs;
  /** What was drawn last; under a veil, if it is not what is asked for. */
  picture: Picture | null;
  /** First sample, sample behind the last, and center of each step of the explained layer. */
  steps: Table | null;
  /** Instances that are looked for. */
  found: number[];
  player: Player;
  answers: ModelAnswers;
  /** Views of it, in the order in which they came. */
  shownBy: { sheet(): Sheet | null }[];
  private predictions: Predictions | undefined;
  private limits: Limits;
  private reason: string;
  private explained: Table | null;
  private cache: TileCache;
  private pack: TilePack;
  private wishes: Wishes;
  private failures: Map<string, string>;
  private asked: number;
  private lastWait: number;
}

const lastBelow = (among: number[], instance: number): number => {
  const below = among.filter((one) => one < instance);
  return below[below.length - 1] ?? among[among.length - 1];
};
