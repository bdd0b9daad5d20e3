import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { WindowScores } from "../../lib/mark/window_scores.js";

test("only the latest pending request for scores is kept", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const scores = new WindowScores(({ name }) => asked.push(name));
  for (let stop = 2; stop < 40; stop++) {
    scores.request(0, [1, stop]);
  }
  mock.timers.tick(200);
  assert.deepEqual(asked, ["0/1/39"]);
  scores.request(0, [1, 50]);
  mock.timers.tick(200);
  scores.request(0, [1, 60]);
  mock.timers.tick(200);
  assert.deepEqual(asked, ["0/1/39"], "one at a time");
  scores.receive({ name: "0/1/39", scores: [] });
  assert.deepEqual(asked, ["0/1/39", "0/1/60"]);
  scores.receive({ name: "0/1/60", scores: [] });
  scores.request(0, [1, 60]);
  mock.timers.tick(200);
  assert.equal(asked.length, 2, "what is known is not asked again");
  mock.timers.reset();
});
