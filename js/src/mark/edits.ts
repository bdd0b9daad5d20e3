import type { WidgetModel } from "@jupyter-widgets/base";
import { type Edit, edited, type Series, spreads } from "../core/edit/edit.js";
import { type History, nameOf, redo, reset, UNEDITED, undo, withEdit } from "../core/edit/history.js";
import type { Choice } from "../core/picture/choice.js";
import type { Facts } from "../core/picture/facts.js";
import type { Outputs } from "../core/picture/outputs.js";
import type { Window } from "../core/picture/window.js";
import { needsModel } from "../core/text/needs_model.js";
import { type Bytes, bytesOf } from "../core/tiles/bytes.js";
import { editedScoresKey, editedSeriesKey, seriesKey } from "../core/tiles/tiles.js";
import type { TileStore } from "../synced/tile_store.js";
import type { EngineAnswers } from "./engine_answers.js";

type Mark = WidgetModel & {
  readonly choice: Choice;
  readonly facts: Facts;
  readonly hasKernel: boolean;
  readonly engineAnswers: EngineAnswers | null;
};

/** Edits in a saved notebook, whose JSON has its keys in another order: their name is not computed again. */
interface Kept {
  readonly instance: number;
  readonly name: string;
  readonly edits: readonly Edit[];
}

/** A series that Python has edited. */
interface FromPython {
  readonly instance: number;
  /** Name of edits that a browser made; "" if Python made them. */
  readonly name: string;
  /** How often Python has edited the instance. */
  readonly count: number;
  /** The series; empty if the original is to be shown. */
  readonly values: Bytes;
}

const STARTING = "The model of this page is starting …";
const OTHER_LENGTH = "The model of this page takes series of another length.";

/** Name of edits that were sent, if the kernel may not have received them. */
const UNKNOWN = "?";

/** Edits of the instances; each is shown, scored and explained in the place of the original. Triggers "edits". */
export class Edits {
  /** Whether the panel is open, so that a drag within the selected window edits. */
  open = false;
  private isFollowed = true;
  private readonly histories = new Map<number, History>();
  /** An edit that is being dragged, after the finished ones. */
  private dragged: { readonly instance: number; readonly edit: Edit } | null = null;
  private both: { readonly done: readonly Edit[]; readonly edit: Edit; readonly edits: readonly Edit[] } | null = null;
  private readonly names = new WeakMap<readonly Edit[], string>();
  private readonly others = new Map<number, Series>();
  /** Name of the edits that were last sent to the kernel, by instance. */
  private readonly sent = new Map<number, string>();
  /** Edited series of which the browser and the kernel both have the values, by instance and name. */
  private readonly taken = new Set<string>();
  private patched: { readonly key: string; readonly of: Outputs; readonly outputs: Outputs } | null = null;

  constructor(
    private readonly mark: Mark,
    private readonly tiles: TileStore,
  ) {
    mark.on("change:edited", () => this.takeFromPython());
    this.takeFromPython();
  }

  /** Whether series can be edited: there is, or was, a model that scores them. */
  get offered(): boolean {
    return this.mark.facts.baselines !== null;
  }

  /** Why the current series cannot be edited; null if it can. */
  get obstacle(): string | null {
    const { choice, hasKernel, engineAnswers } = this.mark;
    if (choice.mean) {
      return "Single instances can be edited, not means.";
    }
    if (!this.original(choice.instance)) {
      return "The series is not available.";
    }
    if (hasKernel || engineAnswers?.fits(choice.instance)) {
      return null;
    }
    if (!engineAnswers) {
      return needsModel("Editing a series", this.mark.facts.notebook);
    }
    return engineAnswers.fault ?? (engineAnswers.starting ? STARTING : OTHER_LENGTH);
  }

  /** Edits of the current instance. */
  get history(): History {
    return this.histories.get(this.mark.get("instance")) ?? UNEDITED;
  }

  /** Name of the edits of an instance; undefined without any, and as long as the series is not available. */
  nameOf(instance: number): string | undefined {
    const edits = this.edits(instance);
    if (edits.length === 0 || !this.original(instance)) {
      return undefined;
    }
    const name = this.names.get(edits) ?? nameOf(edits);
    this.names.set(edits, name);
    this.keep(instance, name, edits);
    return name;
  }

  /** The series of an instance, edited or not; undefined if it is not available. */
  seriesOf(instance: number): Series | undefined {
    const name = this.nameOf(instance);
    return name === undefined ? this.original(instance) : this.tiles.take(editedSeriesKey(instance, name));
  }

  /** Standard deviation of each channel of the original. */
  get spreads(): number[] {
    const original = this.original(this.mark.choice.instance);
    return original ? spreads(original) : this.mark.facts.channel_names.map(() => 1);
  }

  /** Selected samples, or all of them. */
  windowOr(window: Window | null): Window {
    return window ?? [0, this.original(this.mark.choice.instance)?.samples ?? this.mark.facts.samples];
  }

  /** Applies an unfinished edit in the place of the one before; null removes it. */
  drag(edit: Edit | null): void {
    this.dragged = edit && { instance: this.mark.choice.instance, edit };
    this.mark.trigger("edits");
  }

  /** Applies an edit. */
  apply(edit: Edit): void {
    this.dragged = null;
    this.change(withEdit(this.history, edit));
  }

  /** Replaces a stretch by the same samples of another instance, once they are available. */
  take(instance: number, stretch: { readonly window: Window; readonly channels: readonly number[] }): void {
    const current = this.mark.choice.instance;
    const keys = [seriesKey(instance)];
    if (this.original(instance)) {
      this.apply({ ...stretch, do: "take", instance });
    } else if (this.mark.hasKernel && this.tiles.failure(keys) === undefined) {
      this.tiles.request(keys);
      // An answer to another request may come first.
      this.mark.once("tiles", () => current === this.mark.choice.instance && this.take(instance, stretch));
    }
  }

