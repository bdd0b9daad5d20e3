// Computations of a model that take longer than a frame: in a worker, or in the page's own thread in short slices.
import type { JobResult } from "../core/picture/job_results.js";
import { type CheckedFacts, checksOfMap } from "./checks.js";
import type { Description, PageMaps, PageModel } from "./page_model.js";

/** Maps of a series to compute, or checks of one, under a name. */
export interface Task {
  readonly key: string;
  readonly method: string;
  readonly series: Float32Array;
  readonly target: number;
  /** Facts for the checks of a map; none of a task that computes maps. */
  readonly checked?: CheckedFacts;
}

/** What a task computes. */
export type Made = { readonly maps: PageMaps } | { readonly checks: JobResult };

/** The completed share of a task, what it computed (maps by class, or checks), or why it failed. */
export type News = { readonly key: string } & ({ readonly share: number } | Made | { readonly fault: string });

export type Report = (news: News) => void;

export interface Computer {
  /** Starts a task and returns its first news; later ones are reported. */
  start(task: Task): News;
  /** Drops a task. */
  stop(key: string): void;
}

/** Parts that a model is created from. */
export interface ModelParts {
  readonly description: Description;
  readonly weights: ArrayBuffer;
  /** The program of the backend. */
  readonly program: ArrayBuffer;
}

/** Computes in its own thread, for some milliseconds at a time; in between, the thread does other work. */
export class LocalComputer implements Computer {
  private readonly running = new Map<string, Generator<number, Made>>();
  private timer = 0;

  constructor(
    private readonly model: PageModel,
    private readonly report: Report,
    private readonly moment = 30,
  ) {}

  start(task: Task): News {
    this.running.set(task.key, this.made(task));
    return this.advance(task.key);
  }

  private *made({ method, series, target, checked }: Task): Generator<number, Made> {
    return checked
      ? { checks: yield* checksOfMap(this.model, series, target, checked) }
      : { maps: yield* this.model.maps(method, series, target) };
  }

  stop(key: string): void {
    this.running.delete(key);
  }

  private advance(key: string): News {
    const news = this.next(key);
    if (!("share" in news)) {
      this.running.delete(key);
    }
    if (this.running.size > 0 && !this.timer) {
      this.timer = setTimeout(() => this.continue()) as unknown as number;
    }
    return news;
  }

  private next(key: string): News {
    const steps = this.running.get(key)!;
    const until = performance.now() + this.moment;
    try {
      let step = steps.next();
      while (!step.done && performance.now() < until) {
        step = steps.next();
      }
      return step.done ? { key, ...step.value } : { key, share: step.value };
    } catch (error) {
      return { key, fault: `The model of this page failed: ${error instanceof Error ? error.message : error}` };
    }
  }

  private continue(): void {
    this.timer = 0;
    for (const key of [...this.running.keys()].slice(0, 1)) {
      this.report(this.advance(key));
    }
  }
}

type ToWorker = ModelParts | Task | { readonly stop: string };
/** A message without a key says that no model could be started. */
type FromWorker = News | { readonly lost: string };

/** Computes in a worker, which starts with the first task; in the page's own thread if no worker can be started. */
export class WorkerComputer implements Computer {
  private worker: Worker | null = null;
  private failed = false;
  /** Tasks that the worker has not completed. */
  private readonly tasks = new Map<string, Task>();

  /** `source` is the script that this class comes from. */
  constructor(
    private readonly source: string,
    private readonly parts: ModelParts,
    private readonly own: Computer,
    private readonly report: Report,
  ) {}

  start(task: Task): News {
    this.open();
    if (!this.worker) {
      return this.own.start(task);
    }
    this.tasks.set(task.key, task);
    this.send(task);
    return { key: task.key, share: 0 };
  }

  stop(key: string): void {
    if (this.tasks.delete(key)) {
      this.send({ stop: key });
    }
    this.own.stop(key);
  }

  private open(): void {
    if (this.worker || this.failed) {
      return;
    }
    try {
      const script = new Blob([this.source, "\ncam1dEngine.serve(self);"], { type: "text/javascript" });
      this.worker = new Worker(URL.createObjectURL(script));
    } catch {
      this.failed = true;
      return;
    }
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => ("lost" in data ? this.fail() : this.take(data));
    this.worker.onerror = () => this.fail();
    this.send(this.parts);
  }

  private send(message: ToWorker): void {
    this.worker!.postMessage(message);
  }

  private take(news: News): void {
    if (this.tasks.has(news.key)) {
      if (!("share" in news)) {
        this.tasks.delete(news.key);
      }
      this.report(news);
    }
  }

  /** Computes the tasks of a lost worker in the page's own thread. */
  private fail(): void {
    this.worker?.terminate();
    this.worker = null;
    this.failed = true;
    const tasks = [...this.tasks.values()];
    this.tasks.clear();
    tasks.forEach((task) => this.report(this.own.start(task)));
  }
}

/** Milliseconds after which a worker reports, and listens. */
const WORKER_MOMENT = 100;

/** Runs in a worker: computes the tasks that a `WorkerComputer` sends. */
export function serve(
  scope: Pick<Worker, "onmessage" | "postMessage">,
  startModel: (parts: ModelParts) => Promise<PageModel>,
): void {
  const answer = (message: FromWorker): void => scope.postMessage(message);
  let started: Promise<LocalComputer>;
  const take = async (message: ToWorker): Promise<void> => {
    if ("program" in message) {
      started = startModel(message).then((model) => new LocalComputer(model, answer, WORKER_MOMENT));
      await started;
    } else if ("stop" in message) {
      (await started).stop(message.stop);
    } else {
      answer((await started).start(message));
    }
  };
  scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    take(data).catch((error) => answer({ lost: String(error) }));
  };
}
