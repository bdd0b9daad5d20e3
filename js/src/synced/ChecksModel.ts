import { SyncedModel } from "./SyncedModel.js";

interface State {
  /** Names of the replacement values. */
  readonly fills: string[];
  /** Replacement value of the displayed verdict. */
  readonly fill: string;
}

/** Replacement values of the checks; a separate widget, as the options are. */
export class ChecksModel extends SyncedModel<State> {
  static model_name = "ChecksModel";
  static state: State = { fills: [], fill: "" };
}
