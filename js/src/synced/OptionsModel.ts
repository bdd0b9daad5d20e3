import { DEFAULTS, type Options } from "../core/picture/options.js";
import { SyncedModel } from "./SyncedModel.js";

/** Display options; a separate widget, so that Python reads and sets each option by name. */
export class OptionsModel extends SyncedModel<Options> {
  static model_name = "OptionsModel";
  static state = DEFAULTS;
}
