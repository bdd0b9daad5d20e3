import assert from "node:assert/strict";
import { test } from "node:test";
import { drawScene } from "../../lib/core/draw/draw_scene.js";
import { drawLine } from "../../lib/core/draw/line.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { makePicture } from "../../lib/core/picture/picture.js";
import { Column } from "../../lib/core/samples/column.js";
import { unpackedColors } from "../support/pixels.js";
import { tileOf } from "../support/tile.js";

/** A context that writes down what is filled, with the color and alpha of that moment. */
function recorder() {
  const rects = [];
  const strokes = [];
  const bands = [];
  const texts = [];
  const fills = [];
  const context = {
    globalAlpha: 1,
    fill() {
      fills.push({ alpha: this.globalAlpha, before: strokes.length });
    },
    cells(filled) {
      bands.push(...filled.map(({ colors, row, alpha }) => ({ colors: unpackedColors(colors), row, alpha })));
    },
    stroke() {
      strokes.push({ color: this.strokeStyle, width: this.lineWidth });
    },
    fillRect(...rect) {
      rects.push({ rect, color: this.fillStyle, alpha: this.globalAlpha });
    },
    fillText: (text) => texts.push(text),
    measureText: (text) => ({ width: 4 * text.length }),
  };
  const silent = () => {};
  const proxy = new Proxy(context, { get: (target, name) => (name in target ? target[name] : silent) });
  return { context: proxy, rects, texts, bands, strokes, fills };
}

const method = { label: "CAM", exactness: "exact", adds_up: "", signed: true, placed: true, description: "" };
const facts = {
  channel_names: ["ax", "<b>ay</b>"],
  channel_units: ["g", "g"],
  class_names: ["rest"],
  sampling_rate: null,
  samples: 4,
  instances: [0],
  targets: [0],
  methods: [method, { ...method, label: "Occlusion", placed: false }],
  unseen: [],
  centers: null,
  baseline: "",
  intervals: [],
  absence: "",
};
const axis = { origin: 150, step: 100, samples: 4, whole: 4, left: 100, right: 500 };
const frame = {
  width: 520,
  height: 240,
  plot: { left: 100, top: 6, width: 400, height: 200 },
  axis,
  ratio: 1,
  left: 0,
};
const series = {
  key: "",
  values: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  samples: 4,
  channels: 2,
  gap: null,
  error: null,
  spread: null,
  mean: null,
};

function drawn(
  values,
  channels,
  { message = null, failed = false, known = facts, method = 0, shown = series, options = {} } = {},
) {
  const attribution = {
    key: "",
    values: Float32Array.from(values),
    samples: 4,
    channels,
    gap: null,
    error: null,
    spread: null,
    mean: null,
  };
  const all = { ...DEFAULTS, ...options };
  const colorLimit = { limit: 1, maps: 1 };
  const picture = makePicture(
    { instance: 0, target: 0, method, against: null },
    shown,
    attribution,
    known,
    all,
    colorLimit,
  );
  const record = recorder();
  drawScene(
    record.context,
    { picture, facts: known, theme: LIGHT, window: null, notes: [], caption: null, message, failed },
    frame,
  );
  return record;
}

const two = [1, 0, 0, 0, -1, 0, 0, 0];

test("a map without channels is a strip in full color, and a hint behind the rows", () => {
  const { bands, texts } = drawn([1, -1, 0, 0.5], 1);
  assert.deepEqual(bands.map(({ row, alpha }) => [row.top, row.height, alpha])[0], [6, 20, 1]);
  assert.deepEqual(
    bands.slice(1).map(({ alpha }) => alpha < 1),
    [true, true],
  );
  assert.ok(texts.includes("all channels"));
});

test("a map with channels is drawn in each row, in full color", () => {
  const { bands, texts } = drawn(two, 2);
  assert.deepEqual(
    bands.map(({ alpha }) => alpha),
    [1, 1],
  );
  assert.notDeepEqual(bands[0].colors, bands[1].colors);
  assert.ok(!texts.includes("all channels"));
  assert.ok(texts.includes("<b>ay</b>"));
});

test("bands of overlaid means are behind all lines, and together as opaque as one", () => {
  const shown = { ...series, spread: new Float32Array(8).fill(0.5), mean: 5 };
  const [apart, over] = [false, true].map((overlay) => drawn(two, 2, { shown, options: { overlay } }).fills);
  assert.equal(apart.length, over.length);
  assert.deepEqual(
    over.map(({ alpha }) => 2 * alpha),
    apart.map(({ alpha }) => alpha),
  );
  assert.equal(new Set(over.map(({ before }) => before)).size, 1);
});

test("strips are a part of their rows, and lines keep clear of them", () => {
  const [tint, strip] = ["tint", "strip"].map((style) => drawn(two, 2, { options: { style } }).bands[0].row);
  assert.ok(strip.height < tint.height / 2);
  assert.ok(Math.abs(strip.top + strip.height - tint.top - tint.height) < 1e-9);
  assert.equal(drawn([1, -1, 0, 0.5], 1, { options: { style: "strip" } }).bands.length, 1);
});

