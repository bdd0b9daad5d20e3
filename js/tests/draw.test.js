import assert from "node:assert/strict";
import { test } from "node:test";
import { drawScene } from "../lib/core/draw.js";
import { makePicture } from "../lib/core/picture.js";
import { LIGHT } from "../lib/core/theme.js";

/** A context that writes down what is filled, with the color and alpha of that moment. */
function recorder() {
  const rects = [];
  const texts = [];
  const context = {
    globalAlpha: 1,
    fillRect(...rect) {
      rects.push({ rect, color: this.fillStyle, alpha: this.globalAlpha });
    },
    fillText: (text) => texts.push(text),
    measureText: (text) => ({ width: 4 * text.length }),
  };
  const silent = () => {};
  const proxy = new Proxy(context, { get: (target, name) => (name in target ? target[name] : silent) });
  return { context: proxy, rects, texts };
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
  absence: "",
};
const axis = { origin: 150, step: 100, samples: 4, left: 100, right: 500 };
const frame = { width: 520, height: 240, plot: { left: 100, top: 6, width: 400, height: 200 }, axis, ratio: 1 };
const series = { key: "", values: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7), samples: 4, channels: 2, gap: null };

function drawn(values, channels, { veil = null, known = facts, method = 0, shown = series } = {}) {
  const attribution = { key: "", values: Float32Array.from(values), samples: 4, channels, gap: null };
  const picture = makePicture({ instance: 0, target: 0, method }, shown, attribution, known);
  const record = recorder();
  drawScene(record.context, { picture, facts: known, theme: LIGHT, veil }, frame);
  return record;
}

test("a map without channels is a strip in full color, and a hint behind the rows", () => {
  const { rects, texts } = drawn([1, -1, 0, 0.5], 1);
  const strong = rects.filter(({ rect, alpha }) => alpha === 1 && rect[2] === 100);
  assert.equal(strong.length, 4);
  assert.ok(strong.every(({ rect }) => rect[1] === 6 && rect[3] === 20));
  assert.equal(rects.filter(({ alpha }) => alpha < 1).length, 8);
  assert.ok(texts.includes("all channels"));
});

test("a map with channels is drawn in each row, in full color", () => {
  const { rects, texts } = drawn([1, 0, 0, 0, -1, 0, 0, 0], 2);
  assert.equal(rects.filter(({ alpha }) => alpha === 1).length, 8);
  assert.ok(!texts.includes("all channels"));
  assert.ok(texts.includes("<b>ay</b>"));
});

test("under a veil no color is left, and the reason is told", () => {
  const { rects, texts } = drawn([1, 0, 0, 0, -1, 0, 0, 0], 2, { veil: "computing …" });
  assert.ok(rects.filter(({ alpha }) => alpha === 1).every(({ color }) => /#fff|rgb\((\d+), \1, \1\)/.test(color)));
  assert.ok(texts.includes("computing …"));
});

/** A layer that sees all but the last sample, in steps centered at samples 1 and 2. */
const partly = { ...facts, unseen: [[3, 4]], centers: [1, 2] };
const single = { key: "", values: Float32Array.of(0, 1, 2, 3), samples: 4, channels: 1, gap: null };
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
