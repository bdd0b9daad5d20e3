import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { render, type TemplateResult } from "lit-html";
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
    this.listenTo(this.mark, "picture", this.refresh);
    this.refresh();
  }

  get mark(): ChannelStackModel {
    return this.model.get("mark");
  }

  /** Contents for the present state. */
  protected abstract content(): TemplateResult;

  /** Renders the contents. Elements that stay keep the focus; from one that goes, it moves to what holds it. */
  refresh(): void {
    const holder = this.el.contains(document.activeElement) && document.activeElement!.closest('[tabindex="-1"]');
    render(this.content(), this.el);
    if (holder && !holder.contains(document.activeElement)) {
      (holder as HTMLElement).focus();
    }
  }
}
