import { fit } from "../core/draw/labels.js";
import { PanelView } from "./panel.js";

/** Pixels of a native menu that its arrow and its padding take. */
const ARROW = 36;

/** A native menu, as wide as its place. */
export abstract class MenuView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-menu");
    super.render();
    this.displayed.then(() => this.sizes.observe(this.el));
  }

  /**
   * The current entry, or else its name alone, shortened in its middle to the width of the menu: a browser would cut its
   * end.
   */
  protected fitted(text: string, name: string): string {
    const menu = this.el.querySelector("select");
    const pen = menu && menu.clientWidth > ARROW ? document.createElement("canvas").getContext("2d") : null;
    if (!menu || !pen) {
      return text;
    }
    pen.font = getComputedStyle(menu).font;
    const room = menu.clientWidth - ARROW;
    return pen.measureText(text).width <= room ? text : fit(pen, name, room);
  }

  remove(): void {
    this.sizes.disconnect();
    super.remove();
  }

  private readonly sizes = new ResizeObserver(() => this.refresh());
}
