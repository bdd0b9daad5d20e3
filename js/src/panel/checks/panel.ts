import {
  type Checks,
  checksOf,
  type DeletionCurves,
  type Finding,
  hasCurves,
  levelStyle,
} from "../../core/picture/checks.js";
import { classNamed } from "../../core/picture/facts.js";
import { mapName } from "../../core/text/describe.js";
import { needsModel } from "../../core/text/needs_model.js";
import { button, select } from "../../dom/fields.js";
import { textElement } from "../../dom/text_element.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { checksPlot } from "./plot.js";

export const CHECKS = "checks";

let panels = 0;

/** How far the map on show can be believed: asked for, under way, or found. */
export class ChecksPanel {
  readonly element = textElement("div", "cam1d-checks");
  private readonly fill: HTMLElement;
  private readonly body = textElement("div", "");
  /** What is read aloud; it must be there before something is said. */
  private readonly told = textElement("div", "cam1d-told");
  private written = "";

  constructor(private readonly mark: ChannelStackModel) {
    this.told.setAttribute("role", "status");
    this.element.tabIndex = -1;
    this.fill = fillLine(this.mark);
    this.element.append(this.fill, this.body, this.told);
  }

  /** Made anew only where something else is to be said, so that no button is taken from under a hand. */
  write(): void {
    const { jobs } = this.mark;
    const { fill, fills } = this.mark.checks.current;
    const name = checksName(this.mark);
    const result = jobs.result(name);
    this.fill.hidden = fills.length === 0 || !(result || jobs.offers(CHECKS));
    this.fill.querySelector("select")!.value = fill;
    const state = result
      ? `found ${fill}`
      : jobs.running
        ? `busy ${jobs.running.name}`
        : `ask ${jobs.offers(CHECKS)} ${jobs.fault(name)}`;
    if (this.written !== `${name} ${state}`) {
      this.written = `${name} ${state}`;
      const checks = result && checksOf(result, fill);
      this.show(checks ? found(checks, this.mark) : jobs.running ? underWay(this.mark) : toAskFor(this.mark, name));
      this.told.textContent = checks?.verdict ?? (jobs.running ? "checking" : (jobs.fault(name) ?? ""));
    } else if (!result && jobs.running) {
      this.body.querySelector("progress")!.value = jobs.running.done;
      this.body.querySelector(".cam1d-note")!.textContent = progressText(this.mark);
    }
  }

  private show(content: HTMLElement[]): void {
    const held = this.element.contains(document.activeElement) && !this.fill.contains(document.activeElement);
    this.body.replaceChildren(...content);
    if (held) {
      (this.body.querySelector("button") ?? this.element).focus();
    }
  }
}

/** It stays while all else is written anew, so that arrow keys go on through its entries. */
function fillLine({ checks }: ChannelStackModel): HTMLElement {
  const { fill, fills } = checks.current;
  const names = Object.fromEntries(fills.map((name) => [name, name]));
  const menu = select("Fill", names, fill, (fill) => checks.change({ fill }));
  const note = textElement(
    "span",
    "cam1d-note",
    "stands where pieces of the series are taken away; the verdict holds for it",
  );
  note.id = `cam1d-fill-${++panels}`;
  menu.querySelector("select")!.setAttribute("aria-describedby", note.id);
  return textElement("div", "cam1d-line cam1d-fill", menu, note);
}

/** By names that are the same in a saved page, which numbers its instances anew. */
function checksName(mark: ChannelStackModel): string {
  const { method, instance, target } = which(mark);
  return `${CHECKS}/${method}/${instance}/${target}`;
}

function which({ facts, choice }: ChannelStackModel) {
  const { method, instance, target } = choice;
  return { method: facts.methods[method].label, instance: facts.instances[instance], target: facts.targets[target] };
}

function toAskFor(mark: ChannelStackModel, name: string): HTMLElement[] {
  const { jobs } = mark;
  const fault = jobs.fault(name);
  const told = fault ? [line("cam1d-bad", fault)] : [];
  if (!jobs.offers(CHECKS)) {
    return [...told, line("cam1d-note", needsModel("Checking this map"))];
  }
  const what =
    "Does it add up, find what the score needs, change with the class and when the network is destroyed, and agree with other methods? This takes some seconds.";
  const start = button("Check this map", "check how far this map can be believed", () =>
    jobs.start(name, CHECKS, which(mark)),
  );
  return [...told, textElement("div", "cam1d-line", start, textElement("span", "cam1d-note", what))];
}

function underWay(mark: ChannelStackModel): HTMLElement[] {
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = mark.jobs.running!.done;
  bar.setAttribute("aria-label", "progress of the checks");
  const cancel = button("Cancel", "cancel what is being computed", () => mark.jobs.cancel());
  return [textElement("div", "cam1d-line", bar, cancel, textElement("span", "cam1d-note", progressText(mark)))];
}

function progressText(mark: ChannelStackModel): string {
  const { name, text } = mark.jobs.running!;
  return name === checksName(mark) ? text || "beginning" : `something else is being computed: ${text}`;
}

function found({ verdict, level, findings, deletion }: Checks, mark: ChannelStackModel): HTMLElement[] {
  const { facts, choice } = mark;
  const told = line(`cam1d-verdict ${levelStyle(level)}`, verdict);
  const table = textElement("table", "cam1d-findings");
  const map = `${mapName({ ...choice, against: null }, facts)}, ${classNamed(facts.class_names[facts.targets[choice.target]])}, instance ${facts.instances[choice.instance]}`;
  const of = textElement("caption", "", `${map}; fill: ${mark.checks.current.fill}`);
  table.append(of, ...findings.map(row));
  return [told, textElement("div", "cam1d-found", table, ...(hasCurves(deletion) ? [plotted(deletion)] : []))];
}

function plotted(deletion: DeletionCurves): HTMLElement {
  const keys = textElement(
    "figcaption",
    "",
    key("cam1d-curve", "this map"),
    key("cam1d-random", "random orders, and 90 % of them"),
  );
  const title = textElement("div", "cam1d-method", `${deletion.measure} of the class`);
  const figure = textElement("figure", "cam1d-plotted", title);
  figure.append(checksPlot(deletion), keys);
  return figure;
}

const key = (name: string, text: string): HTMLElement =>
  textElement("span", "", textElement("i", `cam1d-key ${name}`), text);

const SIGNS = {
  true: ["✓", "survived", "cam1d-right"],
  false: ["✗", "not survived", "cam1d-wrong"],
  null: ["–", "not checked", "cam1d-note"],
};

function row({ name, passed, text }: Finding): HTMLElement {
  const [sign, said, style] = SIGNS[String(passed) as keyof typeof SIGNS];
  const mark = textElement("span", style, sign);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", said);
  const head = textElement("th", "", name);
  head.setAttribute("scope", "row");
  const element = document.createElement("tr");
  element.append(textElement("td", "", mark), head, textElement("td", "", text));
  return element;
}

const line = (name: string, text: string): HTMLElement => textElement("div", name, text);
