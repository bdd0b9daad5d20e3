import assert from "node:assert/strict";
import { test } from "node:test";
import { windowBetween, windowShare } from "../../lib/core/picture/window.js";

const picture = {
  choice: { instance: 0, mean: null },
  attribution: { values: Float32Array.of(1, -1, 0, 4, 0, 0, -2, 0), samples: 4, channels: 2 },
};

test("a window holds its part of the magnitudes, its own sum, and its part of the time", () => {
  assert.deepEqual(windowShare(picture, [[1, 2]]), { share: 0.5, sum: 4, time: 0.25, peak: true });
  assert.deepEqual(
    windowShare(picture, [
      [0, 1],
      [3, 4],
    ]),
    { share: 0.5, sum: -2, time: 0.5, peak: false },
  );
  assert.deepEqual(windowShare(picture, [[0, 4]]).share, 1);
});

test("windows that overlap count once", () => {
  assert.deepEqual(
    windowShare(picture, [
      [0, 2],
      [1, 3],
    ]),
    windowShare(picture, [[0, 3]]),
  );
});

test("a map of zeros has nothing in any window", () => {
  const none = { attribution: { values: new Float32Array(4), samples: 4, channels: 1 } };
  assert.deepEqual(windowShare(none, [[0, 2]]), { share: 0, sum: 0, time: 0.5, peak: true });
});

test("a window goes from the first sample to the last, whichever was first, and a click chooses none", () => {
  assert.deepEqual([windowBetween(2, 5), windowBetween(5, 2), windowBetween(3, 3)], [[2, 6], [2, 6], null]);
});
