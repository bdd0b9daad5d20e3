import { bandPath, curvePath, curvesText, type DeletionCurves, plotOf } from "../../core/picture/checks.js";

const [WIDTH, HEIGHT] = [300, 150];
const ROOM = { left: 40, top: 10, width: 240, height: 102 };

/** The deletion curve over the band of random orders, small. */
export function checksPlot(curves: DeletionCurves): SVGElement {
  const plot = plotOf(curves, ROOM);
  const { fractions, curve, random } = curves;
  const figure = shape("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    role: "img",
    "aria-label": curvesText(curves),
  });
  figure.classList.add("cam1d-curves");
  const [bottom, right] = [ROOM.top + ROOM.height, ROOM.left + ROOM.width];
  figure.append(
    shape("path", { d: bandPath(plot, curves), class: "cam1d-band" }),
    shape("path", { d: `M${ROOM.left} ${ROOM.top}V${bottom}H${right}`, class: "cam1d-axis" }),
    shape("path", { d: curvePath(plot, fractions, random), class: "cam1d-random" }),
    shape("path", { d: curvePath(plot, fractions, curve), class: "cam1d-curve" }),
    ...plot.ends.map((end) => text(ROOM.left - 6, plot.y(end) + 4, "end", told(end, curves))),
    ...[0, 0.5, 1].map((fraction) => text(plot.x(fraction), bottom + 14, "middle", `${100 * fraction} %`)),
    text(ROOM.left + ROOM.width / 2, HEIGHT - 5, "middle", "of the series taken away"),
  );
  return figure;
}

const told = (value: number, { measure }: DeletionCurves): string =>
  measure === "probability" ? `${100 * value} %` : value.toPrecision(2);

function shape(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, String(value)));
  return element;
}

function text(x: number, y: number, anchor: string, content: string): SVGElement {
  const element = shape("text", { x, y, "text-anchor": anchor });
  element.textContent = content;
  return element;
}
