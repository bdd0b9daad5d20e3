import { html, nothing, type TemplateResult } from "lit-html";
import { argmax, rowOf } from "../core/picture/facts.js";
import type { Annotation } from "../core/picture/window.js";
import { startOf } from "../core/text/clock.js";
import { needsModel } from "../core/text/needs_model.js";
import { formatNumber, formatPercent, formatSigned } from "../core/text/numbers.js";
import { whereText, windowText } from "../core/text/window_text.js";
import { button } from "../dom/fields.js";
import { type ScoresWithoutWindow, windowKey } from "../mark/window_scores.js";
import { PanelView } from "./panel.js";

/** Maximum number of classes, the explained one included. */
const MAXIMUM = 4;

/** The selected window, and scores without it. */
export class WindowPanelView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-toolbar", "cam1d-window");
    super.render();
    this.listenTo(this.mark, "window", this.refresh);
  }

  protected content(): TemplateResult {
    const { picture, facts, status, windows } = this.mark;
    const { chosen, notes } = windows;
    this.el.hidden = picture === null || status !== "ready" || (chosen === null && notes.length === 0);
    return html`
      ${chosen && !this.el.hidden ? html`${this.chosen(windowText(chosen, picture!, facts))}${this.withoutIt()}` : nothing}
      ${notes.map((note) => this.noteLine(note))}
    `;
  }

  private chosen(text: string): TemplateResult {
    const add = ({ currentTarget }: Event): void =>
      this.addNote((currentTarget as Element).parentElement!.querySelector("input")!);
    return html`<div class="cam1d-line"
      ><span><b>Window </b>${text}</span
      >${button("Clear", "clear the window", () => this.mark.windows.choose(null, true))}<input
        placeholder="note"
        aria-label="note on the window"
        @keydown=${(event: KeyboardEvent) => event.key === "Enter" && add(event)}
      />${button("Add note", "add the note", add)}</div
    >`;
  }

  private addNote(field: HTMLInputElement): void {
    const { choice, windows } = this.mark;
    const { annotations, chosen: window } = windows;
    const text = field.value.trim();
    field.value = "";
    if (text !== "" && window !== null) {
      windows.annotate([...annotations, { instance: choice.instance, window, text }]);
    }
  }

  private noteLine(note: Annotation): TemplateResult {
    const { facts, windows } = this.mark;
    const where = whereText(note.window, facts, startOf({ ...note, mean: null }, facts));
    const remove = (): void => windows.annotate(windows.annotations.filter((other) => other !== note));
    return html`<div class="cam1d-line"
      ><span><b>Note </b>${where}: ${note.text}</span>${button("Remove", `remove the note ${note.text}`, remove)}</div
    >`;
  }

  private withoutIt(): TemplateResult {
    const { choice, windows, engineAnswers, facts, hasKernel, edits } = this.mark;
    const { latest: answer } = windows.scores;
    if (choice.mean) {
      return note("Scores without this window are computed for single instances, not for means.");
    }
    if (choice.edited !== undefined) {
      return note("The series is edited. Flatten, in the panel Edit, scores it without this window.");
    }
    if (!windows.answered) {
      const again = facts.notebook && !hasKernel && edits.offered;
      return note(engineAnswers?.fault ?? needsModel("Scoring the series without this window", again));
    }
    if (answer?.name !== windowKey(choice.instance, windows.chosen!)) {
      return note("computing scores …");
    }
    return answer.error ? note(answer.error) : this.table(answer);
  }

  private table(answer: ScoresWithoutWindow): TemplateResult {
    const { facts, outputs, choice } = this.mark;
    const scores = rowOf(outputs.scores, choice.instance);
    const before = rowOf(outputs.probabilities ?? outputs.scores, choice.instance);
    const after = (outputs.probabilities && answer.probabilities) || answer.scores;
    const format = outputs.probabilities ? formatPercent : (value: number) => formatNumber(value);
    const explained = facts.targets[choice.target];
    const line = (target: number): TemplateResult => html`<tr>
      <th scope="row">${facts.class_names[target]}${target === explained ? " (explained)" : ""}</th>
      <td>${format(before[target])}</td>
      <td>${format(after[target])}</td>
      <td>${formatSigned(answer.scores[target] - scores[target])}</td>
    </tr>`;
    return html`<table class="cam1d-numbers">
      <caption>With the window replaced by ${facts.baseline}, the prediction is ${facts.class_names[argmax(after)]}</caption>
      ${HEADINGS}
      ${listedClasses(before, after, explained).map(line)}
    </table>`;
  }
}

const HEADINGS = html`<tr>
  ${["class", "before", "after", "Δ score"].map((heading) => html`<th scope="col">${heading}</th>`)}
</tr>`;

const note = (text: string): TemplateResult => html`<div class="cam1d-note">${text}</div>`;

/** The explained class, and those with the highest scores before and after. */
function listedClasses(before: number[], after: number[], explained: number): number[] {
  const likely = before
    .map((_, target) => target)
    .sort((one, other) => Math.max(before[other], after[other]) - Math.max(before[one], after[one]));
  return [...new Set([explained, ...likely])].filter((target) => target < before.length).slice(0, MAXIMUM);
}
