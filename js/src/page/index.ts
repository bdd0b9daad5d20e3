// The script of saved pages: it displays their widgets from what the page contains, and fetches nothing.
import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/controls/css/widgets-base.css";
import "@jupyter-widgets/controls/css/labvariables.css";
import * as base from "@jupyter-widgets/base";
import * as controls from "@jupyter-widgets/controls";
import { type Module, PageManager } from "./manager.js";

/** What a page contains; cam1d_widget/viewer/export/page.py writes it. */
interface Contents {
  /** Scripts, and the program of the engine if there is one, by name. */
  readonly programs: Readonly<Record<string, Uint8Array>>;
  readonly state: Parameters<PageManager["set_state"]>[0];
  readonly view: { readonly model_id: string };
}

/** Displays the viewer of a page in an element. */
export async function open({ programs, state, view }: Contents, element: HTMLElement): Promise<void> {
  const textOf = (name: string): string => new TextDecoder().decode(programs[name]);
  if (programs["engine.js"]) {
    const cam1dEngine = { source: textOf("engine.js"), program: programs["engine.wasm"].buffer };
    Object.assign(globalThis, { cam1dEngine });
  }
  const modules: Record<string, Module> = { "@jupyter-widgets/base": base, "@jupyter-widgets/controls": controls };
  for (const name of ["bqscales", "bqplot", "cam1d-widget"]) {
    modules[name] = defined(textOf(name), name, modules);
  }
  const manager = new PageManager(modules);
  const models = await manager.set_state(state);
  await manager.display(models.find(({ model_id }) => model_id === view.model_id)!, element);
}

/** What an AMD module exports, whose needs are among the modules. */
function defined(script: string, name: string, modules: Readonly<Record<string, Module>>): Module {
  let made: Module = {};
  const define = (needs: string[], factory: (...needed: Module[]) => Module): void => {
    made = factory(...needs.map((need) => modules[need]));
  };
  new Function("define", `${script}\n//# sourceURL=${name}.js`)(define);
  return made;
}
