import { html, nothing, type TemplateResult } from "lit-html";
import { needsModel } from "../core/text/needs_model.js";
import { button } from "../dom/fields.js";
import type { ChannelStackModel } from "../mark/ChannelStackModel.js";
import type { JobsModel } from "../synced/JobsModel.js";

/** A job that a panel can start: its name, its kind and its arguments. */
export interface Job {
  readonly name: string;
  readonly kind: string;
  readonly args: Record<string, string | number>;
}

const begun = new WeakMap<JobsModel, Set<string>>();

/** Starts a quick job when its result is first needed; once only, so that a cancelled job is not restarted. */
export function startUnasked(jobs: JobsModel, { name, kind, args }: Job): void {
  const names = begun.get(jobs) ?? new Set();
  begun.set(jobs, names);
  if (!names.has(name) && jobs.offers(kind) && !jobs.running && !jobs.result(name)) {
    names.add(name);
    jobs.start(name, kind, args);
  }
}

interface Words {
  readonly label: string;
  /** Accessible name of the button. */
  readonly name?: string;
  readonly cancel?: string;
  /** Subject of the message shown if the job cannot be started. */
  readonly task: string;
  readonly note?: string;
}

/**
 * Button that starts a job. While it runs, the row shows its progress, and the same button cancels it and keeps the
 * focus.
 */
export function jobRow(
  { jobs, facts }: ChannelStackModel,
  { name: key, kind, args }: Job,
  { label, name = label, cancel = `cancel: ${name}`, task, note = "" }: Words,
  running = jobs.running?.name === key ? jobs.running : null,
): TemplateResult {
  if (!running && !jobs.offers(kind)) {
    return html`<div class="cam1d-note">${note || needsModel(task, facts.notebook && jobs.exists(kind))}</div>`;
  }
  const bar = html`<progress max="1" .value=${running?.done ?? 0} aria-label=${name}></progress>`;
  return html`<div class="cam1d-line">
    ${running ? bar : nothing}
    ${running ? button("Cancel", cancel, () => jobs.cancel()) : button(label, name, () => jobs.start(key, kind, args))}
    <span class="cam1d-note">${running ? running.text : note}</span>
  </div>`;
}
