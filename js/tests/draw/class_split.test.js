import assert from "node:assert/strict";
import { test } from "node:test";
import { drawClassSplit } from "../../lib/core/draw/class_split.js";
import { LIGHT } from "../../lib/core/draw/theme.js";

/** A pen that writes down texts and filled rectangles. */
function recorder() {
  const [texts, rects] = [[], []];
  const pen = {
    fillText: (text, x, y) => texts.push({ text, x, y }),
    fillRect: (...rect) => rects.push(rect),
    measureText: (text) => ({ width: 6 * text.length }),
  };
  return {
    texts,
    rects,
    pen: new Proxy(pen, { get: (target, name) => (name in target ? target[name] : () => {}), set: () => true }),
  };
}

test("a class without series has no box, and says so", () => {
  const { pen, texts } = recorder();
  const empty = { name: "<b>rest</b>", quantiles: Array(5).fill(NaN), auc: NaN, weight: -2 };
  drawClassSplit(pen, [empty, { ...empty, name: "walk", quantiles: [0, 1, 2, 3, 4], auc: 0.75 }], 420, 1, LIGHT);
  const said = texts.map(({ text }) => text);
  assert.ok(["<b>rest</b>", "–", "0.75", "−2.00"].every((wanted) => said.includes(wanted)));
});
