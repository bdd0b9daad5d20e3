import assert from "node:assert/strict";
import { test } from "node:test";
import { columns, layOut } from "../../lib/core/draw/export_sheet.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { makePicture } from "../../lib/core/picture/picture.js";
import { recorder } from "../support/pen.js";
import { tileOf } from "../support/tile.js";

const WORDS = "a class with a rather long name that does not fit into one line of a narrow figure at all";
const FACTS = {
  channel_names: ["ax"],
  channel_units: [""],
  class_names: ["rest", WORDS],
  sampling_rate: null,
  start: null,
  samples: 4,
  instances: [0, 1],
  targets: [0, 1],
  methods: [
    { label: "CAM", exactness: "exact", adds_up: "", signed: true, placed: false, description: "what it shows" },
  ],
  gap_tolerance: 0.01,
  unseen: [],
  centers: null,
  baseline: "",
  intervals: [],
  absence: "",
  notebook: false,
};
const outputs = { scores: { values: Float32Array.of(2, 1, 1, 2), columns: 2 }, probabilities: null, truth: null };

function sheetOf(instances, room, { whole = 4, facts = FACTS } = {}) {
  const { width, sideBySide } = columns(instances.length, room);
  const plot = { left: 100, top: 6, width: width - 120, height: 80 };
  const axis = { origin: 110, step: 20, samples: 4, whole, left: 100, right: width - 20 };
  const frame = { left: 0, width, height: 130, plot, axis, ratio: 1 };
  const parts = instances.map((instance) => {
    const choice = { instance, target: instance, method: 0, against: null, mean: null };
    const limit = { limit: 1, maps: 1, shared: false };
    const picture = makePicture(choice, tileOf([0, 1, 2, 3]), tileOf([0, 1, 0, -1]), facts, DEFAULTS, limit);
    const scene = { picture, facts, theme: LIGHT, window: null, notes: [], caption: null, message: null };
    return { scene, frame, axis: { ticks: [], title: "sample" } };
  });
  return { parts, outputsOf: () => outputs, whole: true, sideBySide };
}

function drawn(instances, room, options) {
  const { pen, texts } = recorder();
  const sheet = layOut(pen, sheetOf(instances, room, options));
  sheet.draw(pen);
  return { ...sheet, texts };
}

const joined = (texts) => texts.map(({ text }) => text).join(" ");

test("a heading that is wider than the picture takes several lines and is not cut", () => {
  const { texts } = drawn([1], 480);
  assert.ok(joined(texts).includes(WORDS));
  assert.ok(!joined(texts).includes("…"));
});

test("hatched and pale zones are explained where there are any, and only there", () => {
  const [method] = FACTS.methods;
  const placed = { ...FACTS, methods: [{ ...method, placed: true }], unseen: [[3, 4]], centers: [0.5, 2] };
  const words = "hatched: not seen by the explained layer · paler: extrapolated beyond the first or last center";
  assert.ok(joined(drawn([0], 1200, { facts: placed }).texts).includes(words));
  assert.ok(!/hatched|paler/.test(joined(drawn([0], 1200).texts)));
});

test("two pictures have letters, in their headings and in their legends", () => {
  const { texts } = drawn([0, 1], 1200);
  const starts = texts.filter(({ text }) => /^\([ab]\)/.test(text)).map(({ text }) => text.slice(0, 8));
  assert.deepEqual(starts, ["(a) inde", "(a) CAM ", "(b) inde", "(b) CAM "]);
  assert.ok(drawn([0], 1200).texts.every(({ text }) => !text.startsWith("(")));
});

test("two pictures are next to each other where both have their minimum width, and else one below the other", () => {
  assert.deepEqual(columns(2, 1000), { width: 494, sideBySide: true });
  assert.deepEqual(columns(2, 900), { width: 900, sideBySide: false });
  assert.deepEqual(columns(1, 300), { width: 480, sideBySide: false });
  const [sideBySide, below] = [drawn([0, 1], 1012), drawn([0, 1], 900)];
  assert.equal(sideBySide.width, 1012);
  assert.equal(below.width, 900);
  assert.ok(below.height > sideBySide.height + 130);
});

test("a sheet ends where its last text ends", () => {
  for (const room of [480, 900]) {
    const { texts, height } = drawn([0], room);
    const last = Math.max(...texts.map(({ y }) => y));
    assert.ok(last < height && height - last <= 30);
  }
});

test("a sheet explains the padding of a series on the time axis of a longer one", () => {
  const words = "hatched at the end: padding, not part of the series";
  assert.ok(joined(drawn([0], 900, { whole: 8 }).texts).includes(words));
  assert.ok(!joined(drawn([0], 900).texts).includes("padding"));
});
