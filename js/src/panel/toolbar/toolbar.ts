import { html, nothing, type TemplateResult } from "lit-html";
import { keyed } from "lit-html/directives/keyed.js";
import { button } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { CHECKS } from "../../mark/check_runner.js";
import { checksPanel } from "../checks/panel.js";
import { PanelView } from "../panel.js";
import { editPanel } from "./edit.js";
import { findPanel } from "./find.js";
import { helpPanel } from "./help.js";
import { numbersPanel } from "./numbers.js";
import { savePanel } from "./save.js";
import { viewPanel } from "./view.js";

interface Panel {
  readonly text: string;
  readonly name: string;
  readonly content: (mark: ChannelStackModel) => TemplateResult;
  /** Whether it needs the width of the viewer, and is displayed below the plot. */
  readonly isWide?: boolean;
}

const CHECK: Panel = { text: "Checks", name: "Checks: how far this map can be trusted", content: checksPanel };
const EDIT: Panel = { text: "Edit", name: "Edit: change the series; scores and map follow", content: editPanel };
const HELP: Panel = { text: "?", name: "Help: keyboard and mouse controls", content: helpPanel };
const SAVE: Panel = { text: "Save", name: "Save: plot and numbers as files", content: savePanel };
const PANELS: Panel[] = [
  { text: "View", name: "View: colors, rows and channels", content: viewPanel },
  { text: "Find", name: "Find: which instances are shown", content: findPanel },
  { text: "Numbers", name: "Numbers: the plot as a table", content: numbersPanel, isWide: true },
  CHECK,
  EDIT,
  SAVE,
];

const INSIDE = "Inside: filters of the layers, and what they mean";
const PIN = "Pin: keep this plot next to the following ones";
const UNPIN = "Unpin: remove the pinned plot";

/** Buttons that open and close panels. */
export class ToolbarView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-toolbar", "cam1d-tools");
    const { mark } = this;
    this.open = PANELS.find(({ text }) => text === mark.link.panel) ?? null;
    mark.edits.open = this.open === EDIT;
    super.render();
    this.listenTo(mark, "found play", this.refresh);
    this.listenTo(mark, "linked", this.follow);
    // Of several views of one widget, the one where the key was pressed.
    this.listenTo(mark, "help", (figure) => this.el.closest(".cam1d-viewer")?.contains(figure) && this.toggle(HELP));
    this.listenTo(mark.jobs, "job", this.refresh);
    this.listenTo(mark.checks, "change", this.refresh);
    this.listenTo(mark.inside, "change:unfolded", this.refresh);
    this.el.addEventListener("keydown", (event) => this.key(event));
  }

  protected content(): TemplateResult {
    const { mark, open } = this;
    const panels = PANELS.filter(
      (panel) => (panel !== CHECK || mark.jobs.exists(CHECKS)) && (panel !== EDIT || mark.edits.offered),
    );
    return html`
      <div class="cam1d-buttons">
        ${panels.map((panel) => this.opening(panel))}
        ${mark.inside.layers.length > 0 ? this.unfolding() : nothing}
        ${button(mark.pinned ? "Unpin" : "Pin", mark.pinned ? UNPIN : PIN, () => mark.pin())}
        ${this.opening(HELP)}
      </div>
      <div
        class=${`cam1d-panel ${open?.isWide ? "cam1d-wide" : ""}`}
        role="group"
        aria-label=${open?.name ?? ""}
        ?hidden=${!open}
      >
        ${keyed(open, open ? html`${this.heading(open)}${open.content(mark)}` : nothing)}
      </div>
    `;
  }

  private heading(panel: Panel): TemplateResult {
    const [title] = panel.name.split(":");
    return html`<div class="cam1d-heading"><b>${title}</b>${button("✕", "close the panel", () => this.close())}</div>`;
  }

  private opening(panel: Panel): TemplateResult {
    return toggleButton(panel.text, panel.name, panel === this.open, () => this.toggle(panel));
  }

  /** The inside panel is displayed below the plot, whose time axis it shares, and stays open next to other panels. */
  private unfolding(): TemplateResult {
    const { inside } = this.mark;
    return toggleButton("Inside", INSIDE, inside.unfolded, () => inside.change({ unfolded: !inside.unfolded }));
  }

  /** Opens the panel that a link names. */
  private follow(): void {
    const { link } = this.mark;
    if (link.panel !== null && PANELS.every(({ text }) => text !== link.panel)) {
      link.say(`The link was restored, but the page has no panel ${link.panel.slice(0, 40)}.`);
    }
    const wanted = PANELS.find(({ text }) => text === this.mark.link.panel) ?? null;
    if (wanted !== this.open && (wanted ?? this.open)) {
      this.toggle((wanted ?? this.open)!);
    }
  }

  private toggle(panel: Panel): void {
    this.open = this.open === panel ? null : panel;
    this.mark.edits.open = this.open === EDIT;
    if (this.open !== SAVE) {
      // Links are copied there; they open the panel that was open before.
      this.mark.link.panel = this.open?.text ?? null;
    }
    this.refresh();
    const shown = this.el.querySelector(".cam1d-panel:not([hidden])");
    if (shown && getComputedStyle(shown).position === "static") {
      shown.scrollIntoView({ block: "nearest" }); // it is below the plot
    }
  }

  private key(event: KeyboardEvent): void {
    const { open } = this;
    if (event.key === "Escape" && open) {
      this.close();
      event.stopPropagation();
    }
  }

  /** Focuses the button of the open panel and closes it. */
  private close(): void {
    this.el.querySelector<HTMLElement>(`button[title="${this.open!.name}"]`)!.focus();
    this.toggle(this.open!);
  }

  private open: Panel | null;
}

const toggleButton = (text: string, name: string, expanded: boolean, pressed: () => void): TemplateResult =>
  html`<button type="button" title=${name} aria-label=${name} aria-expanded=${expanded} @click=${pressed}>${text}</button>`;
