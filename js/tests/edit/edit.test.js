import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { edited, spreads } from "../../lib/core/edit/edit.js";
import { nameOf, redo, reset, UNEDITED, undo, withEdit } from "../../lib/core/edit/history.js";

/** Five samples of two channels. */
const series = { values: Float32Array.of(0, 10, 1, 11, 2, 12, 3, 13, 4, 14), samples: 5, channels: 2 };
const other = { values: Float32Array.from({ length: 6 }, (_, place) => 100 + place), samples: 3, channels: 2 };
const around = { baseline: [-1, -2], seriesOf: (instance) => (instance === 7 ? other : undefined) };
const channel = (values, which) => [...values].filter((_, place) => place % 2 === which);
const after = (...edits) => edited(series, edits, around);
const window = [1, 3];

test("each edit changes its channels within its window, and nothing else", () => {
  const first = (edit) => channel(after({ window, channels: [0], ...edit }), 0);
  assert.deepEqual(first({ do: "move", by: [0.5] }), [0, 1.5, 2.5, 3, 4]);
  assert.deepEqual(first({ do: "scale", by: 2 }), [0, 3, 5, 3, 4], "the distance from the baseline");
  assert.deepEqual(first({ do: "flatten" }), [0, -1, -1, 3, 4]);
  assert.deepEqual(first({ do: "smooth", over: 3 }), [0, 1, 2, 3, 4]);
  assert.deepEqual(first({ do: "shift", by: 1 }), [0, -1, 1, 2, 4]);
  assert.deepEqual(first({ do: "shift", by: -2 }), [2, -1, -1, 3, 4], "what leaves the series is cut");
  assert.deepEqual(first({ do: "shift", by: 9 }), [0, -1, -1, 3, 4]);
  assert.deepEqual(first({ do: "exchange", channels: [0, 1] }), [0, 11, 12, 3, 4]);
  assert.deepEqual(first({ do: "take", instance: 7 }), [0, 102, 104, 3, 4]);
  assert.deepEqual(first({ do: "take", instance: 7, window: [1, 5] }), [0, 102, 104, 3, 4], "as long as it is");
  assert.deepEqual(channel(after({ window, channels: [1], do: "flatten" }), 0), [0, 1, 2, 3, 4]);
});

test("a moving mean takes what is around the window, and leaves gaps out", () => {
  const gap = { ...series, values: Float32Array.of(0, 0, NaN, 0, 6, 0, 0, 0, 0, 0) };
  const [zero, one, two] = channel(edited(gap, [{ window: [0, 3], channels: [0], do: "smooth", over: 3 }], around), 0);
  assert.deepEqual([zero, one, two], [0, NaN, 3]);
});

test("edits follow each other, and the series itself is not changed", () => {
  const before = [...series.values];
  const moved = after(
    { window, channels: [0, 1], do: "move", by: [1, 2] },
    { window: [2, 4], channels: [0], do: "scale", by: 0 },
  );
  assert.deepEqual([...moved], [0, 10, 2, 13, -1, 14, -1, 13, 4, 14]);
  assert.deepEqual([...series.values], before);
  assert.equal(after(), series.values);
  const values = Array.from({ length: 10 }, (_, place) => place / 2);
  assert.deepEqual([...after({ do: "replace", values })], values);
});

test("noise is that of its seed, of the wanted standard deviation", () => {
  const long = { values: new Float32Array(20000), samples: 10000, channels: 2 };
  const noise = (seed) => ({ window: [0, 10000], channels: [0, 1], do: "noise", by: [1, 3], seed });
  const one = edited(long, [noise(5)], around);
  assert.deepEqual(one, edited(long, [noise(5)], around));
  assert.notDeepEqual(one, edited(long, [noise(6)], around));
  const [first, second] = spreads({ ...long, values: one });
  assert.ok(Math.abs(first - 1) < 0.03 && Math.abs(second - 3) < 0.1, `${first} ${second}`);
});

test("a constant channel has a spread, so that it can be moved", () => {
  assert.deepEqual(spreads({ values: Float32Array.of(1, 0, 1, 2, 1, NaN), samples: 3, channels: 2 }), [1, 1]);
});

test("undo, redo and reset restore what was there", () => {
  const edit = fc.record({
    do: fc.constant("flatten"),
    window: fc.tuple(fc.nat(3), fc.nat(9)),
    channels: fc.constant([0]),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1 }), (edits) => {
      const all = edits.reduce(withEdit, UNEDITED);
      assert.deepEqual(all.done, edits);
      assert.deepEqual(redo(undo(all)), all);
      const original = reset(undo(all));
      assert.deepEqual(original.done, []);
      assert.deepEqual(edits.reduce(redo, original).done, edits);
      assert.deepEqual(withEdit(undo(all), edits[0]).undone, []);
      assert.equal(undo(UNEDITED), UNEDITED);
      assert.equal(redo(UNEDITED), UNEDITED);
      assert.equal(nameOf(all.done), nameOf([...edits]));
    }),
  );
});

test("other edits have another name", () => {
  const names = Array.from({ length: 1000 }, (_, by) => nameOf([{ do: "move", window, channels: [0], by: [by / 7] }]));
  assert.equal(new Set(names).size, 1000);
});
