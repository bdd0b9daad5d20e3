import { html, type TemplateResult } from "lit-html";
import { csvOf } from "../../core/text/csv.js";
import { button, group } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { download, exportPng, exportSvg } from "../../mark/export_file.js";

/** Files of the current picture and its numbers. */
export function savePanel(mark: ChannelStackModel): TemplateResult {
  const { picture, facts, status } = mark;
  if (!picture || !mark.exportSheet() || status !== "ready") {
    return html`<span>no plot yet</span>`;
  }
  const name = fileName(mark);
  const png = async () => download(await exportPng(mark.exportSheet()!), `${name}.png`, "image/png");
  const svg = () => download(exportSvg(mark.exportSheet()!), `${name}.svg`, "image/svg+xml");
  const csv = () => download(csvOf(picture, facts), `${name}.csv`, "text/csv");
  return html`
    ${group("plot", button("PNG", "plot as PNG", png), button("SVG", "plot as SVG", svg))}
    ${group("numbers", button("CSV", "numbers as CSV", csv))}
  `;
}

function fileName({ facts, choice }: ChannelStackModel): string {
  const parts = [facts.methods[choice.method].label, facts.class_names[facts.targets[choice.target]]];
  const plain = parts.map((part) =>
    part
      .replace(/[^\p{L}\p{N}]+/gu, "_")
      .replace(/^_|_$/g, "")
      .slice(0, 40),
  );
  return [...plain, facts.instances[choice.instance]].join("-");
}
