import type { Computer, ModelParts, Report } from "../engine/computer.js";
import type { PageModel } from "../engine/page_model.js";

/** The programs of the engine: its script, and the program of its backend. */
export interface EnginePrograms {
  readonly source: string;
  readonly program: ArrayBuffer;
}

/** The programs, and what the script exports. */
export interface EngineScript extends EnginePrograms {
  readonly LocalComputer: new (model: PageModel, report: Report) => Computer;
  readonly WorkerComputer: new (source: string, parts: ModelParts, own: Computer, report: Report) => Computer;
  startModel(parts: ModelParts): Promise<PageModel>;
}

let running: EngineScript | null = null;

/** Whether the script has been run. */
export const hasEngine = (): boolean => running !== null;

/** The engine of all viewers; its script is run once. */
export function engineOf(programs: EnginePrograms | null): EngineScript {
  if (!running) {
    const module = { exports: {} };
    // The host's own module loaders do not see it.
    new Function("module", "exports", "define", programs!.source)(module, module.exports, undefined);
    running = { ...(module.exports as EngineScript), ...programs! };
  }
  return running;
}

/** The programs that a page contains. */
export const programsOfPage = (): EnginePrograms =>
  (globalThis as unknown as { cam1dEngine: EnginePrograms }).cam1dEngine;
