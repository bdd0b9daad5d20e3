import assert from "node:assert/strict";
import { test } from "node:test";
import { momentText } from "../../lib/core/text/clock.js";

const noon = Date.UTC(2024, 2, 5, 12);
const facts = { sampling_rate: 50, start: [noon, noon + 60_000] };

test("moments are told by the clock in as many digits as samples need", () => {
  assert.equal(momentText(5, facts, noon), "2024-03-05 12:00:00.100");
  assert.equal(momentText(50, { sampling_rate: 1 }, noon), "2024-03-05 12:00:50");
  assert.equal(momentText(5, facts, null), "0.10 s");
});
