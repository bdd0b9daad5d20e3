import { DEFAULTS, type Options } from "../core/picture/options.js";
import { SyncedModel } from "./SyncedModel.js";

/** How pictures are drawn; a widget of its own, so that Python reads and sets each option by its name. */
export class OptionsModel extends SyncedModel<Options> {
  static model_name = "OptionsModel";
  static state = DEFAULTS;
}