  /** Has these edits alone. */
  restore(edits: readonly Edit[]): void {
    this.change({ done: edits, undone: [] });
  }

  undo(): void {
    this.change(undo(this.history));
  }

  redo(): void {
    this.change(redo(this.history));
  }

  reset(): void {
    this.change(reset(this.history));
  }

  /** Scores with those of the edited series in the row of its instance. */
  outputsOf({ instance, edited: name, mean }: Choice, outputs: Outputs): Outputs {
    const key = name === undefined || mean ? null : editedScoresKey(instance, name);
    if (key === null || this.tiles.missing([key]).length > 0) {
      // While an edit is dragged, the last scores stay until the next ones arrive.
      return key !== null && this.patched?.of === outputs ? this.patched.outputs : outputs;
    }
    if (this.patched?.key !== key || this.patched.of !== outputs) {
      const { values, channels } = this.tiles.take(key);
      const { scores, probabilities } = outputs;
      const row = (table: Outputs["probabilities"], which: number) => {
        const patched = table && { ...table, values: table.values.slice() };
        patched?.values.set(values.subarray(which * channels, (which + 1) * channels), instance * channels);
        return patched;
      };
      this.patched = {
        key,
        of: outputs,
        outputs: { ...outputs, scores: row(scores, 0)!, probabilities: row(probabilities, 1) },
      };
    }
    return this.patched.outputs;
  }

  /** Whether scores of finished edits have arrived since the last call: the followed class may have changed. */
  takeScores({ instance, edited: name }: Choice): boolean {
    const isNew =
      !this.isFollowed && (name === undefined || this.tiles.missing([editedScoresKey(instance, name)]).length === 0);
    this.isFollowed ||= isNew;
    return isNew;
  }

  /** Sends the edited series of the current instance to the kernel, before anything about it is requested. */
  send(): void {
    const { mark } = this;
    const { instance } = mark.choice;
    const name = this.nameOf(instance) ?? "";
    if (!mark.hasKernel || (this.sent.get(instance) ?? "") === name) {
      return;
    }
    this.sent.set(instance, name);
    this.taken.add(`${instance} ${name}`);
    const buffers = name ? [this.tiles.take(editedSeriesKey(instance, name)).values.slice().buffer] : [];
    mark.send({ type: "edit", instance, name }, {}, buffers);
  }

  /** Sends it again: the kernel or the connection to it has changed. */
  sendAgain(): void {
    this.histories.forEach((_, instance) => this.sent.set(instance, UNKNOWN));
    this.send();
  }

  private edits(instance: number): readonly Edit[] {
    const { done } = this.histories.get(instance) ?? UNEDITED;
    return this.dragged?.instance === instance ? this.withDragged(done, this.dragged.edit) : done;
  }

  private withDragged(done: readonly Edit[], edit: Edit): readonly Edit[] {
    if (this.both?.done !== done || this.both.edit !== edit) {
      this.both = { done, edit, edits: [...done, edit] };
    }
    return this.both.edits;
  }

  private change(history: History): void {
    this.histories.set(this.mark.choice.instance, history);
    this.isFollowed = false;
    this.mark.trigger("edits");
    this.send();
  }

  private original(instance: number): Series | undefined {
    return this.tiles.get(seriesKey(instance));
  }

  /** Another instance that edits refer to, which stays available. */
  private other(instance: number): Series | undefined {
    const series = this.others.get(instance) ?? this.original(instance);
    if (series) {
      this.others.set(instance, series);
    }
    return series;
  }

  /** Keeps the edited series as a tile. */
  private keep(instance: number, name: string, edits: readonly Edit[]): void {
    const key = editedSeriesKey(instance, name);
    if (this.tiles.missing([key]).length > 0) {
      const original = this.tiles.take(seriesKey(instance));
      const around = {
        baseline: this.mark.facts.baselines!,
        seriesOf: (other: number) => this.other(other),
      };
      this.tiles.put({ ...original, key, values: edited(original, edits, around) });
    }
  }

  /** Edits of the current instance, as a saved notebook keeps them. */
  kept(): Kept[] {
    const { instance, edited: name } = this.mark.choice;
    return name === undefined ? [] : [{ instance, name, edits: this.edits(instance) }];
  }

  /** Takes the edited series of Python, or of a saved page or notebook. */
  private takeFromPython(): void {
    for (const one of this.mark.get("edited") as readonly (FromPython | Kept)[]) {
      if ("edits" in one) {
        this.histories.set(one.instance, { done: one.edits, undone: [] });
        this.names.set(one.edits, one.name);
      } else if (this.mark.hasKernel || this.mark.engineAnswers) {
        this.takeSeries(one);
      }
    }
    this.mark.trigger("edits");
  }

  /** Sets, or removes, the edited series of an instance. */
  private takeSeries({ instance, name, count, values }: FromPython): void {
    const label = `${instance} ${name || count}`;
    if (!this.taken.has(label)) {
      this.taken.add(label);
      this.sent.set(instance, UNKNOWN);
      const history = this.histories.get(instance) ?? UNEDITED;
      const numbers = Array.from(new Float32Array(bytesOf(values, 0, values.byteLength)));
      const edit: Edit = { do: "replace", values: numbers };
      this.histories.set(instance, numbers.length > 0 ? withEdit(history, edit) : reset(history));
      this.isFollowed = false;
    }
  }
}
