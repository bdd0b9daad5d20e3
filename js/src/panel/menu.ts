import { fit } from "../core/draw/labels.js";
import { PanelView } from "./panel.js";

/** Pixels of a native menu that its arrow and its padding take. */
const ARROW = 36;

/** Pixels that a name should have. */
const LEAST = 60;

/** The name in an entry, what is before and after it, and the names from which it must be distinguished. */
interface Named {
  readonly name: string;
  readonly before?: string;
  /** Abbreviation of what is before the name. */
  readonly short?: string;
  readonly after?: string;
  readonly others?: readonly string[];
}

/** A native menu, as wide as its place. */
export abstract class MenuView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-menu");
    super.render();
    for (const event of ["pointerdown", "keydown"]) {
      this.el.addEventListener(event, () => this.setOpen(true));
    }
    for (const event of ["change", "focusout"]) {
      this.el.addEventListener(event, () => this.setOpen(false));
    }
    this.displayed.then(() => this.sizes.observe(this.el));
  }

  /**
   * Text of the current entry, which holds a name. Where the menu is too narrow for it, the name is shortened in its
   * middle: a browser would cut the end of the text. If little of the name would be left, what is before it is
   * abbreviated, and what is after it goes.
   */
  protected fitted(text: string, { name, before = "", short = before, after = "", others = [] }: Named): string {
    const menu = this.el.querySelector("select");
    const pen = menu && menu.clientWidth > ARROW ? document.createElement("canvas").getContext("2d") : null;
    if (!menu || !pen || this.open) {
      return text;
    }
    pen.font = getComputedStyle(menu).font;
    const width = (words: string): number => pen.measureText(words).width;
    const room = menu.clientWidth - ARROW;
    if (width(text) <= room) {
      return text;
    }
    const left = (around: string): number => room - width(around);
    const shortest = [short, ""];
    const [first, last] =
      [[before, after], [short, after], shortest].find((around) => left(around.join("")) >= LEAST) ?? shortest;
    return first + fit(pen, name, left(first + last), others) + last;
  }

  remove(): void {
    this.sizes.disconnect();
    super.remove();
  }

  /** The list of an open menu is as wide as its entries. */
  private setOpen(open: boolean): void {
    this.open = open;
    this.refresh();
  }

  private open = false;
  private readonly sizes = new ResizeObserver(() => this.refresh());
}
