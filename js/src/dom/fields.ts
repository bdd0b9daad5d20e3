import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { elided } from "../core/text/elided.js";

/** Native form elements, which bring keyboard control and screen reader support. */

/** Options of a native menu, as [value, text]. */
export const options = (entries: readonly (readonly [string, string])[], chosen: string): TemplateResult[] =>
  entries.map(([value, text]) => html`<option .value=${value} .selected=${live(value === chosen)}>${text}</option>`);

/** Maximum length of an entry: a name is shortened in its middle, and is the title of the menu. */
const LENGTH = 32;

interface Extras {
  readonly hidden?: boolean;
  /** Id of the element that describes the field. */
  readonly describedBy?: string;
  /** Whether the field of a number may be empty, which is NaN. */
  readonly optional?: boolean;
}

export function select<Value extends string>(
  name: string,
  entries: Record<Value, string>,
  value: Value,
  changed: (value: Value) => void,
  { hidden = false, describedBy }: Extras = {},
): TemplateResult {
  const change = (event: Event): void => changed((event.target as HTMLSelectElement).value as Value);
  const texts = Object.values<string>(entries);
  const choices = options(
    Object.entries<string>(entries).map(([key, text]) => [key, elided(text, LENGTH, texts)]),
    value,
  );
  return html`<label ?hidden=${hidden}
    ><span>${name}</span><select title=${entries[value] ?? ""} aria-describedby=${describedBy ?? nothing} @change=${change}>${choices}</select></label
  >`;
}

export interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly step: number | "any";
}

export function number(
  name: string,
  { min, max, step }: Bounds,
  value: number,
  changed: (value: number) => unknown,
  { hidden = false, optional = false }: Extras = {},
): TemplateResult {
  const change = ({ target }: Event): void => {
    const field = target as HTMLInputElement;
    const wanted = Number.isNaN(field.valueAsNumber) && !optional ? value : field.valueAsNumber;
    const inside = Math.min(max ?? Infinity, Math.max(min, wanted));
    field.value = text(inside);
    changed(inside);
  };
  return html`<label ?hidden=${hidden}
    ><span>${name}</span
    ><input type="number" min=${min} max=${max ?? nothing} step=${step} .value=${text(value)} @change=${change}
  /></label>`;
}

/** NaN is an empty field. */
const text = (value: number): string => (Number.isNaN(value) ? "" : String(value));

/** A checkbox; its text may be shorter than its name. */
export const checkbox = (
  name: string,
  value: boolean,
  changed: (value: boolean) => void,
  text = name,
): TemplateResult =>
  html`<label class="cam1d-check" title=${text === name ? nothing : name}
    ><span>${text}</span
    ><input
      type="checkbox"
      aria-label=${text === name ? nothing : name}
      .checked=${live(value)}
      @change=${({ target }: Event) => changed((target as HTMLInputElement).checked)}
  /></label>`;

/** A button with a short label and an accessible name. */
export const button = (text: string, name: string, pressed: (event: Event) => void, atEnd = false): TemplateResult =>
  // A disabled button would lose the focus.
  html`<button type="button" title=${name} aria-label=${name} aria-disabled=${atEnd ? "true" : nothing} @click=${pressed}>${text}</button>`;

export const group = (name: string, ...fields: unknown[]): TemplateResult =>
  html`<fieldset><legend>${name}</legend>${fields}</fieldset>`;
