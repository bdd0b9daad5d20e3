import { html, type TemplateResult } from "lit-html";
import { classNamed } from "../../core/picture/facts.js";
import { indexText, mapName } from "../../core/text/describe.js";
import { numbersOf } from "../../core/text/numbers_table.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** The picture as a table. */
export function numbersPanel({ picture, facts, status }: ChannelStackModel): TemplateResult {
  if (!picture || status !== "ready") {
    return html`<span>no plot yet</span>`;
  }
  const { choice } = picture;
  const { headings, lines } = numbersOf(picture, facts);
  const label = `${mapName(choice, facts)}, ${classNamed(facts.class_names[facts.targets[choice.target]])}, ${indexText(choice, facts)}`;
  // Scrollable regions must be focusable.
  return html`<div class="cam1d-scrolled" tabindex="0" role="region" aria-label="numbers of the plot">
    <table class="cam1d-numbers">
      <caption>${label}</caption>
      ${html`<tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr>`}
      ${lines.map(line)}
    </table>
  </div>`;
}

const line = ([name, ...cells]: string[]): TemplateResult =>
  html`<tr><th scope="row">${name}</th>${cells.map((text) => html`<td>${text}</td>`)}</tr>`;
