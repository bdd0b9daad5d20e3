import { html, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { MethodFacts } from "../core/picture/facts.js";
import { familiesOf, methodText } from "../core/picture/families.js";
import { MenuView } from "./menu.js";

/** Method menu in the order of the slider: by family, each with its exactness, and with its time if that is long. */
export class MethodMenuView extends MenuView {
  protected content(): TemplateResult {
    const { mark } = this;
    const { facts, choice, hasKernel } = mark;
    const change = ({ target }: Event): void => mark.choose({ method: Number((target as HTMLSelectElement).value) });
    const text = (method: MethodFacts): string => methodText(method, hasKernel);
    const option = (place: number): TemplateResult => {
      const whole = text(facts.methods[place]);
      const current = place === choice.method;
      return html`<option .value=${String(place)} .selected=${live(current)}>${current ? this.fitted(whole, { name: facts.methods[place].label }) : whole}</option>`;
    };
    return html`<select title=${text(facts.methods[choice.method])} ?disabled=${facts.methods.length < 2} @change=${change}>
      ${familiesOf(facts.methods).map(({ family, places }) =>
        family === "" ? places.map(option) : html`<optgroup label=${family}>${places.map(option)}</optgroup>`,
      )}
    </select>`;
  }
}
