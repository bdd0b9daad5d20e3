import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYS, actionOf } from "../../lib/core/text/keys.js";
import { numbersOf } from "../../lib/core/text/numbers_table.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { makePicture } from "../../lib/core/picture/picture.js";

const press = (key, held = {}) => actionOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...held }, 300);

test("keys with a modifier, and keys that mean nothing, are the page's", () => {
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
    assert.equal(press("s", held), null);
    assert.equal(press("ArrowRight", held), null);
  }
  assert.deepEqual(["d", "Enter", "Tab", "constructor", "x"].map((key) => press(key)), Array(5).fill(null));
});

test("arrows go by a sample, with shift by a tenth of the series", () => {
  assert.deepEqual(press("ArrowLeft"), { do: "move", by: -1 });
  assert.deepEqual(press("ArrowRight", { shiftKey: true }), { do: "move", by: 30 });
});

test("plus and minus undo each other", () => {
  assert.ok(Math.abs(press("+").by * press("-").by - 1) < 1e-12);
});

test("every key that does something is told, and the other way round", () => {
  const told = KEYS.flatMap(([keys]) => keys.split(" "));
  const names = { "←": "ArrowLeft", "→": "ArrowRight", Page: "PageUp", "↑": "ArrowUp", "↓": "ArrowDown", "−": "-", Space: " ", Esc: "Escape" };
  told.forEach((key) => assert.notEqual(press(names[key] ?? key), null, key));
});

const facts = { channel_names: ["ax", "ay"], channel_units: ["g", ""], sampling_rate: 10, methods: [{ label: "M", signed: true }] };
const tile = (values, channels) => ({ key: "", values: Float32Array.from(values), samples: values.length / channels, channels, gap: null, error: null, spread: null, mean: null });
const numbers = (map, channels) => {
  const series = tile([1, 2, -3, 4, 5, 6], 2);
  return numbersOf(makePicture({ instance: 0, target: 0, method: 0, against: null }, series, tile(map, channels), facts, DEFAULTS, { limit: 1, maps: 1 }), facts);
};

test("the table tells each channel's share and extremes", () => {
  assert.deepEqual(numbers([1, 0, -2, 0, 0, 1], 2), [
    ["ax (g)", "75.0 %", "+1.00", "0.00 s", "−2.00", "0.10 s", "−3.00", "5.00"],
    ["ay", "25.0 %", "+1.00", "0.20 s", "0", "0.00 s", "2.00", "6.00"],
  ]);
});

test("a map of all channels has one line of its own", () => {
  assert.deepEqual(numbers([1, -2, 0], 1)[0], ["all channels", "", "+1.00", "0.00 s", "−2.00", "0.10 s", "", ""]);
});
