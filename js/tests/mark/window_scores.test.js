import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { WindowScores } from "../../lib/mark/window_scores.js";

test("of the questions to the model that come while it answers, it hears the last alone", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const answers = new WindowScores(({ name }) => asked.push(name));
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
