import { DOMWidgetModel, DOMWidgetView, type ISerializers, unpack_models } from "@jupyter-widgets/base";
import type { ChannelStackModel } from "../mark/ChannelStackModel.js";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";
import { ensureStyles } from "../dom/styles.js";

/** What stands beside a picture and follows its mark, with or without a kernel. */
export class PanelModel extends DOMWidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      _model_module: MODULE_NAME,
      _view_module: MODULE_NAME,
      _model_module_version: `^${MODULE_VERSION}`,
      _view_module_version: `^${MODULE_VERSION}`,
      mark: null,
    };
  }

  static serializers: ISerializers = { ...DOMWidgetModel.serializers, mark: { deserialize: unpack_models as any } };
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
