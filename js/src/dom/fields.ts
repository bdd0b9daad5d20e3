import { textElement } from "./text_element.js";

/** A form's parts: native elements, so that keys, names and screen readers work as everywhere. */

export function select<Value extends string>(
  name: string,
  options: Record<Value, string>,
  value: Value,
  changed: (value: Value) => void,
): HTMLElement {
  const menu = document.createElement("select");
  (Object.entries(options) as [Value, string][]).forEach(([key, text]) => menu.append(new Option(text, key)));
  menu.value = value;
  menu.addEventListener("change", () => changed(menu.value as Value));
  return labelled(name, menu);
}

export interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly step: number | "any";
}

export function number(name: string, bounds: Bounds, value: number, changed: (value: number) => void): HTMLElement {
  const field = document.createElement("input");
  field.type = "number";
  Object.entries(bounds).forEach(([bound, limit]) => field.setAttribute(bound, String(limit)));
  field.value = String(value);
  field.addEventListener("change", () => {
    const wanted = field.valueAsNumber;
    const inside = Math.min(bounds.max ?? Infinity, Math.max(bounds.min, Number.isNaN(wanted) ? value : wanted));
    field.value = String(inside);
    changed(inside);
  });
  return labelled(name, field);
}

export function checkbox(name: string, value: boolean, changed: (value: boolean) => void): HTMLElement {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = value;
  box.addEventListener("change", () => changed(box.checked));
  const label = labelled(name, box);
  label.classList.add("cam1d-check");
  return label;
}

export function button(text: string, name: string, pressed: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.title = name;
  element.setAttribute("aria-label", name);
  element.addEventListener("click", pressed);
  return element;
}

export function group(name: string, ...fields: HTMLElement[]): HTMLElement {
  const set = document.createElement("fieldset");
  set.append(textElement("legend", "", name), ...fields);
  return set;
}

function labelled(name: string, field: HTMLElement): HTMLElement {
  const label = document.createElement("label");
  label.append(textElement("span", "", name), field);
  return label;
}
