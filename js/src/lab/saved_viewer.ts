import { put_buffers } from "@jupyter-widgets/base";

/** Type of an output that holds the state of a viewer; see cam1d_widget/viewer/saved_state.py. */
const MIME = "application/vnd.cam1d-widget+json";
const WIDGET = "application/vnd.jupyter.widget-view+json";
const PNG = "image/png";
/** JupyterLab prefers the lowest rank; that of widgets is -10. */
const RANK = -20;
/** Characters beyond which the state of the last display stays in the notebook. */
const MOST = 4_000_000;

type Data = Record<string, unknown>;

interface SavedModel {
  readonly model_name: string;
  readonly model_module: string;
  readonly model_module_version: string;
  readonly state: Data;
  readonly buffers?: readonly { readonly path: (string | number)[]; readonly data: string }[];
}

interface SavedState {
  readonly state: Record<string, SavedModel>;
}

interface Signal<Value> {
  connect(slot: (sender: unknown, value: Value) => void): unknown;
  disconnect(slot: (sender: unknown, value: Value) => void): unknown;
}

interface WidgetManager {
  readonly restored: Signal<void>;
  readonly restoredStatus: boolean;
  has_model(id: string): boolean;
  new_model(options: object, state: Data): Promise<unknown>;
  get_state_sync(options: object): SavedState;
}

interface Output {
  readonly data: Data;
  setData(options: { data: Data }): void;
}

interface Renderer {
  readonly node: HTMLElement;
  renderModel(output: Output): Promise<void>;
}

/** The renderer of ipywidgets; only it has access to the widget manager of a notebook, once there is a kernel. */
interface WidgetRenderer extends Renderer {
  readonly _manager: { readonly promise: Promise<WidgetManager> } | null;
}

export interface RenderMime {
  addFactory(factory: object, rank: number): void;
  createRenderer(type: string): Renderer;
}

/**
 * Displays viewers in a notebook: live where their models exist, and otherwise from the state in the output, until the
 * cell is run again. The state of live ones is renewed whenever the notebook is saved.
 */
export function displayViewers(rendermime: RenderMime, saveState: Signal<string>): void {
  const shown = new Set<ShownViewer>();
  const createRenderer = (): Renderer => {
    const viewer = new ShownViewer(rendermime.createRenderer(WIDGET) as WidgetRenderer);
    shown.add(viewer);
    return viewer.renderer;
  };
  // Not safe, as widgets are not: a notebook that is not trusted shows its picture.
  rendermime.addFactory({ safe: false, mimeTypes: [MIME], createRenderer }, RANK);
  saveState.connect((_, state) => {
    for (const viewer of state === "started" ? shown : []) {
      if (viewer.renderer._manager) {
        viewer.store();
      } else {
        shown.delete(viewer); // disposed
      }
    }
  });
}

class ShownViewer {
  private output: Output | undefined;
  private manager: WidgetManager | undefined;
  private id = "";

  constructor(readonly renderer: WidgetRenderer) {
    const display = renderer.renderModel.bind(renderer);
    renderer.renderModel = async (output) => {
      this.output = output;
      const { model_id } = output.data[WIDGET] as { model_id: string };
      if (model_id !== this.id) {
        this.id = model_id;
        preview(renderer.node, output.data[PNG]);
        this.manager = await renderer._manager!.promise;
        await existing(this.manager, model_id, output.data[MIME] as SavedState);
        if (output.data[PNG] && !this.manager.has_model(model_id)) {
          return; // the picture is all that the notebook holds
        }
        await display(output);
        if (!output.data[PNG]) {
          this.storeFirst();
        }
      }
    };
  }

  /** Stores the first picture once it is there. That of a slow map is not in the output when the cell has run. */
  private storeFirst(): void {
    const { node } = this.renderer;
    const drawn = new MutationObserver(() => {
      if (node.querySelector('.bqplot.figure[data-state="ready"]')) {
        drawn.disconnect();
        this.store();
      }
    });
    drawn.observe(node, { subtree: true, childList: true, attributeFilter: ["data-state"] });
  }

  /** Writes the current state and picture to the output. */
  store(): void {
    const { output, manager, renderer } = this;
    if (!output || !manager) {
      return;
    }
    const saved = output.data[MIME] as SavedState;
    const ids = Object.keys(saved.state);
    // Without models in the output, the picture alone is stored.
    const { state: all } = ids.length > 0 ? manager.get_state_sync({ drop_defaults: true }) : saved;
    // Without a kernel nothing is live, and the output keeps what it has.
    if (ids.every((id) => id in all)) {
      const state = Object.fromEntries(ids.map((id) => [id, all[id]]));
      const url = picture(renderer.node);
      if (JSON.stringify(state).length <= MOST) {
        const png = url && { [PNG]: url.slice(url.indexOf(",") + 1) };
        output.setData({ data: { ...output.data, [MIME]: { ...saved, state }, ...png } });
      }
    }
  }
}

/** The picture stored in the notebook, until a kernel is connected. */
function preview(node: HTMLElement, png: unknown): void {
  if (typeof png === "string") {
    const image = document.createElement("img");
    image.src = `data:image/png;base64,${png}`;
    image.alt = "Plot of the widget when the notebook was saved";
    node.replaceChildren(image);
  }
}

function picture(node: HTMLElement): string | null {
  const canvases = [...node.querySelectorAll("canvas")];
  return canvases.find((canvas) => canvas.__channelStack)?.__channelStack?.dataUrl() ?? null;
}

/** Waits until a model exists; creates it from the saved state if the kernel does not have it. */
async function existing(manager: WidgetManager, id: string, { state }: SavedState): Promise<void> {
  if (!manager.has_model(id)) {
    await restored(manager);
  }
  if (!manager.has_model(id)) {
    await Promise.all(
      Object.entries(state)
        .filter(([id]) => !manager.has_model(id))
        .map(([model_id, saved]) => manager.new_model({ ...saved, model_id }, stateOf(saved))),
    );
  }
}

function stateOf({ state, buffers = [] }: SavedModel): Data {
  const copy = structuredClone(state);
  const bytes = buffers.map(({ data }) => Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer);
  put_buffers(
    copy as never,
    buffers.map(({ path }) => path),
    bytes.map((buffer) => new DataView(buffer)),
  );
  return copy;
}

function restored(manager: WidgetManager): Promise<void> {
  return new Promise((resolve) => {
    if (manager.restoredStatus) {
      resolve();
      return;
    }
    const slot = (): void => {
      manager.restored.disconnect(slot);
      resolve();
    };
    manager.restored.connect(slot);
  });
}
