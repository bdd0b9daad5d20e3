/** One style sheet for all pages, with colors of its own where JupyterLab's variables are not defined. */
const SHEET = `
.cam1d-viewer {
  --cam1d-ink: var(--jp-ui-font-color1, #1b1b1f);
  --cam1d-faint: var(--jp-ui-font-color2, #63666e);
  --cam1d-line: var(--jp-border-color2, #d8dade);
  --cam1d-paper: var(--jp-layout-color0, #ffffff);
  --cam1d-good: #0b6e4f;
  --cam1d-bad: #a8321a;
  color: var(--cam1d-ink);
}
[data-jp-theme-light="false"] .cam1d-viewer { --cam1d-good: #6fd3ac; --cam1d-bad: #ff9d80; }
.cam1d-viewer .bqplot {
  --bq-background: transparent;
  --bq-content-font-color: var(--cam1d-ink);
  --bq-axislabel-fill: var(--cam1d-faint);
  --bq-axis-tick-text-fill: var(--cam1d-faint);
  --bq-plotarea-background-fill: transparent;
  --bq-axislabel-font: 12px system-ui, sans-serif;
  --bq-axis-tick-text-font: 11px system-ui, sans-serif;
  --bq-axis-border-color: var(--cam1d-faint);
}
/* Without a kernel the viewer still works: one sign of a lost connection is enough. */
.cam1d-viewer .jupyter-widgets-disconnected::before { content: none; }
/* bqplot's own buttons: hidden, they would still fetch an icon font. */
.cam1d-viewer .bqplot .toolbar_div { display: none !important; }
.cam1d-summary, .cam1d-legend {
  font-family: var(--jp-ui-font-family, system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif);
  font-size: 13px;
  line-height: 1.45;
  color: var(--cam1d-ink);
}
.cam1d-summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 22px; padding: 4px 2px; }
.cam1d-summary .cam1d-title { font-weight: 650; font-size: 14px; }
.cam1d-summary .cam1d-term { color: var(--cam1d-faint); margin-right: 5px; }
.cam1d-summary .cam1d-value { font-weight: 600; overflow-wrap: anywhere; }
.cam1d-summary .cam1d-right { color: var(--cam1d-good); margin-left: 7px; font-weight: 600; }
.cam1d-summary .cam1d-wrong { color: var(--cam1d-bad); margin-left: 7px; font-weight: 600; }
.cam1d-legend { display: flex; flex-wrap: wrap; gap: 6px 28px; padding: 2px 2px 6px; }
.cam1d-legend .cam1d-bar { width: 260px; flex: none; }
.cam1d-legend canvas { display: block; width: 260px; height: 12px; border: 1px solid var(--cam1d-line); box-sizing: border-box; }
.cam1d-legend .cam1d-ends { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; font-size: 11px; color: var(--cam1d-ink); }
.cam1d-legend .cam1d-scope { color: var(--cam1d-faint); font-size: 12px; }
.cam1d-legend .cam1d-words { flex: 1 1 320px; min-width: 0; overflow-wrap: anywhere; }
.cam1d-legend .cam1d-method { font-weight: 650; }
.cam1d-legend .cam1d-description, .cam1d-legend .cam1d-exactness { color: var(--cam1d-faint); }
.cam1d-legend .cam1d-gap { white-space: pre; }
.cam1d-legend .cam1d-keys { flex: 1 0 100%; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 12px; color: var(--cam1d-faint); }
.cam1d-legend .cam1d-keys > span { display: inline-flex; align-items: center; gap: 6px; }
.cam1d-legend .cam1d-keys canvas { width: 22px; height: 12px; }
.cam1d-legend .cam1d-keys .cam1d-hint { margin-left: auto; opacity: 0.85; }
.cam1d-crosshair { stroke: var(--cam1d-ink); stroke-width: 1px; stroke-dasharray: 3 2; pointer-events: none; }
.cam1d-readout {
  position: absolute; z-index: 1; pointer-events: none; white-space: nowrap; padding: 4px 8px; border-radius: 4px;
  font: 12px/1.4 var(--jp-ui-font-family, system-ui, sans-serif); font-variant-numeric: tabular-nums;
  background: var(--cam1d-paper); color: var(--cam1d-ink); border: 1px solid var(--cam1d-line);
  box-shadow: 0 1px 4px rgba(0, 0, 0, 0.25);
}
`;

/** Puts the style sheet into the page, once. */
export function ensureStyles(): void {
  const id = "cam1d-widget-styles";
  if (!document.getElementById(id)) {
    const style = document.createElement("style");
    style.id = id;
    style.textContent = SHEET;
    document.head.appendChild(style);
  }
}
