import assert from "node:assert/strict";
import { test } from "node:test";
import { drawAxis } from "../../lib/core/draw/axis.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { recorder } from "../support/pen.js";

test("the title keeps clear of a wide first label, or is below it", () => {
  for (const [first, left] of [
    ["0", 200],
    ["00:59:00.0", 200],
    ["00:59:00.0", 130],
  ]) {
    const { pen, texts } = recorder();
    const axis = { ticks: [{ at: 3, text: first }], title: "time, 2026-03-29" };
    drawAxis(pen, axis, { plot: { left, top: 0, width: 400, height: 100 }, left: 0 }, LIGHT);
    const [label, title] = texts;
    const start = label.x - pen.measureText(first).width / 2;
    assert.ok(title.x < start || title.y >= label.y + 11, `${first} at ${left}`);
  }
});
