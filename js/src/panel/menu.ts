import { fit } from "../core/draw/labels.js";
import { PanelView } from "./panel.js";

/** Pixels of a native menu that its arrow and its padding take. */
const ARROW = 40;

/** A native menu, as wide as its place. */
export abstract class MenuView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-menu");
    super.render();
    this.displayed.then(() => this.sizes.observe(this.el));
  }

  /** The current entry, shortened in its middle to the width of the menu: a browser would cut its end. */
  protected fitted(text: string): string {
    const menu = this.el.querySelector("select");
    const pen = menu && menu.clientWidth > ARROW ? document.createElement("canvas").getContext("2d") : null;
    if (!menu || !pen) {
      return text;
    }
    pen.font = getComputedStyle(menu).font;
    return fit(pen, text, menu.clientWidth - ARROW);
  }

  remove(): void {
    this.sizes.disconnect();
    super.remove();
  }

  private readonly sizes = new ResizeObserver(() => this.refresh());
}
