/** An open panel that has room next to the plot. */
const OPEN = ".cam1d-panel:not([hidden], .cam1d-wide)";

/** A column next to the plot, with the class scores, which are below the plot while a panel is open. */
const SIDE = `
    grid-template: var(--cam1d-side);
    > .cam1d-tools > ${OPEN} { grid-area: side; inset: 0; width: auto; max-height: none; box-shadow: none; }
    &:not(:has(> .cam1d-tools > ${OPEN})) > .cam1d-scores { position: absolute; grid-area: side; inset: 0; }
`;

/** Style sheet of all widgets, with fallbacks for JupyterLab's variables. */
const SHEET = `
.cam1d-viewer {
  --cam1d-ink: var(--jp-ui-font-color1, #1b1b1f);
  --cam1d-faint: color-mix(in srgb, var(--cam1d-ink) 70%, var(--cam1d-paper));
  --cam1d-line: var(--jp-border-color2, #d8dade);
  --cam1d-paper: var(--jp-layout-color0, #ffffff);
  --cam1d-edge: var(--jp-border-color1, #8b8f98);
  --cam1d-focus: var(--jp-focus-outline-color, #1769c0);
  --cam1d-link: #1769c0;
  --cam1d-good: #0b6e4f;
  --cam1d-bad: #a8321a;
  --cam1d-map: #c24e00;
  --cam1d-chance: var(--cam1d-faint);
  --cam1d-band: color-mix(in srgb, var(--cam1d-ink) 16%, transparent);
  --cam1d-panel: var(--jp-layout-color1, #f6f6f8);
  --cam1d-font: var(--jp-ui-font-family, system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif);
  color: var(--cam1d-ink);
  color-scheme: light;
  container: cam1d / inline-size;
  width: 100%;
}
[data-jp-theme-light="false"] .cam1d-viewer { color-scheme: dark; --cam1d-link: #7cb7f5; --cam1d-good: #6fd3ac; --cam1d-bad: #ff9d80; --cam1d-map: #f0a35e; }
.cam1d-viewer .bqplot {
  --bq-background: transparent;
  --bq-content-font-color: var(--cam1d-ink);
  --bq-plotarea-background-fill: transparent;
}
/* Without a kernel the viewer still works: one sign of a lost connection is enough. */
.cam1d-viewer .jupyter-widgets-disconnected::before { content: none; }
/* bqplot's own buttons: hidden, they would still fetch an icon font. */
.cam1d-viewer .bqplot .toolbar_div { display: none !important; }
/*
 * Places of the parts. A panel never moves the plot: it is next to it where there is room, and over it elsewhere; as its
 * position is absolute within its area, its height does not count.
 */
.cam1d-viewer .cam1d-areas {
  --cam1d-narrow: "controls" "summary" "buttons" "legend" "pictures" "marks" "wide" "scores" "window" "inside" / minmax(0, 1fr);
  --cam1d-broad:
    "controls controls" "summary buttons" "legend legend" "pictures pictures" "marks marks" "wide wide" "scores scores"
    "window window" "inside inside" / minmax(0, 1fr) max-content;
  --cam1d-side:
    "controls controls controls" "summary buttons buttons" "legend legend side" "pictures pictures side"
    "marks marks side" "scores scores scores" "wide wide wide" "window window window" "inside inside inside" / minmax(0, 1fr) 240px 280px;
  position: relative; display: grid; overflow: visible; gap: 0 12px; grid-template: var(--cam1d-narrow);
  border: 1px solid var(--cam1d-line); border-radius: 6px;
}
.cam1d-areas > * { min-width: 0; }
.cam1d-areas > .cam1d-controls { grid-area: controls; }
.cam1d-areas > .cam1d-summary { grid-area: summary; }
.cam1d-tools, .cam1d-legend { display: contents; }
.cam1d-tools > .cam1d-buttons { grid-area: buttons; }
.cam1d-legend > .cam1d-blocks { grid-area: legend; }
.cam1d-areas > .cam1d-pictures { grid-area: pictures; }
.cam1d-legend > .cam1d-keys { grid-area: marks; }
.cam1d-areas > .cam1d-scores { grid-area: scores; }
.cam1d-areas > .cam1d-window { grid-area: window; }
.cam1d-areas > .cam1d-inside { grid-area: inside; }
.cam1d-tools > .cam1d-panel {
  position: absolute; grid-area: pictures; inset: 0 0 auto auto; z-index: 2; box-sizing: border-box;
  width: min(310px, 100%); max-height: min(100%, 340px); box-shadow: 0 2px 8px rgba(0, 0, 0, 0.25);
}
.cam1d-tools > .cam1d-panel.cam1d-wide { position: static; grid-area: wide; width: auto; max-height: 300px; box-shadow: none; }
/* Over a narrow plot it would cover half of it. */
@container cam1d (max-width: 699px) {
  .cam1d-tools > .cam1d-panel { position: static; grid-area: wide; width: auto; max-height: 300px; box-shadow: none; }
  .cam1d-panel:has(> fieldset):not([hidden]) { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 0 24px; align-items: start; }
  .cam1d-panel > .cam1d-heading { grid-column: 1 / -1; }
  /* The plot should begin in the upper half of a small screen. */
  .cam1d-legend .cam1d-bar canvas { width: 72px !important; }
  .cam1d-legend .cam1d-words.cam1d-known { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
  .cam1d-toolbar .cam1d-buttons { gap: 3px; }
  .cam1d-toolbar .cam1d-buttons button { padding: 1px 5px; }
}
@container cam1d (min-width: 1000px) {
  .cam1d-viewer .cam1d-areas { grid-template: var(--cam1d-broad); }
  /* With few classes and no panel, or with two plots, nothing is next to the plot. */
  .cam1d-viewer .cam1d-areas:has(> .cam1d-scores:not([hidden], .cam1d-few), > .cam1d-tools > ${OPEN}):not(:has(.cam1d-pinned:not([hidden]))) {
    ${SIDE}
  }
}
@container cam1d (min-width: 1200px) {
  .cam1d-viewer .cam1d-areas:has(> .cam1d-tools > ${OPEN}) {
    ${SIDE}
  }
}
/* More specific than ipywidgets' rule that fields have no outline. */
.cam1d-viewer.cam1d-viewer .cam1d-areas :focus-visible { outline: 2px solid var(--cam1d-focus) !important; outline-offset: 1px; }
.cam1d-viewer .bqplot:focus { outline: 2px solid var(--cam1d-focus); outline-offset: -2px; }
.cam1d-viewer .cam1d-clickable { cursor: pointer; }
.cam1d-controls { display: flex; flex-flow: row wrap; align-items: center; gap: 2px 18px; padding: 4px 10px; overflow: visible; background: var(--cam1d-panel); border-radius: 6px 6px 0 0; border-bottom: 1px solid var(--cam1d-line); }
.cam1d-controls .cam1d-control { display: flex; align-items: center; flex: 1 1 240px; min-width: 0; gap: 8px; overflow: visible; }
.cam1d-controls .cam1d-control:has(.cam1d-chip button) { flex-grow: 3; }
.cam1d-controls .cam1d-control:has(.cam1d-chip button) > .widget-hslider.widget-hslider { min-width: 168px; }
.cam1d-controls .cam1d-control > * { margin: 0; }
.cam1d-controls .cam1d-control > .widget-hslider { flex: 1 1 100px; min-width: 0; }
.cam1d-controls .cam1d-control .widget-label { flex: none; width: auto; margin-right: 8px; color: var(--cam1d-faint); }
.cam1d-controls .cam1d-control > .widget-text { flex: none; width: 72px; }
.cam1d-controls .cam1d-control > .cam1d-menu { flex: 5 1 130px; min-width: 0; }
@container cam1d (max-width: 999px) { .cam1d-controls .cam1d-control:first-child { flex-basis: 100%; } }
/* Figures have a smallest width. */
@container cam1d (max-width: 299px) { .cam1d-viewer .cam1d-areas > .cam1d-pictures { overflow-x: auto; } }
@container cam1d (max-width: 480px) { .cam1d-controls .cam1d-control { flex-basis: 100%; } }
.cam1d-menu select { width: 100%; height: 28px; box-sizing: border-box; font: 13px var(--cam1d-font); color: var(--cam1d-ink); background: var(--cam1d-paper); border: 1px solid var(--cam1d-edge); border-radius: 3px; padding: 0 4px; text-overflow: ellipsis; }
.cam1d-summary, .cam1d-legend { font-family: var(--cam1d-font); font-size: 13px; line-height: 1.45; color: var(--cam1d-ink); }
.cam1d-scores { font: 13px/1.3 var(--cam1d-font); padding: 2px 10px; overflow: auto; }
.cam1d-scores[hidden] { display: none; }
.cam1d-scores fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(220px, 100%), 1fr)); gap: 4px 18px; }
.cam1d-scores legend { color: var(--cam1d-faint); font-weight: 600; padding: 0 0 4px; }
.cam1d-scores label { position: relative; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 6px; padding: 2px 4px; border-radius: 3px; cursor: pointer; min-width: 0; }
.cam1d-scores label:hover { background: var(--cam1d-panel); }
.cam1d-scores label:focus-within:has(:focus-visible) { outline: 2px solid var(--cam1d-focus); }
.cam1d-scores input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; margin: 0; cursor: pointer; }
.cam1d-scores .cam1d-name { flex: 0 1 auto; min-width: 0; overflow-wrap: anywhere; }
.cam1d-scores em { font-style: normal; font-size: 11px; color: var(--cam1d-good); }
.cam1d-scores .cam1d-number { margin-left: auto; font-variant-numeric: tabular-nums; }
.cam1d-scores .cam1d-explained { font-weight: 650; }
.cam1d-scores label::after { content: ""; flex: 1 0 100%; height: 5px; border-radius: 3px; background: color-mix(in srgb, var(--cam1d-ink) 14%, transparent); }
.cam1d-scores i { position: absolute; left: 4px; bottom: 2px; height: 5px; max-width: calc(100% - 8px); border-radius: 3px; background: var(--cam1d-faint); }
.cam1d-scores u { position: absolute; left: 4px; bottom: 0; height: 9px; max-width: calc(100% - 8px); box-sizing: border-box; border-right: 2px solid var(--cam1d-ink); pointer-events: none; }
.cam1d-scores small { color: var(--cam1d-faint); font-weight: 400; }
.cam1d-scores .cam1d-explained i { background: var(--cam1d-focus); }
.cam1d-scores i.cam1d-negative { background: none; box-sizing: border-box; border: 1px solid var(--cam1d-faint); }
.cam1d-summary { box-sizing: border-box; display: flex; flex-wrap: wrap; align-items: baseline; align-content: start; gap: 2px 18px; padding: 5px 10px 3px; }
.cam1d-summary .cam1d-title { font-weight: 650; font-size: 14px; }
.cam1d-summary .cam1d-term { color: var(--cam1d-faint); margin-right: 5px; }
.cam1d-summary .cam1d-value { font-weight: 600; overflow-wrap: anywhere; }
.cam1d-summary .cam1d-right { color: var(--cam1d-good); margin-left: 7px; font-weight: 600; white-space: nowrap; }
.cam1d-summary .cam1d-wrong { color: var(--cam1d-bad); margin-left: 7px; font-weight: 600; white-space: nowrap; }
.cam1d-summary .cam1d-note { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; margin: 2px 0; color: var(--cam1d-faint); }
.cam1d-chip { flex: 0 1 auto; min-width: 0; }
.cam1d-chip button { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.cam1d-chip button, .cam1d-summary .cam1d-why { font: 600 12px/1.4 var(--cam1d-font); border: 1px solid currentColor; border-radius: 12px; padding: 1px 10px; background: transparent; color: var(--cam1d-bad); cursor: pointer; }
.cam1d-summary .cam1d-why { color: var(--cam1d-link); border-radius: 5px; }
.cam1d-summary .cam1d-why[aria-pressed="true"] { background: var(--cam1d-link); color: var(--cam1d-paper); }
.noUi-connects.cam1d-matches { background-image: var(--cam1d-matches); }
.cam1d-summary .cam1d-stale { flex: 1 0 100%; box-sizing: border-box; min-width: 0; display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; margin: 2px 0 4px; padding: 3px 0 3px 10px; border-left: 4px solid var(--cam1d-bad); font-weight: 600; }
.cam1d-legend .cam1d-blocks { display: flex; flex-wrap: wrap; gap: 2px 24px; padding: 2px 10px; }
.cam1d-legend .cam1d-block { flex: 1 1 400px; display: flex; flex-wrap: wrap; align-items: baseline; align-content: flex-start; gap: 0 14px; min-width: 0; }
.cam1d-legend .cam1d-bar { flex: none; display: inline-flex; align-items: center; gap: 6px; font-variant-numeric: tabular-nums; }
.cam1d-legend .cam1d-bar canvas { display: block; width: 150px; height: 12px; border: 1px solid var(--cam1d-line); box-sizing: border-box; }
.cam1d-legend .cam1d-words { flex: 1 1 100%; min-width: 0; overflow-wrap: anywhere; line-height: 1.35; }
.cam1d-legend .cam1d-method { font-weight: 650; }
.cam1d-legend .cam1d-computing { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: center; padding: 0; }
.cam1d-legend .cam1d-computing progress { width: 120px; }
.cam1d-legend .cam1d-computing button { padding: 0 8px; line-height: 1.2; }
.cam1d-legend .cam1d-exactness, .cam1d-legend .cam1d-description, .cam1d-legend .cam1d-color-range { color: var(--cam1d-faint); }
.cam1d-legend .cam1d-description, .cam1d-legend .cam1d-color-range { font-size: 12px; }
.cam1d-legend .cam1d-gap { white-space: pre; }
.cam1d-legend .cam1d-keys .cam1d-pager, .cam1d-legend .cam1d-keys .cam1d-hidden { color: var(--cam1d-ink); font-variant-numeric: tabular-nums; }
.cam1d-legend .cam1d-keys { display: flex; flex-wrap: wrap; gap: 2px 18px; align-items: center; padding: 2px 10px 6px; font-size: 12px; color: var(--cam1d-faint); }
.cam1d-legend .cam1d-keys > span { display: inline-flex; align-items: center; gap: 6px; }
.cam1d-legend .cam1d-keys canvas { width: 22px; height: 12px; }
.cam1d-legend .cam1d-keys .cam1d-hint { margin-left: auto; }
.cam1d-toolbar { font: 13px/1.45 var(--cam1d-font); color: var(--cam1d-ink); }
.cam1d-toolbar .cam1d-buttons { display: flex; flex-wrap: wrap; align-content: flex-start; justify-content: flex-end; gap: 4px; padding: 3px 10px; }
.cam1d-toolbar button, .cam1d-legend button, .cam1d-toolbar select, .cam1d-toolbar input[type="number"], .cam1d-window input {
  font: inherit; color: inherit; background: var(--cam1d-paper); border: 1px solid var(--cam1d-edge); border-radius: 3px; padding: 1px 8px; height: 26px; box-sizing: border-box;
}
.cam1d-toolbar button, .cam1d-legend button { cursor: pointer; }
.cam1d-legend button { height: 22px; padding: 0 6px; }
.cam1d-viewer button[aria-disabled] { opacity: 0.45; cursor: default; }
.cam1d-toolbar button[aria-expanded="true"] { background: var(--cam1d-ink); color: var(--cam1d-paper); }
.cam1d-toolbar button:hover { border-color: var(--cam1d-ink); }
.cam1d-toolbar .cam1d-panel { display: flex; flex-flow: column; gap: 10px; padding: 8px 12px; overflow: auto; background: var(--cam1d-panel); border: solid var(--cam1d-line); border-width: 1px 0 0 1px; }
.cam1d-toolbar .cam1d-panel > * { flex: none; }
/* What was written must be seen in a low panel, too. */
.cam1d-toolbar .cam1d-panel > .cam1d-note[role="status"] { position: sticky; bottom: -8px; padding-bottom: 8px; margin-bottom: -8px; background: var(--cam1d-panel); }
.cam1d-toolbar .cam1d-heading { display: flex; justify-content: space-between; align-items: center; font-size: 14px; }
.cam1d-toolbar .cam1d-heading button { border: 0; background: none; }
.cam1d-toolbar .cam1d-panel[hidden], .cam1d-toolbar label[hidden] { display: none; }
.cam1d-toolbar fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: 5px 14px; align-items: center; }
.cam1d-toolbar fieldset > legend { font-weight: 650; padding: 0 0 3px; }
.cam1d-toolbar label { display: inline-flex; align-items: center; gap: 6px; max-width: 100%; }
.cam1d-panel fieldset > label:not(.cam1d-check) { flex: 1 1 100%; justify-content: space-between; }
.cam1d-panel fieldset > label > select { flex: 0 1 52%; }
.cam1d-panel[aria-label^="Edit"] fieldset > label > select { flex: 0 1 auto; max-width: 62%; }
.cam1d-panel[aria-label^="Edit"] { gap: 7px; }
.cam1d-panel[aria-label^="Edit"] fieldset { gap: 4px 6px; }
.cam1d-panel[aria-label^="Edit"] fieldset > label { flex: 0 1 auto; }
.cam1d-panel[aria-label^="Edit"] textarea { flex: 1 1 100%; box-sizing: border-box; width: 100%; font: 12px monospace; color: inherit; background: var(--cam1d-paper); border: 1px solid var(--cam1d-edge); border-radius: 3px; resize: vertical; }
.cam1d-panel[aria-label^="Edit"] .cam1d-file { position: relative; height: 26px; box-sizing: border-box; padding: 1px 6px; background: var(--cam1d-paper); border: 1px solid var(--cam1d-edge); border-radius: 3px; cursor: pointer; }
.cam1d-panel[aria-label^="Edit"] .cam1d-file:focus-within { outline: 2px solid var(--cam1d-focus); outline-offset: 1px; }
.cam1d-panel[aria-label^="Edit"] .cam1d-bad { color: var(--cam1d-bad); overflow-wrap: anywhere; }
.cam1d-panel[aria-label^="Edit"] .cam1d-line { flex: 1 1 100%; gap: 4px; }
.cam1d-panel[aria-label^="Edit"] input[type="number"] { width: 48px; padding-left: 4px; }
.cam1d-panel[aria-label^="Edit"] .cam1d-line > button { padding: 1px 6px; }
.cam1d-toolbar label > span { color: var(--cam1d-faint); white-space: nowrap; }
.cam1d-toolbar label > select { min-width: 0; text-overflow: ellipsis; }
.cam1d-toolbar label.cam1d-check { flex-direction: row-reverse; }
.cam1d-toolbar label.cam1d-check > span { color: var(--cam1d-ink); white-space: normal; }
.cam1d-toolbar input[type="number"] { width: 84px; padding-right: 2px; }
.cam1d-toolbar .cam1d-help { margin: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: 3px 18px; flex: 1; }
.cam1d-toolbar .cam1d-help > div { display: flex; gap: 10px; }
.cam1d-toolbar .cam1d-help dt { flex: 0 0 92px; font-weight: 650; }
.cam1d-toolbar .cam1d-help dd { margin: 0; color: var(--cam1d-faint); }
.cam1d-toolbar .cam1d-numbers { border-collapse: collapse; font: 12px/1.5 inherit; font-variant-numeric: tabular-nums; color: inherit; }
.cam1d-toolbar .cam1d-numbers caption { text-align: left; font-weight: 650; padding-bottom: 3px; }
/* A caption breaks at the width of its table, which is narrow. */
@container cam1d (min-width: 700px) { .cam1d-window .cam1d-numbers caption { white-space: nowrap; } }
.cam1d-toolbar .cam1d-numbers th, .cam1d-toolbar .cam1d-numbers td { text-align: right; padding: 0 0 0 18px; background: none; color: inherit; }
.cam1d-toolbar .cam1d-numbers th:first-child { text-align: left; padding-left: 0; }
.cam1d-announced, .cam1d-spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.cam1d-viewer .cam1d-stretch, .cam1d-viewer .cam1d-stretch * { cursor: ns-resize !important; }
.cam1d-viewer .cam1d-grab, .cam1d-viewer .cam1d-grab * { cursor: grab !important; }
.cam1d-viewer .cam1d-pictures { display: flex; flex-flow: row wrap; gap: 0 12px; overflow: visible; }
.cam1d-viewer .cam1d-pinned { position: relative; flex: 1 1 400px; min-width: 300px; margin: 2px; }
.cam1d-viewer .cam1d-pinned[hidden] { display: none; }
.cam1d-pinned canvas { display: block; }
.cam1d-pinned svg { position: absolute; left: 0; top: 0; width: 100%; height: 100%; pointer-events: none; }
.cam1d-pinned .cam1d-note { font: 13px/1.45 var(--jp-ui-font-family, system-ui, sans-serif); color: var(--cam1d-faint); padding: 4px 8px; }
.cam1d-window { padding: 2px 10px 6px; }
.cam1d-window[hidden] { display: none; }
.cam1d-window .cam1d-line { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; }
.cam1d-window .cam1d-note { color: var(--cam1d-faint); }
.cam1d-inside { padding: 4px 10px; border-top: 1px solid var(--cam1d-line); }
.cam1d-inside[hidden], .cam1d-inside [hidden] { display: none; }
.cam1d-inside canvas { display: block; }
.cam1d-inside .cam1d-line { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 3px 0; }
.cam1d-inside .cam1d-note { color: var(--cam1d-faint); }
.cam1d-inside .cam1d-plots { display: flex; flex-wrap: wrap; gap: 8px 18px; padding: 4px 0; }
.cam1d-contributions { border-top: 1px solid var(--cam1d-line); margin-top: 6px; padding: 2px 0 6px; }
.cam1d-contributions figure { margin: 0; }
.cam1d-contributions figcaption { overflow-wrap: anywhere; }
.cam1d-contributions .cam1d-signed { display: flex; align-items: center; gap: 6px; margin: 3px 0; }
.cam1d-contributions .cam1d-signed span { font-size: 18px; color: var(--cam1d-faint); }
.cam1d-contributions .cam1d-wait { width: 100%; display: grid; place-items: center; color: var(--cam1d-faint); }
.cam1d-contributions .cam1d-sum { padding: 4px 0; font-variant-numeric: tabular-nums; }
.cam1d-inside .cam1d-best { border-top: 1px solid var(--cam1d-line); margin-top: 6px; padding-top: 4px; }
.cam1d-inside progress { width: 160px; }
.cam1d-toolbar .cam1d-buttons button[hidden] { display: none; }
.cam1d-toolbar .cam1d-count { font-weight: 600; }
.cam1d-toolbar button[hidden] { display: none; }
.cam1d-checks { flex: 1 1 100%; min-width: 0; display: block; position: relative; outline: none; }
.cam1d-checks .cam1d-line { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; }
.cam1d-checks .cam1d-line > .cam1d-note { flex: 1 1 300px; }
.cam1d-checks .cam1d-fill { margin-bottom: 8px; }
.cam1d-checks .cam1d-fill[hidden] { display: none; }
.cam1d-checks .cam1d-note { color: var(--cam1d-faint); }
.cam1d-toolbar .cam1d-note { overflow-wrap: anywhere; }
.cam1d-checks progress { width: 180px; height: 12px; accent-color: var(--cam1d-focus); }
.cam1d-checks .cam1d-bad { color: var(--cam1d-bad); margin-bottom: 6px; }
.cam1d-checks .cam1d-verdict { font-size: 14px; font-weight: 650; margin-bottom: 8px; padding-left: 10px; border-left: 4px solid var(--cam1d-edge); overflow-wrap: anywhere; }
.cam1d-checks .cam1d-sound { border-color: var(--cam1d-good); }
.cam1d-checks .cam1d-void { border-color: var(--cam1d-bad); }
.cam1d-checks .cam1d-found { display: flex; flex-wrap: wrap; gap: 10px 28px; align-items: flex-start; }
.cam1d-checks .cam1d-findings { flex: 1 1 380px; min-width: 0; border-collapse: collapse; font: inherit; color: inherit; }
.cam1d-checks caption { text-align: left; color: var(--cam1d-faint); padding-bottom: 2px; overflow-wrap: anywhere; }
.cam1d-checks th, .cam1d-checks td { text-align: left; vertical-align: top; padding: 2px 12px 2px 0; background: none; color: inherit; border: 0; white-space: normal; }
.cam1d-checks th { font-weight: 650; }
/* A panel is narrow: the curves come first, and each text is below its name. */
.cam1d-panel .cam1d-plotted { order: -1; }
.cam1d-panel .cam1d-findings tr { display: grid; grid-template-columns: 20px 1fr; }
.cam1d-panel .cam1d-findings td:last-child { grid-column: 2; padding-bottom: 6px; }
.cam1d-checks .cam1d-right { color: var(--cam1d-good); font-weight: 700; }
.cam1d-checks .cam1d-wrong { color: var(--cam1d-bad); font-weight: 700; }
.cam1d-checks .cam1d-plotted { flex: 0 0 auto; margin: 0; width: 300px; max-width: 100%; }
.cam1d-checks .cam1d-method { font-weight: 650; }
.cam1d-checks figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 12px; color: var(--cam1d-faint); padding-left: 40px; }
.cam1d-checks figcaption > span { display: inline-flex; align-items: center; gap: 6px; }
.cam1d-checks .cam1d-key { width: 22px; height: 0; border-top: 2px solid var(--cam1d-map); }
.cam1d-checks .cam1d-key.cam1d-random { height: 10px; border: 0; background: linear-gradient(var(--cam1d-chance), var(--cam1d-chance)) center / 100% 1.5px no-repeat, var(--cam1d-band); }
.cam1d-curves { display: block; max-width: 100%; height: auto; }
.cam1d-curves text { font: 11px var(--jp-ui-font-family, system-ui, sans-serif); fill: var(--cam1d-faint); font-variant-numeric: tabular-nums; }
.cam1d-curves path { fill: none; }
.cam1d-curves .cam1d-axis { stroke: var(--cam1d-edge); }
.cam1d-curves .cam1d-band { fill: var(--cam1d-band); }
.cam1d-curves .cam1d-random { stroke: var(--cam1d-chance); stroke-width: 1.5; }
.cam1d-curves .cam1d-curve { stroke: var(--cam1d-map); stroke-width: 2; }
.cam1d-toolbar .cam1d-scrolled { max-height: 220px; overflow: auto; }
.cam1d-toolbar .cam1d-boxes { flex: 1 1 100%; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, max(76px, var(--cam1d-name) + 28px)), 1fr)); gap: 2px 8px; }
.cam1d-toolbar .cam1d-boxes label { justify-content: flex-end; }
.cam1d-toolbar .cam1d-line { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; }
.cam1d-crosshair { stroke: var(--cam1d-ink); stroke-width: 1px; stroke-dasharray: 3 2; pointer-events: none; }
.cam1d-bracket { stroke: var(--cam1d-ink); stroke-width: 1.5px; fill: none; pointer-events: none; }
.cam1d-readout {
  position: absolute; z-index: 1; pointer-events: none; white-space: nowrap; padding: 5px 8px; border-radius: 4px;
  font: 12px/1.35 var(--jp-ui-font-family, system-ui, sans-serif); font-variant-numeric: tabular-nums;
  background: var(--cam1d-paper); color: var(--cam1d-ink); border: 1px solid var(--cam1d-line);
  box-shadow: 0 1px 4px rgba(0, 0, 0, 0.25);
}
.cam1d-readout table { border-collapse: collapse; font: inherit; color: inherit; background: none; }
.cam1d-readout td { padding: 0 0 0 10px; text-align: left; max-width: 260px; overflow: hidden; text-overflow: ellipsis; border: 0; background: none; }
.cam1d-readout td:first-child { padding-left: 0; }
.cam1d-readout td.cam1d-number { text-align: right; }
.cam1d-readout td:has(.cam1d-swatch) + td { padding-left: 0; }
.cam1d-readout .cam1d-pointed { font-weight: 650; }
.cam1d-readout .cam1d-time { font-weight: 600; }
.cam1d-readout .cam1d-note { color: var(--cam1d-faint); }
.cam1d-readout .cam1d-swatch { display: inline-block; width: 9px; height: 9px; margin-right: 5px; border: 1px solid var(--cam1d-line); }
`;

/** Adds the style sheet to the page, once. */
export function ensureStyles(): void {
  const id = "cam1d-widget-styles";
  if (!document.getElementById(id)) {
    const style = document.createElement("style");
    style.id = id;
    style.textContent = SHEET;
    document.head.appendChild(style);
  }
}
