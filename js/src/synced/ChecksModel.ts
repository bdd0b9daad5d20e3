import { WidgetModel } from "@jupyter-widgets/base";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";

/** What the checks of a map take for "nothing there"; a widget of its own, as the options are. */
export class ChecksModel extends WidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      _model_name: "ChecksModel",
      _model_module: MODULE_NAME,
      _model_module_version: `^${MODULE_VERSION}`,
      _view_module_version: `^${MODULE_VERSION}`,
      fills: [],
      fill: "",
    };
  }

  /** Names of what may stand where pieces are taken away. */
  get fills(): string[] {
    return this.get("fills");
  }

  /** The one that the verdict on show is of. */
  get fill(): string {
    return this.get("fill");
  }

  change(fill: string): void {
    this.set({ fill });
    this.save_changes();
  }
}
