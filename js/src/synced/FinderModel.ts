import { WidgetModel } from "@jupyter-widgets/base";
import { EVERYTHING, type Query } from "../core/picture/finder.js";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";

/** Which instances are looked for; a widget of its own, as the options are. */
export class FinderModel extends WidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      ...EVERYTHING,
      _model_name: "FinderModel",
      _model_module: MODULE_NAME,
      _model_module_version: `^${MODULE_VERSION}`,
      _view_module_version: `^${MODULE_VERSION}`,
    };
  }

  get query(): Query {
    const names = Object.keys(EVERYTHING) as (keyof Query)[];
    return Object.fromEntries(names.map((name) => [name, this.get(name)])) as unknown as Query;
  }

  change(query: Partial<Query>): void {
    this.set(query);
    this.save_changes();
  }
}
