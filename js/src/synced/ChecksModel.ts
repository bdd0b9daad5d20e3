import { SyncedModel } from "./SyncedModel.js";

interface State {
  /** Names of what may stand where pieces are taken away. */
  readonly fills: string[];
  /** The one that the verdict on show is of. */
  readonly fill: string;
}

/** What the checks of a map take for "nothing there"; a widget of its own, as the options are. */
export class ChecksModel extends SyncedModel<State> {
  static model_name = "ChecksModel";
  static state: State = { fills: [], fill: "" };
}
