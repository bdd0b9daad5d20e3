import { button } from "../../dom/fields.js";
import { textElement } from "../../dom/text_element.js";
import { CHECKS, ChecksPanel } from "../checks/panel.js";
import { PanelModel, PanelView } from "../panel.js";
import { findPanel } from "./find.js";
import { helpPanel } from "./help.js";
import { numbersPanel } from "./numbers.js";
import { savePanel } from "./save.js";
import { viewPanel } from "./view.js";

export class ToolbarModel extends PanelModel {
  static model_name = "ToolbarModel";
  static view_name = "ToolbarView";
}

interface Panel {
  readonly text: string;
  readonly name: string;
  contents(view: ToolbarView): HTMLElement[];
}

const HELP: Panel = { text: "?", name: "Help: what keys and mouse do", contents: helpPanel };

const CHECK: Panel = {
  text: "Checks",
  name: "Checks: how far this map can be believed",
  contents: ({ checks }) => [checks.element],
};

const PANELS: Panel[] = [
  { text: "View", name: "View: colors, rows and channels", contents: ({ mark }) => viewPanel(mark) },
  { text: "Find", name: "Find: which instances are shown", contents: ({ mark }) => findPanel(mark) },
  { text: "Numbers", name: "Numbers: the picture as a table", contents: ({ mark }) => numbersPanel(mark) },
  CHECK,
  { text: "Save", name: "Save: the picture and its numbers as files", contents: ({ mark }) => savePanel(mark) },
];

const PIN = "Pin: keep this picture beside the next ones";
const UNPIN = "Unpin: let go of the picture that is kept";

/** Buttons that each unfold a panel: a first look stays clean. */
export class ToolbarView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-toolbar");
    this.panel = textElement("div", "cam1d-panel");
    this.panel.hidden = true;
    this.panel.setAttribute("role", "group");
    const opening = (panel: Panel) => button(panel.text, panel.name, () => this.toggle(panel));
    this.buttons = new Map([...PANELS, HELP].map((panel) => [panel, opening(panel)]));
    this.checks = new ChecksPanel(this.mark);
    this.buttons.get(CHECK)!.hidden = !this.mark.jobs.knows(CHECKS);
    this.listenTo(this.mark.jobs, "job", this.checks.write.bind(this.checks));
    this.listenTo(this.mark.checks, "change", this.checks.write.bind(this.checks));
    this.pin = button("Pin", PIN, () => this.mark.pin());
    this.inside = button("Inside", "Inside: filters of the layers, and what they mean", () => this.lookInside());
    this.inside.hidden = this.mark.inside.layers.length === 0;
    const all = [...this.buttons.values()];
    const help = all.pop()!;
    this.el.append(textElement("div", "cam1d-buttons", ...all, this.inside, this.pin, help), this.panel);
    this.listenTo(this.mark.inside, "change:unfolded", this.write);
    this.el.addEventListener("keydown", (event) => this.key(event));
    this.listenTo(this.mark, "help", () => this.toggle(HELP));
    this.listenTo(this.mark, "play", this.write);
    super.render();
  }

  /** Fields follow what was changed elsewhere, but none is taken from under the hand that changes it. */
  write(): void {
    this.checks.write();
    if (this.open && !this.panel.contains(document.activeElement)) {
      this.fill();
    }
    const name = this.mark.pinned ? UNPIN : PIN;
    this.pin.textContent = name.split(":")[0];
    this.pin.title = name;
    this.pin.setAttribute("aria-label", name);
    this.inside.setAttribute("aria-expanded", String(this.mark.inside.unfolded));
    this.buttons.forEach((button, panel) => button.setAttribute("aria-expanded", String(panel === this.open)));
  }

  /** It unfolds under the picture, whose time axis it shares, and stays beside other panels. */
  private lookInside(): void {
    this.mark.inside.change({ unfolded: !this.mark.inside.unfolded });
  }

  private toggle(panel: Panel): void {
    this.open = this.open === panel ? null : panel;
    this.panel.hidden = this.open === null;
    this.fill();
    this.write();
  }

  private fill(): void {
    this.panel.setAttribute("aria-label", this.open?.name ?? "");
    this.panel.replaceChildren(...(this.open?.contents(this) ?? []));
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.open) {
      const button = this.buttons.get(this.open)!;
      this.toggle(this.open);
      button.focus();
      event.stopPropagation();
    }
  }

  checks: ChecksPanel;
  private panel: HTMLElement;
  private pin: HTMLButtonElement;
  private buttons: Map<Panel, HTMLButtonElement>;
  private inside: HTMLButtonElement;
  private open: Panel | null;
}
