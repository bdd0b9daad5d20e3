import assert from "node:assert/strict";
import { test } from "node:test";
import { drawClassSplit } from "../../lib/core/draw/class_split.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { recorder } from "../support/pen.js";

test("a class without series has no box, and says so", () => {
  const { pen, texts } = recorder();
  const empty = { name: "<b>rest</b>", quantiles: Array(5).fill(NaN), auc: NaN, weight: -2 };
  drawClassSplit(pen, [empty, { ...empty, name: "walk", quantiles: [0, 1, 2, 3, 4], auc: 0.75 }], 420, 1, LIGHT);
  const said = texts.map(({ text }) => text);
  assert.ok(["<b>rest</b>", "–", "0.75", "−2.00"].every((wanted) => said.includes(wanted)));
});
