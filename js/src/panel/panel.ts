import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { render, type TemplateResult } from "lit-html";
import { ensureStyles } from "../dom/styles.js";
import type { ChannelStackModel } from "../mark/ChannelStackModel.js";
import { references, serializeAs, synced } from "../synced/SyncedModel.js";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";

/** Model of every panel: a widget that follows the mark, with or without a kernel. Python names its view. */
export class PanelModel extends synced(DOMWidgetModel) {
  static model_name = "PanelModel";
  // A saved page omits values that equal Python's defaults.
  static state: object = { mark: null, _view_module: MODULE_NAME, _view_module_version: `^${MODULE_VERSION}` };
  static serializers = { ...DOMWidgetModel.serializers, ...serializeAs(references, "mark") };
}

export abstract class PanelView extends DOMWidgetView {
  render(): void {
    super.render();
    ensureStyles();
    this.listenTo(this.mark, "picture", this.refresh);
    this.refresh();
  }

  get mark(): ChannelStackModel {
    return this.model.get("mark");
  }

  /** Template for the current state. */
  protected abstract content(): TemplateResult;

  /**
   * Renders the template. Elements that remain keep the focus; if the focused one is removed, its container is focused, or
   * else the plot. In JupyterLab letters are commands wherever else the focus is.
   */
  refresh(): void {
    const focused = this.el.contains(document.activeElement) ? document.activeElement : null;
    const container = focused?.closest('.cam1d-viewer [tabindex="-1"]');
    render(this.content(), this.el);
    if (focused && !this.el.contains(document.activeElement)) {
      const plot = this.el.closest(".cam1d-viewer")?.querySelector(".bqplot.figure");
      ((container?.isConnected ? container : plot) as HTMLElement | null)?.focus({ preventScroll: true });
    }
  }
}