test("colored lines bear the colors of their values, over a rim of ink", () => {
  const { bands, strokes } = drawn(two, 2, { options: { style: "line" } });
  assert.deepEqual(bands, []);
  const rims = strokes.filter(({ color, width }) => color === LIGHT.ink && width > 4);
  assert.equal(rims.length, 2);
  assert.ok(
    strokes.some(({ color }) => /rgb\(2[0-4]\d, 1[0-4]\d/.test(color)),
    "orange, where the map is 1",
  );
});

test("channels overlay are distinguished by color, in one row, each with its name", () => {
  const { strokes, texts, bands } = drawn([1, -1, 0, 0.5], 1, { options: { overlay: true } });
  assert.equal(bands.length, 2);
  assert.ok(texts.includes("ax") && texts.includes("<b>ay</b>"));
  const lines = strokes.filter(({ width }) => width === 1.25).map(({ color }) => color);
  assert.equal(new Set(lines).size, 2);
});

test("channels stand in the order of their shares, hidden ones not at all, and the picture says so", () => {
  const larger = [0, 1, 0, 1, 0, 1, 0.5, 1];
  const names = ({ texts }) => texts.filter((text) => /ax|ay/.test(text));
  assert.deepEqual(names(drawn(larger, 2, { options: { order: "share" } })), ["<b>ay</b>", "ax"]);
  const { texts } = drawn(larger, 2, { options: { hidden: [1] } });
  assert.deepEqual(names({ texts }), ["ax"]);
  assert.ok(texts.includes("1 of 2 channels hidden"));
});

test("the shares of the channels stand at the right of their rows", () => {
  const wide = { ...frame, width: 580 };
  const attribution = tileOf([3, 1, 0, 0, 0, 0, 0, 0], 2, "");
  const picture = makePicture(
    { instance: 0, target: 0, method: 0, against: null },
    series,
    attribution,
    facts,
    DEFAULTS,
    { limit: 3, maps: 1 },
  );
  const { context, texts, rects } = recorder();
  drawScene(context, { picture, facts, theme: LIGHT, window: null, notes: [], caption: null, message: null }, wide);
  assert.ok(texts.includes("75.0 %") && texts.includes("25.0 %"));
  const [first, second] = rects.filter(({ rect }) => rect[0] > 500).map(({ rect }) => rect[2]);
  assert.ok(Math.abs(first / second - 3) < 1e-6);
});

test("a picture that could not be computed shows no value of the one before", () => {
  const waiting = drawn(two, 2, { message: "computing …" });
  const { bands, strokes, texts } = drawn(two, 2, { message: "could not be computed: no model", failed: true });
  assert.equal(waiting.bands.length, 2, "while it is computed, the one before stays");
  assert.equal(bands.length, 0);
  assert.ok(strokes.length < waiting.strokes.length, "no line");
  assert.ok(texts.some((text) => text.includes("could not be computed")));
  assert.ok(facts.channel_names.slice(0, 2).every((name) => texts.includes(name)));
  assert.ok(!texts.some((text) => /\d/.test(text)), "no limits and no shares");
});

test("under a message no color is left, and the reason is told", () => {
  const { bands, texts } = drawn(two, 2, { message: "computing …" });
  assert.ok(bands.every(({ colors }) => colors.every(([r, g, b]) => r === g && g === b)));
  assert.ok(texts.includes("computing …"));
});

/** A layer that sees all but the last sample, in steps centered at samples 1 and 2. */
const partly = { ...facts, unseen: [[3, 4]], centers: [1, 2] };
const single = {
  key: "",
  values: Float32Array.of(0, 1, 2, 3),
  samples: 4,
  channels: 1,
  gap: null,
  error: null,
  spread: null,
  mean: null,
};
const onPaper = ({ rects }) => rects.filter(({ color }) => color === LIGHT.background);
const pale = (record) => onPaper(record).filter(({ alpha }) => alpha === 0.6);
const hatched = (record) => onPaper(record).filter(({ alpha }) => alpha === 1);

test("a placed map is pale beyond its centers and hatched where nothing is seen, in the strip and in each row", () => {
  const record = drawn([1, -1, 0, 0.5], 1, { known: partly });
  assert.equal(pale(record).length, 2 * 3);
  assert.equal(hatched(record).length, 3);
});

test("a placed map of a series of one channel is pale and hatched in its row, which no strip repeats", () => {
  const record = drawn([1, -1, 0, 0.5], 1, { known: partly, shown: single });
  assert.equal(pale(record).length, 2);
  assert.equal(hatched(record).length, 1);
  assert.ok(!record.texts.includes("all channels"));
});

test("a map that is not placed knows every sample: a strip where it has one channel, and nothing pale or hatched", () => {
  for (const [values, channels, shown] of [
    [[1, -1, 0, 0.5], 1, series],
    [[1, 0, 0, 0, -1, 0, 0, 0], 2, series],
    [[1, -1, 0, 0.5], 1, single],
  ]) {
    const record = drawn(values, channels, { known: partly, method: 1, shown });
    assert.deepEqual(onPaper(record), []);
    assert.equal(record.texts.includes("all channels"), channels < shown.channels);
  }
});

test("what was written of a window stands in the first row, as text, with a bar at the foot of each", () => {
  const attribution = tileOf([1, 0, 0, 0], 1, "");
  const picture = makePicture(
    { instance: 0, target: 0, method: 1, against: null },
    series,
    attribution,
    facts,
    DEFAULTS,
    { limit: 1, maps: 1 },
  );
  const { context, texts, rects } = recorder();
  const notes = [{ instance: 0, window: [1, 3], text: "<b>turn</b>" }];
  drawScene(context, { picture, facts, theme: LIGHT, window: null, notes, caption: null, message: null }, frame);
  assert.equal(texts.filter((text) => text === "<b>turn</b>").length, 1);
  const bars = rects.filter(({ color }) => color === "#cc79a7");
  assert.deepEqual(
    bars.map(({ rect }) => [rect[0], rect[2]]),
    [
      [200, 200],
      [200, 200],
    ],
  );
});

test("the text of a note ends before the next note and the end of the row", () => {
  const attribution = tileOf([1, 0, 0, 0], 1, "");
  const choice = { instance: 0, target: 0, method: 1, against: null };
  const picture = makePicture(choice, series, attribution, facts, DEFAULTS, { limit: 1, maps: 1 });
  const { context, texts } = recorder();
  const long = "a remark that goes on ".repeat(40);
  const notes = [
    { instance: 0, window: [0, 1], text: long },
    { instance: 0, window: [2, 3], text: long },
  ];
  drawScene(context, { picture, facts, theme: LIGHT, window: null, notes, caption: null, message: null }, frame);
  const [first, second] = texts.filter((text) => text.startsWith("a re"));
  assert.ok(first.includes("…") && second.includes("…"));
  for (const text of [first, second]) {
    assert.ok(context.measureText(text).width <= 200);
  }
});

test("of very many samples, those between two gaps are a pixel wide, and no place is not a number", () => {
  const samples = 8000;
  const values = new Float32Array(samples).fill(NaN);
  values[4000] = 5;
  values[100] = 1;
  const many = { origin: 100 + 0.025, step: 0.05, samples, left: 100, right: 500 };
  const places = [];
  const pen = recorder().context;
  const place = (x, y) => places.push([x, y]);
  const watched = new Proxy(pen, {
    get: (target, name) => (name === "lineTo" || name === "moveTo" ? place : target[name]),
    set: Reflect.set,
  });
  drawLine(
    watched,
    new Column(values, 0, 1, samples),
    { low: 0, high: 6, clipped: false },
    { top: 0, height: 100 },
    many,
    LIGHT,
    "#000",
  );
  assert.ok(places.flat().every(Number.isFinite));
  const near = places.map(([x]) => x).filter((x) => x > 290 && x < 310);
  assert.ok(Math.max(...near) - Math.min(...near) >= 1);
});

test("a series on the axis of a longer one is drawn as alone, and what follows it is hatched", () => {
  const draw = (whole) => {
    const record = recorder();
    const map = { ...series, values: Float32Array.from(two) };
    const choice = { instance: 0, target: 0, method: 1, against: null };
    const picture = makePicture(choice, series, map, facts, DEFAULTS, { limit: 1, maps: 1 });
    const scene = { picture, facts, theme: LIGHT, window: null, notes: [], caption: null, message: null };
    const narrow = { origin: 150, step: 50, samples: 4, whole, left: 125, right: 525 };
    drawScene(record.context, scene, { ...frame, plot: { ...frame.plot, left: 125 }, axis: narrow });
    return record;
  };
  const [alone, padded] = [draw(4), draw(8)];
  assert.deepEqual(padded.bands, alone.bands);
  assert.ok(padded.bands.every(({ colors }) => colors.slice(200).every(([, , , alpha]) => alpha === 0)));
  const covered = padded.rects.filter(({ rect: [left, , width] }) => left === 325 && width === 200);
  assert.deepEqual([covered.length, alone.rects.length], [2, padded.rects.length - 2]);
});

test("the series before it was edited is a thin line below the edited one", () => {
  const { context, strokes } = recorder();
  const original = { ...series, key: "series/0", values: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1) };
  const choice = { instance: 0, target: 0, method: 1, against: null, mean: null, edited: "name" };
  const map = tileOf(new Float32Array(8), 2);
  const limit = { limit: 1, maps: 1 };
  const picture = makePicture(choice, series, map, facts, DEFAULTS, limit, [series, original], original);
  drawScene(context, { picture, facts, theme: LIGHT, message: null, window: null, notes: [], caption: null }, frame);
  const thin = strokes.findIndex(({ color, width }) => color === LIGHT.faint && width === 1);
  const line = strokes.findIndex(({ color }) => color === LIGHT.ink);
  assert.ok(thin >= 0 && thin < line, `${thin} ${line}`);
});
