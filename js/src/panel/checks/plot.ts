import { html, svg, type TemplateResult } from "lit-html";
import { bandPath, curvePath, curvesText, type DeletionCurves, plotOf } from "../../core/picture/checks.js";

const [WIDTH, HEIGHT] = [300, 150];
const AREA = { left: 40, top: 10, width: 240, height: 102 };

/** Deletion curve with the band of random orders. */
export function checksPlot(curves: DeletionCurves): TemplateResult {
  const plot = plotOf(curves, AREA);
  const { fractions, curve, random } = curves;
  const [bottom, right] = [AREA.top + AREA.height, AREA.left + AREA.width];
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}" width=${WIDTH} height=${HEIGHT}
    role="img" aria-label=${curvesText(curves)} class="cam1d-curves"
  >
    <path d=${bandPath(plot, curves)} class="cam1d-band"></path>
    <path d="M${AREA.left} ${AREA.top}V${bottom}H${right}" class="cam1d-axis"></path>
    <path d=${curvePath(plot, fractions, random)} class="cam1d-random"></path>
    <path d=${curvePath(plot, fractions, curve)} class="cam1d-curve"></path>
    ${plot.limits.map((end) => label(AREA.left - 6, plot.y(end) + 4, "end", tickText(end, curves)))}
    ${[0, 0.5, 1].map((fraction) => label(plot.x(fraction), bottom + 14, "middle", `${100 * fraction} %`))}
    ${label(AREA.left + AREA.width / 2, HEIGHT - 5, "middle", "of the series removed")}
  </svg>`;
}

const tickText = (value: number, { measure }: DeletionCurves): string =>
  measure === "probability" ? `${100 * value} %` : value.toPrecision(2);

const label = (x: number, y: number, anchor: string, text: string): TemplateResult<2> =>
  svg`<text x=${x} y=${y} text-anchor=${anchor}>${text}</text>`;
