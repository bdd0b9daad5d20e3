import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { ensureStyles } from "../dom/styles.js";
import type { ChannelStackModel } from "../mark/ChannelStackModel.js";
import { references, serializeAs, synced } from "../synced/SyncedModel.js";

/** What stands beside a picture and follows its mark, with or without a kernel. */
export class PanelModel extends synced(DOMWidgetModel) {
  static state: object = { mark: null };
  static serializers = { ...DOMWidgetModel.serializers, ...serializeAs(references, "mark") };
}

export abstract class PanelView extends DOMWidgetView {
  render(): void {
    super.render();
    ensureStyles();
    this.listenTo(this.mark, "picture", this.write);
    this.write();
  }

  get mark(): ChannelStackModel {
    return this.model.get("mark");
  }

  abstract write(): void;
}
