import { html, nothing, type TemplateResult } from "lit-html";
import type { ExportSheet } from "../../core/draw/export_sheet.js";
import { csvOf } from "../../core/text/csv.js";
import { button, group, number } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { download, exportPng, exportSvg, type Paper } from "../../mark/export_file.js";
import { exportSheet } from "../../mark/export_sheet.js";
import { jobRow } from "../job_row.js";

/** Kinds and names of the jobs that write a page and draw a PDF in the kernel. */
const PAGE = "page";
const PDF = "pdf";

const papers = new WeakMap<ChannelStackModel, Paper>();
const paperOf = (mark: ChannelStackModel): Paper => papers.get(mark) ?? { width: null, dpi: 300 };

/** Files of the current picture and its numbers, and a page that contains the widget. */
export function savePanel(mark: ChannelStackModel): TemplateResult {
  const { picture, facts, status, jobs } = mark;
  const written = jobs.result(PAGE)?.content as { text: string } | undefined;
  const drawn = picture && mark.viewAt(null) && status === "ready";
  return html`
    ${drawn ? [plotGroup(mark), numbersGroup(() => csvOf(picture, facts), fileName(mark))] : html`<span>no plot yet</span>`}
    ${mark.link.offered ? linkGroup(mark) : nothing}
    ${jobs.offers(PAGE) ? group("widget", pageRow(mark)) : nothing}
    <div class="cam1d-note" role="status">${jobs.running ? "" : (jobs.fault(PDF) ?? jobs.fault(PAGE) ?? written?.text ?? "")}</div>
  `;
}

const linkGroup = ({ link }: ChannelStackModel): TemplateResult =>
  group(
    "link",
    button("Copy link", "Copy link to instance, class, method, zoom, window, edits and open panel", () => link.copy()),
  );

function plotGroup(mark: ChannelStackModel): TemplateResult {
  const paper = paperOf(mark);
  const name = fileName(mark);
  const change = (changes: Partial<Paper>): void => {
    papers.set(mark, { ...paperOf(mark), ...changes });
  };
  const png = async (event: Event): Promise<void> =>
    download(await exportPng(sheetAt(event, mark), paperOf(mark)), `${name}.png`, "image/png");
  const svg = (event: Event): void =>
    download(exportSvg(sheetAt(event, mark), paperOf(mark)), `${name}.svg`, "image/svg+xml");
  return group(
    "plot",
    button("PNG", "plot as PNG", png),
    button("SVG", "plot as SVG", svg),
    mark.jobs.offers(PDF) ? button("PDF", "plot as PDF, drawn by matplotlib", () => savePdf(mark, name)) : nothing,
    number(
      "width (mm)",
      { min: 20, max: 2000, step: "any" },
      paper.width ?? Number.NaN,
      (width) => change({ width: Number.isNaN(width) ? null : width }),
      { optional: true },
    ),
    number("dpi", { min: 20, max: 2400, step: 1 }, paper.dpi, (dpi) => change({ dpi })),
  );
}

function savePdf(mark: ChannelStackModel, name: string): void {
  const { jobs } = mark;
  const look = (): void => {
    const result = jobs.result(PDF);
    if (result) {
      jobs.forget(PDF);
      const bytes = Uint8Array.from(atob(result.content.file), (letter) => letter.charCodeAt(0));
      download(bytes, `${name}.pdf`, "application/pdf");
    }
    if (result || jobs.fault(PDF)) {
      jobs.off("job", look);
    }
  };
  jobs.on("job", look);
  const { width } = paperOf(mark);
  jobs.start(PDF, PDF, width === null ? {} : { width });
}

/** The pictures of the viewer whose button was pressed. */
function sheetAt({ target }: Event, mark: ChannelStackModel): ExportSheet {
  const pictures = [mark.picture!, ...(mark.pinned?.picture ? [mark.pinned.picture] : [])];
  return exportSheet(mark, mark.viewAt(target as Element)!, pictures, paperOf(mark));
}

const numbersGroup = (csv: () => string, name: string): TemplateResult =>
  group(
    "numbers",
    button("CSV", "numbers as CSV", () => download(csv(), `${name}.csv`, "text/csv")),
  );

/** Button that writes a page next to the notebook, and its progress. */
function pageRow(mark: ChannelStackModel): TemplateResult {
  const words = {
    label: "Page (HTML)",
    name: "widget as a page, HTML",
    cancel: "cancel the page",
    task: "Writing a page",
    note: "one file that works without a kernel",
  };
  return jobRow(mark, { name: PAGE, kind: PAGE, args: {} }, words);
}

function fileName({ facts, choice }: ChannelStackModel): string {
  const parts = [facts.methods[choice.method].label, facts.class_names[facts.targets[choice.target]]];
  const plain = parts.map((part) =>
    part
      .replace(/[^\p{L}\p{N}]+/gu, "_")
      .replace(/^_|_$/g, "")
      .slice(0, 40),
  );
  const edited = choice.edited === undefined ? [] : ["edited"];
  return [...plain, facts.instances[choice.instance], ...edited].join("-");
}
