import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import { displayViewers, type RenderMime } from "./lab/saved_viewer.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";

interface WidgetModule {
  name: string;
  version: string;
  exports: () => Promise<unknown>;
}

/** The part of JupyterLab that is used: a notebook's renderers, and the signal that it is being saved. */
interface Lab {
  readonly docRegistry: {
    addWidgetExtension(
      name: "Notebook",
      extension: {
        createNew(
          panel: { readonly content: { readonly rendermime: RenderMime } },
          context: { readonly saveState: Parameters<typeof displayViewers>[1] },
        ): void;
      },
    ): unknown;
  };
}

/** JupyterLab plugin: loads the widgets on first use, and displays saved ones without a kernel. */
export default {
  id: `${MODULE_NAME}:plugin`,
  requires: [IJupyterWidgetRegistry],
  autoStart: true,
  activate: (app: Lab, registry: { registerWidget(module: WidgetModule): void }): void => {
    registry.registerWidget({ name: MODULE_NAME, version: MODULE_VERSION, exports: () => import("./index.js") });
    app.docRegistry.addWidgetExtension("Notebook", {
      createNew: (panel, context) => displayViewers(panel.content.rendermime, context.saveState),
    });
  },
};
