import assert from "node:assert/strict";
import { test } from "node:test";
import { received } from "../../lib/core/picture/facts.js";

test("instances that are numbered by their index are given by their count", () => {
  assert.deepEqual(received({ instances: 3, samples: 5 }), { instances: [0, 1, 2], samples: 5 });
  assert.deepEqual(received({ instances: [4, 9], samples: 5 }), { instances: [4, 9], samples: 5 });
});
