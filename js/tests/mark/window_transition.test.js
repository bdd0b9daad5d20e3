// The framed window moves to its next place within a short time, and is exactly there at the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WindowTransition } from "../../lib/mark/window_transition.js";

const LONG = 10_000;
const moving = () => new WindowTransition(() => false);

test("the first window is framed at once, and none is framed at once", () => {
  const transition = moving();
  assert.equal(transition.at(null, 0), null);
  assert.deepEqual(transition.at([5, 9], 1), [5, 9]);
  assert.equal(transition.isRunning(1), false);
  assert.equal(transition.at(null, 2), null);
});

test("the next window is reached on a straight way without a step back, and exactly", () => {
  const transition = moving();
  transition.at([0, 10], 0);
  let last = transition.at([100, 130], 0);
  assert.deepEqual(last, [0, 10]);
  for (let now = 1; transition.isRunning(now); now++) {
    const [start, stop] = transition.at([100, 130], now);
    assert.ok(last[0] < start && start < 100 && last[1] < stop && stop < 130);
    assert.ok(Math.abs(start / 100 - (stop - 10) / 120) < 1e-12, "both edges arrive together");
    last = [start, stop];
  }
  assert.deepEqual(transition.at([100, 130], LONG), [100, 130]);
});

test("a window that changes on the way goes on from where it is", () => {
  const transition = moving();
  transition.at([0, 10], 0);
  transition.at([100, 110], 0);
  const before = transition.at([100, 110], 50);
  assert.deepEqual(transition.at([0, 10], 50), before);
  assert.deepEqual(transition.at([0, 10], LONG), [0, 10]);
});

test("with reduced motion it is there at once", () => {
  const transition = new WindowTransition(() => true);
  transition.at([0, 10], 0);
  assert.deepEqual(transition.at([100, 130], 0), [100, 130]);
  assert.equal(transition.isRunning(0), false);
});
