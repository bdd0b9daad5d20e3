import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Wishes } from "../../lib/core/tiles/tile_requests.js";

const wishing = () => {
  const sent = [];
  return { sent, wishes: new Wishes((request) => sent.push(request.keys.join())) };
};

test("one request at a time, and the last wish wins", () => {
  const { sent, wishes } = wishing();
  ["a", "b", "c", "d"].forEach((key) => wishes.wish([key]));
  assert.deepEqual(sent, ["a"]);
  wishes.answered(1);
  wishes.proceed();
  assert.deepEqual(sent, ["a", "d"]);
  wishes.answered(2);
  wishes.proceed();
  assert.deepEqual(sent, ["a", "d"]);
});

test("what is on its way is not asked for again", () => {
  const { sent, wishes } = wishing();
  wishes.wish(["a", "b"]);
  wishes.wish(["c"]);
  wishes.wish(["b"]);
  wishes.answered(1);
  wishes.proceed();
  assert.deepEqual(sent, ["a,b"]);
});

test("neighbors are fetched one after the other, until somebody waits", () => {
  const { sent, wishes } = wishing();
  wishes.fetchAhead([["next"], [], ["previous"], ["other"]]);
  wishes.answered(1);
  wishes.proceed();
  wishes.wish(["wanted"]);
  wishes.answered(2);
  wishes.proceed();
  wishes.answered(3);
  wishes.proceed();
  assert.deepEqual(sent, ["next", "previous", "wanted"]);
});

test("what nobody will answer is forgotten, and can be asked for anew", () => {
  const { sent, wishes } = wishing();
  wishes.wish(["a"]);
  wishes.wish(["b"]);
  wishes.forget();
  wishes.wish(["a"]);
  assert.equal(wishes.answered(1), false);
  assert.deepEqual(sent, ["a", "a"]);
});

test("an answer to another request says nothing", () => {
  const { wishes } = wishing();
  wishes.wish(["a"]);
  assert.equal(wishes.answered(7), false);
  assert.equal(wishes.outstanding.id, 1);
});

test("however it is wished and answered, one request is under way at most and the newest wish comes last", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant("answer"), fc.nat({ max: 9 }))), (steps) => {
      const { sent, wishes } = wishing();
      let underWay = 0;
      let newest = null;
      for (const step of steps) {
        const before = sent.length;
        if (step === "answer") {
          underWay -= wishes.answered(wishes.outstanding?.id ?? -1) ? 1 : 0;
          wishes.proceed();
        } else {
          newest = String(step);
          wishes.wish([newest]);
        }
        underWay += sent.length - before;
        assert.ok(underWay <= 1);
      }
      while (wishes.outstanding) {
        wishes.answered(wishes.outstanding.id);
        wishes.proceed();
      }
      assert.ok(newest === null || sent.at(-1) === newest);
    }),
  );
});
