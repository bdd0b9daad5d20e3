import { WidgetModel } from "@jupyter-widgets/base";
import { type JobResult, type PackedResults, packResults, unpackResults } from "../core/picture/job_results.js";
import { needsModel } from "../core/text/needs_model.js";
import { SyncedModel, serializeAs, verbatim } from "./SyncedModel.js";

/** The running job: its name, its progress from 0 to 1, and its current step. */
export interface Running {
  readonly name: string;
  readonly done: number;
  readonly text: string;
}

type Message =
  | ({ state: "running" } & Running)
  | ({ state: "done" } & PackedResults)
  | { state: "failed"; name: string; text: string }
  | { state: "cancelled"; name: string };

/** Runs jobs in the browser, where there is no kernel. */
export interface Runner {
  offers(kind: string): boolean;
  /** Starts a job; `report` takes the completed share, and then the result, or why there is none. */
  start(name: string, report: (news: number | JobResult | string) => void): void;
  cancel(name: string): void;
}

interface State {
  readonly kinds: string[];
  readonly kept: PackedResults;
}

/**
 * Long computations in the kernel, one at a time; results are kept by name. Triggers "job" after every change. See
 * cam1d_widget/viewer/synced/jobs.py.
 */
export class JobsModel extends SyncedModel<State> {
  static model_name = "JobsModel";
  static state: State = { kinds: [], kept: { index: [], data: null } };
  static serializers = { ...WidgetModel.serializers, ...serializeAs(verbatim, "kept") };

  // Called by Backbone's constructor: fields of this class must have no initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    super.initialize(attributes, options);
    this.running = null;
    this.faults = new Map();
    this.results = unpackResults(this.get("kept"));
    this.on("msg:custom", this.receive, this);
    this.on("comm_live_update", this.reconnect, this);
  }

  /** Whether a live kernel, or the browser, can run jobs of this kind. */
  offers(kind: string): boolean {
    return this.hasKernel ? this.exists(kind) : this.runner?.offers(kind) === true;
  }

  /** Whether jobs of this kind exist, with or without a kernel. */
  exists(kind: string): boolean {
    return this.get("kinds").includes(kind);
  }

  /** Result of a job; null if there is none. */
  result(name: string): JobResult | null {
    return this.results.get(name) ?? null;
  }

  /** Error message of a job; null if it did not fail. */
  fault(name: string): string | null {
    return this.faults.get(name) ?? null;
  }

  start(name: string, kind: string, args: Record<string, string | number>): void {
    this.faults.delete(name);
    if (!this.offers(kind)) {
      this.fail(name, this.hasKernel ? needsModel("This computation", false) : GONE);
      return;
    }
    if (!this.hasKernel) {
      this.startHere(name);
      return;
    }
    this.running ??= { name, done: 0, text: "" };
    this.send({ type: "start", name, kind, arguments: args }, {});
    this.trigger("job");
  }

  /** Drops a result, so that the next one is a new one. */
  forget(name: string): void {
    this.results.delete(name);
  }

  private startHere(name: string): void {
    if (this.running) {
      this.runner!.cancel(this.running.name);
    }
    this.running = { name, done: 0, text: "" };
    this.runner!.start(name, (news) => {
      if (typeof news === "string") {
        this.fail(name, news);
        return;
      }
      if (typeof news === "number") {
        this.running = { name, done: news, text: "" };
      } else {
        this.results.set(name, news);
        this.over(name);
      }
      this.trigger("job");
    });
    this.trigger("job");
  }

  /** Cancels the running job. */
  cancel(): void {
    if (this.hasKernel) {
      this.send({ type: "cancel" }, {});
    } else if (this.running) {
      this.runner?.cancel(this.running.name);
      this.over(this.running.name);
      this.trigger("job");
    }
  }

  /** Drops the results of the model before an update. */
  reset(): void {
    this.results.clear();
    this.faults.clear();
    this.trigger("job");
  }

  /** A saved notebook keeps the results. */
  get_state(dropDefaults?: boolean) {
    return { ...super.get_state(dropDefaults), kept: packResults(this.results) as any };
  }

  private receive(message: Message, buffers: DataView[]): void {
    if (message.state === "running") {
      const { name, done, text } = message;
      this.running = { name, done, text };
    } else if (message.state === "done") {
      unpackResults({ index: message.index, data: buffers[0] ?? null }).forEach((result, name) => {
        this.results.set(name, result);
        this.over(name);
      });
    } else {
      this.over(message.name);
      if (message.state === "failed") {
        this.faults.set(message.name, message.text);
      }
    }
    this.trigger("job");
  }

  private over(name: string): void {
    this.running = this.running?.name === name ? null : this.running;
  }

  private fail(name: string, text: string): void {
    this.over(name);
    this.faults.set(name, text);
    this.trigger("job");
  }

  /** The kernel changed: its running job is lost. */
  private reconnect(): void {
    if (this.running) {
      this.fail(this.running.name, GONE);
    }
    this.trigger("job");
  }

  /** Runs jobs without a kernel; set by the mark. */
  runner?: Runner;
  running: Running | null;
  private results: Map<string, JobResult>;
  private faults: Map<string, string>;
}

const GONE = "The kernel is gone; run the cell again.";
