import { argmax, rowOf } from "../core/picture/facts.js";
import type { Annotation, Window } from "../core/picture/window.js";
import { startOf } from "../core/text/clock.js";
import { needsModel } from "../core/text/needs_model.js";
import { formatNumber, formatPercent, formatSigned } from "../core/text/numbers.js";
import { whereText, windowText } from "../core/text/window_text.js";
import { button } from "../dom/fields.js";
import { textElement } from "../dom/text_element.js";
import { questionName, type Replaced } from "../mark/window_scores.js";
import { PanelModel, PanelView } from "./panel.js";

export class WindowPanelModel extends PanelModel {
  static model_name = "WindowPanelModel";
  static view_name = "WindowPanelView";
}

/** Classes that are told, the explained one apart. */
const TOLD = 4;

/** What is in the chosen window, and what the model says without it. */
export class WindowPanelView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-toolbar", "cam1d-window");
    super.render();
    this.listenTo(this.mark, "window", this.write);
  }

  write(): void {
    const { picture, facts, status, windows } = this.mark;
    const window = windows.chosen;
    const shown = picture !== null && status === "ready";
    this.el.hidden = !shown || (window === null && this.mark.windows.notes.length === 0);
    if (this.el.hidden || this.isWritingNote(window)) {
      return;
    }
    const lines = window === null ? [] : [this.chosen(windowText(window, picture!, facts)), this.withoutIt()];
    this.written = window;
    this.el.replaceChildren(...lines, ...this.mark.windows.notes.map((note) => this.noteLine(note)));
  }

  /** A text that is being written is not taken away by an answer that comes. */
  private isWritingNote(window: Window | null): boolean {
    const field = this.el.querySelector("input");
    return field !== null && field === document.activeElement && field.value !== "" && window === this.written;
  }

  private chosen(text: string): HTMLElement {
    const clear = button("Clear", "clear the window", () => this.mark.windows.choose(null, true));
    const field = document.createElement("input");
    field.placeholder = "note";
    field.setAttribute("aria-label", "note on the window");
    const add = (): void => this.addNote(field);
    field.addEventListener("keydown", (event) => event.key === "Enter" && add());
    const said = textElement("span", "", textElement("b", "", "Window "), text);
    return textElement("div", "cam1d-line", said, clear, field, button("Add note", "add the note", add));
  }

  private addNote(field: HTMLInputElement): void {
    const { choice, windows } = this.mark;
    const { annotations, chosen: window } = windows;
    const text = field.value.trim();
    field.value = "";
    if (text !== "" && window !== null) {
      this.mark.windows.annotate([...annotations, { instance: choice.instance, window, text }]);
    }
  }

  private noteLine(note: Annotation): HTMLElement {
    const { facts, windows } = this.mark;
    const { annotations } = windows;
    const remove = button("Remove", `remove the note ${note.text}`, () =>
      this.mark.windows.annotate(annotations.filter((other) => other !== note)),
    );
    const said = textElement(
      "span",
      "",
      textElement("b", "", "Note "),
      `${whereText(note.window, facts, startOf({ ...note, mean: null }, facts))}: ${note.text}`,
    );
    return textElement("div", "cam1d-line", said, remove);
  }

  private written: Window | null | undefined;

  private withoutIt(): HTMLElement {
    const { facts, hasKernel, choice, windows } = this.mark;
    const { answers, chosen } = windows;
    if (choice.mean) {
      return textElement(
        "div",
        "cam1d-note",
        "What becomes of the scores without this window is asked of one instance, not of a mean.",
      );
    }
    if (!facts.baseline || !hasKernel) {
      return textElement("div", "cam1d-note", needsModel("Scoring the series without this window"));
    }
    const { answer } = answers;
    if (answer?.name !== questionName(choice.instance, chosen!)) {
      return textElement("div", "cam1d-note", "asking the model …");
    }
    return answer.error ? textElement("div", "cam1d-note", answer.error) : this.table(answer);
  }

  private table(answer: Replaced): HTMLElement {
    const { facts, outputs, choice } = this.mark;
    const before = rowOf(outputs.probabilities ?? outputs.scores, choice.instance);
    const after = (outputs.probabilities && answer.probabilities) || answer.scores;
    const say = outputs.probabilities ? formatPercent : (value: number) => formatNumber(value);
    const explained = facts.targets[choice.target];
    const table = textElement("table", "cam1d-numbers");
    table.append(
      textElement(
        "caption",
        "",
        `With it replaced by ${facts.baseline}, the prediction is ${facts.class_names[argmax(after)]}`,
      ),
      headings("class", "before", "after", "score"),
      ...classesToTell(before, after, explained).map((target) => {
        const scores = rowOf(outputs.scores, choice.instance);
        const change = formatSigned(answer.scores[target] - scores[target]);
        return line(
          facts.class_names[target] + (target === explained ? " (explained)" : ""),
          say(before[target]),
          say(after[target]),
          change,
        );
      }),
    );
    return table;
  }
}

/** The explained class, and the likeliest before and after. */
function classesToTell(before: number[], after: number[], explained: number): number[] {
  const likely = before
    .map((_, target) => target)
    .sort((one, other) => Math.max(before[other], after[other]) - Math.max(before[one], after[one]));
  return [...new Set([explained, ...likely])].filter((target) => target < before.length).slice(0, TOLD);
}

function headings(...texts: string[]): HTMLElement {
  const row = document.createElement("tr");
  row.append(...texts.map((text) => scoped("col", text)));
  return row;
}

function line(name: string, ...cells: string[]): HTMLElement {
  const row = document.createElement("tr");
  row.append(scoped("row", name), ...cells.map((text) => textElement("td", "", text)));
  return row;
}

function scoped(scope: string, text: string): HTMLElement {
  const cell = textElement("th", "", text);
  cell.setAttribute("scope", scope);
  return cell;
}
