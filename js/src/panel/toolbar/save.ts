import { csvOf } from "../../core/text/csv.js";
import { button, group } from "../../dom/fields.js";
import { textElement } from "../../dom/text_element.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { download, sheetPng, sheetSvg } from "../../mark/export_file.js";

/** The picture on show, and its numbers, as files. */
export function savePanel(mark: ChannelStackModel): HTMLElement[] {
  const { picture, facts, status } = mark;
  const sheet = mark.sheet();
  if (!picture || !sheet || status !== "ready") {
    return [textElement("span", "", "no picture is there yet")];
  }
  const name = fileName(mark);
  return [
    group(
      "picture",
      button("PNG", "the picture as PNG", () =>
        sheetPng(sheet).then((blob) => download(blob, `${name}.png`, "image/png")),
      ),
      button("SVG", "the picture as SVG", () => download(sheetSvg(sheet), `${name}.svg`, "image/svg+xml")),
    ),
    group(
      "numbers",
      button("CSV", "the numbers as CSV", () => download(csvOf(picture, facts), `${name}.csv`, "text/csv")),
    ),
  ];
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
