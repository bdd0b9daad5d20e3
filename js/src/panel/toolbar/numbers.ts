import { classNamed } from "../../core/picture/facts.js";
import { mapName } from "../../core/text/describe.js";
import { HEADINGS, numbersOf } from "../../core/text/numbers_table.js";
import { textElement } from "../../dom/text_element.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** The picture as a table, for those who do not see it and those who want it exactly. */
export function numbersPanel({ picture, facts, status }: ChannelStackModel): HTMLElement[] {
  if (!picture || status !== "ready") {
    return [textElement("span", "", "no picture is there yet")];
  }
  const table = textElement("table", "cam1d-numbers");
  const { choice } = picture;
  const label = `${mapName(choice, facts)}, ${classNamed(facts.class_names[facts.targets[choice.target]])}, instance ${facts.instances[choice.instance]}`;
  table.append(textElement("caption", "", label), line("th", HEADINGS));
  table.append(...numbersOf(picture, facts).map((cells) => line("td", cells)));
  const scrolled = textElement("div", "cam1d-scrolled", table);
  // What scrolls must be reached by keys.
  scrolled.tabIndex = 0;
  scrolled.setAttribute("role", "region");
  scrolled.setAttribute("aria-label", "numbers of the picture");
  return [scrolled];
}

function line(tag: "th" | "td", cells: string[]): HTMLElement {
  const row = document.createElement("tr");
  row.append(
    ...cells.map((text, place) => cell(place === 0 || tag === "th" ? "th" : "td", tag === "th" ? "col" : "row", text)),
  );
  return row;
}

function cell(tag: string, scope: string, text: string): HTMLElement {
  const element = textElement(tag, "", text);
  if (tag === "th") {
    element.setAttribute("scope", scope);
  }
  return element;
}
