import { html, type TemplateResult } from "lit-html";
import { KEYS, MOUSE } from "../../core/text/keys.js";
import { group } from "../../dom/fields.js";

/** Keyboard and mouse controls. */
export const helpPanel = (): TemplateResult => html`${group("keys", listOf(KEYS))}${group("mouse", listOf(MOUSE))}`;

const listOf = (entries: readonly [string, string][]): TemplateResult => html`<dl class="cam1d-help">
  ${entries.map(([key, does]) => html`<div><dt>${key}</dt><dd>${does}</dd></div>`)}
</dl>`;
