import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linkTo, readLink } from "../../lib/core/text/link.js";

const facts = {
  instances: [4, 9],
  targets: [0, 2],
  class_names: ["rest", "walk", "run & <b>"],
  methods: [{ label: "CAM" }, { label: "Gradient × Input" }],
  channel_names: ["a", "b"],
  sampling_rate: 2,
  samples: 10,
  lengths: null,
};
const stretch = { window: [2, 5], channels: [0, 1] };
const state = {
  instance: 1,
  target: 1,
  method: 1,
  zoom: [-0.25, 3],
  window: [0, 10],
  panel: "Edit",
  inside: { layer: "conv", filter: 3, step: 7 },
  edits: [
    { ...stretch, do: "move", by: [0.1, -2] },
    { ...stretch, do: "scale", by: 0.5 },
    { ...stretch, do: "flatten" },
    { ...stretch, do: "smooth", over: 3 },
    { ...stretch, do: "shift", by: -4 },
    { ...stretch, do: "noise", by: [1, 2], seed: 7 },
    { ...stretch, do: "exchange" },
    { ...stretch, do: "take", instance: 0 },
    { do: "replace", values: Array.from({ length: 20 }, (_, place) => place / 7) },
  ],
};
const layers = [{ name: "conv", kind: "Conv1D", filters: 4 }];
const fragment = (changes) => `#cam1d=${encodeURIComponent(JSON.stringify({ ...wire(), ...changes }))}`;
const wire = () => JSON.parse(decodeURIComponent(linkTo(state, facts).slice("#cam1d=".length)));

test("a link restores what it was made from", () => {
  assert.deepEqual(readLink(linkTo(state, facts), facts, layers), state);
  assert.deepEqual(wire().instance, 9, "instances by their number in the data");
  assert.equal(wire().edits[7].instance, 4);
  const least = { ...state, zoom: null, window: null, panel: null, inside: null, edits: [] };
  assert.deepEqual(readLink(linkTo(least, facts), facts, layers), least);
  const { instance, class: name, method } = wire();
  const short = `#cam1d=${encodeURIComponent(JSON.stringify({ instance, class: name, method }))}`;
  assert.deepEqual(readLink(short, facts, layers), least, "what is not said is as by default");
});

test("other fragments are none of ours", () => {
  for (const other of ["", "#top", "#cam1d"]) {
    assert.equal(readLink(other, facts, layers), null);
  }
});

test("what is wrong with a link is said", () => {
  const cases = [
    [linkTo(state, facts).slice(0, 200), "it is cut off or damaged"],
    ["#cam1d=%E0%A4%A", "it is cut off or damaged"],
    ["#cam1d=7", "its content cannot be used here"],
    [fragment({ instance: 5 }), "the page has no instance 5"],
    [fragment({ class: "walk" }), "the page has no class walk"],
    [fragment({ method: "SHAP" }), "the page has no method SHAP"],
    [fragment({ zoom: [2, 1] }), "its zoom cannot be used here"],
    [fragment({ zoom: [0, 99] }), "its zoom cannot be used here"],
    [fragment({ window: [0, 11] }), "its window cannot be used here"],
    [fragment({ window: [0.5, 3] }), "its window cannot be used here"],
    [fragment({ class: undefined }), "it names no class"],
    [fragment({ inside: { layer: "dense" } }), "the page has no layer dense"],
    [fragment({ inside: { layer: "conv", filter: 4 } }), "its filter cannot be used here"],
    [fragment({ inside: { layer: "conv", step: -1 } }), "its step cannot be used here"],
    [fragment({ edits: [{ kind: "nope" }] }), "its edit cannot be used here"],
    [fragment({ edits: 3 }), "its list of edits cannot be used here"],
    [fragment({ edits: [{ ...stretch, do: "explode" }] }), "its edit cannot be used here"],
    [fragment({ edits: [{ ...stretch, do: "move", by: [1] }] }), "its amount cannot be used here"],
    [fragment({ edits: [{ ...stretch, channels: [2], do: "flatten" }] }), "its list of channels cannot be used here"],
    [fragment({ edits: [{ do: "replace", values: [1] }] }), "its list of values cannot be used here"],
    [fragment({ edits: [{ do: "replace", values: Array(20).fill(null) }] }), "its list of values cannot be used here"],
  ];
  for (const [link, message] of cases) {
    assert.throws(() => readLink(link, facts, layers), { message }, link);
  }
});

test("any fragment is refused in words, or can be used", () => {
  fc.assert(
    fc.property(
      fc.record({
        zoom: fc.json(),
        window: fc.jsonValue(),
        edits: fc.jsonValue(),
        panel: fc.jsonValue(),
        inside: fc.oneof(
          fc.jsonValue(),
          fc.record({ layer: fc.constant("conv"), filter: fc.jsonValue(), step: fc.jsonValue() }),
        ),
      }),
      (changes) => {
        try {
          const read = readLink(fragment(changes), facts, layers);
          assert.deepEqual(readLink(linkTo(read, facts), facts, layers), read);
        } catch (fault) {
          assert.match(fault.message, /^its [\w ]+ cannot be used here$|^it names no layer$|^the page has no layer/);
        }
      },
    ),
  );
});
