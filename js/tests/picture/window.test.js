import assert from "node:assert/strict";
import { test } from "node:test";
import { mock } from "node:test";
import { insideOf, intervalsText, windowBetween, windowText } from "../../lib/core/picture/window.js";
import { ModelAnswers } from "../../lib/mark/window_scores.js";

const picture = { choice: { instance: 0, mean: null }, attribution: { values: Float32Array.of(1, -1, 0, 4, 0, 0, -2, 0), samples: 4, channels: 2 } };
const facts = { sampling_rate: 10 };

test("a window holds its part of the magnitudes, its own sum, and its part of the time", () => {
  assert.deepEqual(insideOf(picture, [[1, 2]]), { share: 0.5, sum: 4, time: 0.25, peak: true });
  assert.deepEqual(insideOf(picture, [[0, 1], [3, 4]]), { share: 0.5, sum: -2, time: 0.5, peak: false });
  assert.deepEqual(insideOf(picture, [[0, 4]]).share, 1);
});

test("windows that overlap count once", () => {
  assert.deepEqual(insideOf(picture, [[0, 2], [1, 3]]), insideOf(picture, [[0, 3]]));
});

test("a map of zeros has nothing in any window", () => {
  const none = { attribution: { values: new Float32Array(4), samples: 4, channels: 1 } };
  assert.deepEqual(insideOf(none, [[0, 2]]), { share: 0, sum: 0, time: 0.5, peak: true });
});

test("a window goes from the first sample to the last, whichever was first, and a click chooses none", () => {
  assert.deepEqual([windowBetween(2, 5), windowBetween(5, 2), windowBetween(3, 3)], [[2, 6], [2, 6], null]);
});

test("windows and intervals in words", () => {
  assert.equal(
    windowText([1, 2], picture, facts),
    "0.10 s to 0.20 s: 50.0 % of the sum of |attribution| in 25.0 % of the time; sum +4.00",
  );
  assert.match(windowText([1, 3], picture, { sampling_rate: null }), /^samples 1 to 2: /);
  assert.match(intervalsText([[0, 1]], picture), /^true intervals: 25.0 % .* the largest value lies outside$/);
});

test("of the questions to the model that come while it answers, it hears the last alone", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const answers = new ModelAnswers(({ name }) => asked.push(name));
  for (let stop = 2; stop < 40; stop++) {
    answers.ask(0, [1, stop]);
  }
  mock.timers.tick(200);
  assert.deepEqual(asked, ["0/1/39"]);
  answers.ask(0, [1, 50]);
  mock.timers.tick(200);
  answers.ask(0, [1, 60]);
  mock.timers.tick(200);
  assert.deepEqual(asked, ["0/1/39"], "one at a time");
  answers.answered({ name: "0/1/39", scores: [] });
  assert.deepEqual(asked, ["0/1/39", "0/1/60"]);
  answers.answered({ name: "0/1/60", scores: [] });
  answers.ask(0, [1, 60]);
  mock.timers.tick(200);
  assert.equal(asked.length, 2, "what is known is not asked again");
  mock.timers.reset();
});
