import { verdict } from "../core/text/describe.js";
import { button } from "../dom/fields.js";
import { nameSliders } from "../dom/slider_names.js";
import { textElement } from "../dom/text_element.js";
import { PanelModel, PanelView } from "./panel.js";

export class SummaryModel extends PanelModel {
  static model_name = "SummaryModel";
  static view_name = "SummaryView";
}

/** Above the picture: which instance, what it is, what the classifier says, and which class is explained. */
export class SummaryView extends PanelView {
  render(): void {
    super.render();
    this.el.classList.add("cam1d-summary");
    this.el.setAttribute("role", "status");
    this.listenTo(this.mark, "change:stale", this.write);
    this.displayed.then(() => (this.naming = nameSliders(this.el)));
  }

  write(): void {
    const { instance, truth, predicted, explained, right } = verdict(
      this.mark.choice,
      this.mark.facts,
      this.mark.outputs,
    );
    const said = [textElement("span", "cam1d-title", instance)];
    if (truth !== null) {
      said.push(term("true", truth));
    }
    if (predicted !== null) {
      const prediction = term("predicted", predicted);
      if (right !== null) {
        prediction.append(textElement("span", right ? "cam1d-right" : "cam1d-wrong", right ? "✓ right" : "✗ wrong"));
      }
      said.push(prediction);
    }
    said.push(term("explained", explained));
    this.el.replaceChildren(...this.stale(), ...said);
  }

  /** Message that the model has changed, with a button to update. */
  private stale(): HTMLElement[] {
    const { stale, hasKernel } = this.mark;
    if (!stale) {
      return [];
    }
    const update = button("Update", "update scores and maps to the model as it is now", () => {
      // The button is removed after the update: keep the keyboard focus in the panel.
      this.el.tabIndex = -1;
      this.el.focus();
      update.disabled = true;
      update.textContent = "Updating …";
      this.mark.update();
    });
    const line = textElement("div", "cam1d-toolbar cam1d-stale", textElement("span", "", stale));
    line.append(...(hasKernel ? [update] : []));
    return [line];
  }

  remove(): void {
    this.naming?.disconnect();
    super.remove();
  }

  private naming: MutationObserver | undefined;
}

function term(name: string, value: string): HTMLElement {
  return textElement("span", "", textElement("span", "cam1d-term", name), textElement("span", "cam1d-value", value));
}
