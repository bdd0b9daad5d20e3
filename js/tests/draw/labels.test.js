import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawLabels, spread } from "../../lib/core/draw/labels.js";
import { layoutRows } from "../../lib/core/draw/row_layout.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { recorder } from "../support/pen.js";

test("labels of an overlay keep apart, in order, and inside", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { minLength: 1, maxLength: 13 }), (wanted) => {
      const places = spread(
        [...wanted].sort((a, b) => a - b),
        15,
        7,
        193,
      );
      places.forEach((place, k) => {
        assert.ok(place >= 7 - 1e-6 && place <= 193 + 1e-6);
        assert.ok(k === 0 || place - places[k - 1] >= 15 - 1e-6);
      });
    }),
  );
});

test("units are below all names or next to all of them, whatever height the rows are rounded to", () => {
  for (const height of [300, 410, 414, 424, 440, 460]) {
    const members = Array.from({ length: 12 }, (_, channel) => [channel]);
    const layout = layoutRows(6, height, members, true);
    const facts = { channel_names: members.map(([channel]) => `V${channel}`), channel_units: members.map(() => "mV") };
    const { pen, texts } = recorder();
    const frame = { left: 0, plot: { left: 120, top: 6, width: 400, height } };
    drawLabels(pen, { facts, theme: LIGHT, failed: true }, frame, layout);
    const units = texts.filter(({ text }) => text === "mV");
    const names = texts.filter(({ text }) => text.startsWith("V"));
    assert.equal(new Set(units.map(({ y }, place) => y - names[place].y)).size, 1);
  }
});
