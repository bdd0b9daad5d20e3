import { WidgetModel } from "@jupyter-widgets/base";
import { DEFAULTS, type Options } from "../core/picture/options.js";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";

/** How pictures are drawn; a widget of its own, so that Python reads and sets each option by its name. */
export class OptionsModel extends WidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      ...DEFAULTS,
      _model_name: "OptionsModel",
      _model_module: MODULE_NAME,
      _model_module_version: `^${MODULE_VERSION}`,
      _view_module_version: `^${MODULE_VERSION}`,
    };
  }

  get options(): Options {
    const names = Object.keys(DEFAULTS) as (keyof Options)[];
    return Object.fromEntries(names.map((name) => [name, this.get(name)])) as unknown as Options;
  }

  change(options: Partial<Options>): void {
    this.set(options);
    this.save_changes();
  }
}
