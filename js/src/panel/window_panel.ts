import { argmax, rowOf } from "../core/facts.js";
import { formatNumber, formatPercent, formatSigned } from "../core/numbers.js";
import { windowText } from "../core/window.js";
import { type Replaced, questionName } from "../mark/model_answers.js";
import { button } from "./fields.js";
import { PanelModel, PanelView, textElement } from "./panel.js";

export class WindowPanelModel extends PanelModel {
  defaults() {
    return { ...super.defaults(), _model_name: "WindowPanelModel", _view_name: "WindowPanelView" };
  }
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
    const { window, picture, facts, status } = this.mark;
    this.el.hidden = window === null || picture === null || status !== "ready";
    if (this.el.hidden) {
      return;
    }
    const clear = button("Clear", "clear the window", () => this.mark.chooseWindow(null, true));
    const said = textElement("span", "", textElement("b", "", "Window "), windowText(window!, picture!, facts));
    this.el.replaceChildren(textElement("div", "cam1d-line", said, clear), this.withoutIt());
  }

  private withoutIt(): HTMLElement {
    const { facts, answers, asksPython, choice, window } = this.mark;
    if (!facts.baseline || !asksPython) {
      return textElement("div", "cam1d-note", "What becomes of the scores without this window, the model must say: that needs a kernel, and a widget made of a model.");
    }
    const { answer } = answers;
    if (answer?.name !== questionName(choice.instance, window!)) {
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
      textElement("caption", "", `With it replaced by ${facts.baseline}, the prediction is ${facts.class_names[argmax(after)]}`),
      headings("class", "before", "after", "score"),
      ...classesToTell(before, after, explained).map((target) => {
        const scores = rowOf(outputs.scores, choice.instance);
        const change = formatSigned(answer.scores[target] - scores[target]);
        return line(facts.class_names[target] + (target === explained ? " (explained)" : ""), say(before[target]), say(after[target]), change);
      }),
    );
    return table;
  }
}

/** The explained class, and the likeliest before and after. */
function classesToTell(before: number[], after: number[], explained: number): number[] {
  const likely = before.map((_, target) => target).sort((one, other) => Math.max(before[other], after[other]) - Math.max(before[one], after[one]));
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
