import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";

interface WidgetModule {
  name: string;
  version: string;
  exports: () => Promise<unknown>;
}

/** JupyterLab plugin: loads the widgets on first use. */
export default {
  id: `${MODULE_NAME}:plugin`,
  requires: [IJupyterWidgetRegistry],
  autoStart: true,
  activate: (_app: unknown, registry: { registerWidget(module: WidgetModule): void }): void => {
    registry.registerWidget({ name: MODULE_NAME, version: MODULE_VERSION, exports: () => import("./index.js") });
  },
};
