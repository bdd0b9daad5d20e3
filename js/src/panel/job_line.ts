import { needsModel } from "../core/text/needs_model.js";
import { button } from "../dom/fields.js";
import { textElement } from "../dom/text_element.js";
import type { JobsModel } from "../synced/JobsModel.js";

/** What long work is asked for: its name, its kind, and with what. */
export interface Wanted {
  readonly name: string;
  readonly kind: string;
  readonly args: Record<string, string | number>;
}

const begun = new WeakMap<JobsModel, Set<string>>();

/** Begins quick work as soon as its result is looked for; what was stopped is not begun again unasked. */
export function startOnce(jobs: JobsModel, { name, kind, args }: Wanted): void {
  const names = begun.get(jobs) ?? new Set();
  begun.set(jobs, names);
  if (!names.has(name) && jobs.offers(kind) && !jobs.running && !jobs.result(name)) {
    names.add(name);
    jobs.start(name, kind, args);
  }
}

/** Where long work is: how far, with a button that stops it; what went wrong; or a button that starts it. */
export function jobLine(jobs: JobsModel, { name, kind, args }: Wanted, label: string, task: string): HTMLElement {
  const { running } = jobs;
  const line = textElement("div", "cam1d-line");
  if (running?.name === name) {
    const bar = document.createElement("progress");
    [bar.max, bar.value] = [1, running.done];
    bar.setAttribute("aria-label", label);
    line.dataset.job = name;
    line.append(
      bar,
      textElement("span", "cam1d-note", running.text),
      button("Cancel", `cancel: ${label}`, () => jobs.cancel()),
    );
    return line;
  }
  const fault = jobs.fault(name);
  line.append(...(fault ? [textElement("span", "cam1d-note", fault)] : []));
  const offered = jobs.offers(kind);
  line.append(
    offered
      ? button(label, label, () => jobs.start(name, kind, args))
      : textElement("span", "cam1d-note", fault ? "" : needsModel(task)),
  );
  return line;
}

/** Tells how far it is where a line says so already: its button stays under the hand. False where none does. */
export function jobGoesOn(jobs: JobsModel, place: HTMLElement): boolean {
  const { running } = jobs;
  const lines = Array.from(place.querySelectorAll<HTMLElement>("[data-job]"));
  const line = lines.find(({ dataset }) => dataset.job === running?.name);
  if (!running || !line) {
    return false;
  }
  line.querySelector("progress")!.value = running.done;
  line.querySelector("span")!.textContent = running.text;
  return true;
}
