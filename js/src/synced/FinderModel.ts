import { EVERYTHING, type Query } from "../core/picture/finder.js";
import { SyncedModel } from "./SyncedModel.js";

/** Query for instances; a separate widget, as the options are. */
export class FinderModel extends SyncedModel<Query> {
  static model_name = "FinderModel";
  static state = EVERYTHING;
}
