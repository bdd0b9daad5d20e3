import { html, nothing, type TemplateResult } from "lit-html";
import {
  type Checks,
  checksOf,
  type DeletionCurves,
  type Finding,
  fillsOf,
  hasCurves,
  levelStyle,
} from "../../core/picture/checks.js";
import { classNamed } from "../../core/picture/facts.js";
import { mapName } from "../../core/text/describe.js";
import { select } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";
import { CHECKS } from "../../mark/check_runner.js";
import { jobRow } from "../job_row.js";
import { checksPlot } from "./plot.js";

const WHAT =
  "Does the map add up to the score, find what the score depends on, change with the class and with randomized weights, and agree with other methods? This takes some seconds.";

const WHAT_HERE =
  "Does the map add up to the score, find what the score depends on, and change with the class? Checks with other networks and methods need Python.";

const OF_ORIGINAL = "The checks are those of the original series, not of the edited one.";

/** Checks of the current map: not run, running, or finished. */
export function checksPanel(mark: ChannelStackModel): TemplateResult {
  const { jobs } = mark;
  const name = checksName(mark);
  const result = jobs.result(name);
  const fills = result ? fillsOf(result) : fillsToChoose(mark);
  const chosen = mark.checks.current.fill;
  const fill = fills.includes(chosen) ? chosen : fills[0];
  const checks = result && checksOf(result, fill);
  const announced = checks?.verdict ?? (jobs.running ? "checking" : (jobs.fault(name) ?? ""));
  // A live region must exist before its text changes.
  return html`<div class="cam1d-checks" tabindex="-1">
    ${fillLine(mark, fills, fill, checks !== null || jobs.offers(CHECKS))}
    ${mark.choice.edited === undefined ? nothing : html`<div class="cam1d-note">${OF_ORIGINAL}</div>`}
    <div>${checks ? report(checks, fill, mark) : unchecked(mark, name)}</div>
    <div class="cam1d-announced" role="status">${announced}</div>
  </div>`;
}

/** A page computes with one replacement value. */
const fillsToChoose = ({ hasKernel, checks: { current } }: ChannelStackModel): readonly string[] =>
  hasKernel ? current.fills : current.fills.slice(0, 1);

function fillLine(
  { checks, cid }: ChannelStackModel,
  fills: readonly string[],
  fill: string,
  offered: boolean,
): TemplateResult {
  const names = Object.fromEntries(fills.map((name) => [name, name]));
  const note = `cam1d-fill-${cid}`;
  return html`<div class="cam1d-line cam1d-fill" ?hidden=${fills.length === 0 || !offered}>
    ${select("Fill", names, fill, (fill) => checks.change({ fill }), { describedBy: note })}
    <span class="cam1d-note" id=${note}
      >replaces removed segments; the verdict depends on it</span
    >
  </div>`;
}

/** Name of the job, independent of the numbering of instances in a saved page. */
function checksName(mark: ChannelStackModel): string {
  const { method, instance, target } = which(mark);
  return `${CHECKS}/${method}/${instance}/${target}`;
}

function which({ facts, choice }: ChannelStackModel) {
  const { method, instance, target } = choice;
  return { method: facts.methods[method].label, instance: facts.instances[instance], target: facts.targets[target] };
}

function unchecked(mark: ChannelStackModel, name: string): TemplateResult {
  const { jobs } = mark;
  const fault = jobs.running ? null : jobs.fault(name);
  const words = {
    label: "Check this map",
    name: "Check this map: how far can it be trusted",
    cancel: "cancel the running computation",
    task: "Checking this map",
    note: jobs.offers(CHECKS) ? (mark.hasKernel ? WHAT : WHAT_HERE) : "",
  };
  return html`
    ${fault ? html`<div class="cam1d-bad">${fault}</div>` : nothing}
    ${jobRow(mark, { name, kind: CHECKS, args: which(mark) }, words, jobs.running && { ...jobs.running, text: progressText(mark) })}
  `;
}

function progressText(mark: ChannelStackModel): string {
  const { name, text } = mark.jobs.running!;
  return name === checksName(mark) ? text || "starting" : `another computation is running: ${text}`;
}

function report({ verdict, level, findings, deletion }: Checks, fill: string, mark: ChannelStackModel): TemplateResult {
  const { facts, choice } = mark;
  const map = `${mapName({ ...choice, against: null }, facts)}, ${classNamed(facts.class_names[facts.targets[choice.target]])}, index ${facts.instances[choice.instance]}`;
  return html`
    <div class="cam1d-verdict ${levelStyle(level)}">${verdict}</div>
    <div class="cam1d-found">
      <table class="cam1d-findings">
        <caption>${map}; fill: ${fill}</caption>
        ${findings.map(row)}
      </table>
      ${hasCurves(deletion) ? plotted(deletion) : nothing}
    </div>
  `;
}

const plotted = (deletion: DeletionCurves): TemplateResult => html`<figure class="cam1d-plotted">
  <div class="cam1d-method">${deletion.measure} of the class</div>
  ${checksPlot(deletion)}
  <figcaption>${key("cam1d-curve", "this map")}${key("cam1d-random", "random orders, with their 90 % band")}</figcaption>
</figure>`;

const key = (name: string, text: string): TemplateResult => html`<span><i class="cam1d-key ${name}"></i>${text}</span>`;

const SIGNS = {
  true: ["✓", "passed", "cam1d-right"],
  false: ["✗", "failed", "cam1d-wrong"],
  null: ["–", "not checked", "cam1d-note"],
};

function row({ name, passed, text }: Finding): TemplateResult {
  const [sign, label, style] = SIGNS[String(passed) as keyof typeof SIGNS];
  return html`<tr>
    <td><span class=${style} role="img" aria-label=${label}>${sign}</span></td>
    <th scope="row">${name}</th>
    <td>${text}</td>
  </tr>`;
}
