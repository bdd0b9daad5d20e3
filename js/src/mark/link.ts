import type { WidgetModel } from "@jupyter-widgets/base";
import type { Choice } from "../core/picture/choice.js";
import type { Facts } from "../core/picture/facts.js";
import { LONGEST, linkTo, readLink } from "../core/text/link.js";
import type { InsideModel } from "../synced/InsideModel.js";
import type { Edits } from "./edits.js";
import type { Windows } from "./windows.js";

type Mark = WidgetModel & {
  readonly facts: Facts;
  readonly choice: Choice;
  readonly edits: Edits;
  readonly windows: Windows;
  readonly inside: InsideModel;
  choose(choice: Partial<Choice>): void;
};

/** Links to the state of a saved page, in the fragment of its address. Triggers "link" for a message, and "linked" when it restored one. */
export class Link {
  /** Message about the last link; "" if there is none. */
  notice = "";
  /** Text of the button of the open panel; null if none is open. */
  panel: string | null = null;

  constructor(private readonly mark: Mark) {
    if (this.offered) {
      const follow = (): void => this.follow();
      window.addEventListener("hashchange", follow);
      mark.once("destroy", () => window.removeEventListener("hashchange", follow));
      this.follow();
    }
  }

  /** Whether this is a page, whose address belongs to it; that of a notebook does not. */
  get offered(): boolean {
    return !this.mark.facts.notebook;
  }

  /** Puts the state into the address of the page, and copies it. */
  async copy(): Promise<void> {
    const { mark } = this;
    const { inside } = mark;
    const { instance, target, method } = mark.choice;
    const { x } = mark.get("scales") ?? {};
    const [min, max] = [x?.get("min"), x?.get("max")];
    const fragment = linkTo(
      {
        ...{ instance, target, method },
        zoom: typeof min === "number" && typeof max === "number" ? [min, max] : null,
        window: mark.windows.chosen,
        edits: mark.edits.history.done,
        panel: this.panel,
        inside:
          inside.unfolded && inside.layer
            ? { layer: inside.layer.name, filter: inside.filter, step: inside.step }
            : null,
      },
      mark.facts,
    );
    if (fragment.length > LONGEST) {
      this.say("The edits are too long for a link. Save the numbers as CSV, and load them on the other page.");
      return;
    }
    history.replaceState(null, "", fragment);
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The link was copied.");
    } catch {
      this.say("The link is in the address of this page.");
    }
  }

  say(notice: string): void {
    this.notice = notice;
    this.mark.trigger("link");
  }

  /** Restores the state in the address. */
  private follow(): void {
    const { mark } = this;
    try {
      const linked = readLink(location.hash, mark.facts, mark.inside.layers);
      if (linked) {
        const { instance, target, method, zoom, window, edits, panel, inside } = linked;
        mark.set({ follow: "fixed", mean: null, against: null });
        mark.choose({ instance, target, method });
        mark.edits.restore(edits);
        mark.windows.choose(window, true);
        if (zoom) {
          mark.get("scales")?.x?.set({ min: zoom[0], max: zoom[1] });
        }
        mark.inside.change(inside ? { ...inside, unfolded: true } : { unfolded: false });
        this.panel = panel;
        this.say("");
        mark.trigger("linked");
      }
    } catch (fault) {
      this.say(`The link was ignored: ${(fault as Error).message}.`);
    }
  }
}
