import { html, nothing, type TemplateResult } from "lit-html";
import { EVERYTHING, type Query } from "../core/picture/finder.js";
import { elided } from "../core/text/elided.js";
import { queryName } from "../core/text/query_name.js";
import { PanelView } from "./panel.js";

/** The filter of instances next to their slider: its name, the number of matches, and a button that removes it. */
export class FilterChipView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-chip");
    super.render();
    this.listenTo(this.mark, "found", this.refresh);
    this.displayed.then(() => this.markMatches());
  }

  refresh(): void {
    super.refresh();
    this.markMatches();
  }

  protected content(): TemplateResult {
    const { facts, finderModel, matching } = this.mark;
    const name = queryName(finderModel.current as Query, facts.class_names);
    if (!name) {
      return html`${nothing}`;
    }
    const count = `${matching.length} of ${facts.instances.length}`;
    const remove = `remove the filter ${name}: ${count}`;
    return html`<button type="button" title=${remove} aria-label=${remove}
      @click=${() => finderModel.change(EVERYTHING)}
    >${elided(name, LENGTH)}: ${count} ✕</button>`;
  }

  /** Marks the matching instances on the track of the slider. */
  private markMatches(): void {
    const track = this.el.parentElement?.querySelector<HTMLElement>(".noUi-connects");
    if (!track) {
      return;
    }
    const { facts, matching } = this.mark;
    const count = facts.instances.length;
    const all = matching.length === 0 || matching.length === count;
    track.classList.toggle("cam1d-matches", !all);
    track.style.setProperty("--cam1d-matches", all ? "none" : stripes(matching, count));
  }
}

/** Maximum length of the name of a filter. */
const LENGTH = 18;

/** Maximum number of stripes, more than a slider has pixels. */
const MOST = 500;

/** A gradient with a stripe at each matching instance. */
function stripes(matching: number[], count: number): string {
  const every = Math.ceil(matching.length / MOST);
  const stops = matching
    .filter((_, place) => place % every === 0)
    .map((instance) => {
      const at = `${((100 * instance) / Math.max(1, count - 1)).toFixed(2)}%`;
      const [from, to] = [`calc(${at} - 1px)`, `calc(${at} + 1px)`];
      return `transparent ${from}, var(--cam1d-bad) ${from} ${to}, transparent ${to}`;
    });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
