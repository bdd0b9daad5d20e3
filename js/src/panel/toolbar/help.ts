import { KEYS, MOUSE } from "../../core/text/keys.js";
import { group } from "../../dom/fields.js";
import { textElement } from "../../dom/text_element.js";

/** What keys and mouse do. */
export function helpPanel(): HTMLElement[] {
  return [group("keys", listOf(KEYS)), group("mouse", listOf(MOUSE))];
}

function listOf(entries: readonly [string, string][]): HTMLElement {
  const list = textElement("dl", "cam1d-help");
  entries.forEach(([key, does]) => {
    list.append(textElement("div", "", textElement("dt", "", key), textElement("dd", "", does)));
  });
  return list;
}
