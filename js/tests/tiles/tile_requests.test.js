import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TileRequests } from "../../lib/core/tiles/tile_requests.js";

const requesting = () => {
  const sent = [];
  return { sent, requests: new TileRequests((request) => sent.push(request.keys.join())) };
};

test("one request at a time, and the latest request wins", () => {
  const { sent, requests } = requesting();
  ["a", "b", "c", "d"].forEach((key) => requests.request([key]));
  assert.deepEqual(sent, ["a"]);
  requests.answered(1);
  requests.sendNext();
  assert.deepEqual(sent, ["a", "d"]);
  requests.answered(2);
  requests.sendNext();
  assert.deepEqual(sent, ["a", "d"]);
});

test("what is on its way is not asked for again", () => {
  const { sent, requests } = requesting();
  requests.request(["a", "b"]);
  requests.request(["c"]);
  requests.request(["b"]);
  requests.answered(1);
  requests.sendNext();
  assert.deepEqual(sent, ["a,b"]);
});

test("neighbors are fetched one after the other, until somebody waits", () => {
  const { sent, requests } = requesting();
  requests.prefetch([["next"], [], ["previous"], ["other"]]);
  requests.answered(1);
  requests.sendNext();
  requests.request(["wanted"]);
  requests.answered(2);
  requests.sendNext();
  requests.answered(3);
  requests.sendNext();
  assert.deepEqual(sent, ["next", "previous", "wanted"]);
});

test("what nobody will answer is forgotten, and can be asked for anew", () => {
  const { sent, requests } = requesting();
  requests.request(["a"]);
  requests.request(["b"]);
  requests.cancelRequests();
  requests.request(["a"]);
  assert.equal(requests.answered(1), false);
  assert.deepEqual(sent, ["a", "a"]);
});

test("an answer to another request says nothing", () => {
  const { requests } = requesting();
  requests.request(["a"]);
  assert.equal(requests.answered(7), false);
  assert.equal(requests.outstanding.id, 1);
});

test("in any order of requests and responses, at most one is in flight and the latest is sent last", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant("answer"), fc.nat({ max: 9 }))), (steps) => {
      const { sent, requests } = requesting();
      let inFlight = 0;
      let newest = null;
      for (const step of steps) {
        const before = sent.length;
        if (step === "answer") {
          inFlight -= requests.answered(requests.outstanding?.id ?? -1) ? 1 : 0;
          requests.sendNext();
        } else {
          newest = String(step);
          requests.request([newest]);
        }
        inFlight += sent.length - before;
        assert.ok(inFlight <= 1);
      }
      while (requests.outstanding) {
        requests.answered(requests.outstanding.id);
        requests.sendNext();
      }
      assert.ok(newest === null || sent.at(-1) === newest);
    }),
  );
});
