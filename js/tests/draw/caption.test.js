import assert from "node:assert/strict";
import { test } from "node:test";
import { captionsOf } from "../../lib/core/draw/caption.js";
import { recorder } from "../support/pen.js";

test("captions are broken into equally many lines, and nothing is lost up to the last", () => {
  const [one, other] = captionsOf(
    recorder().pen,
    ["Current: a short one", "Pinned: one of very many words that need lines"],
    150,
    "",
  );
  assert.equal(one.lines.length, other.lines.length);
  assert.equal(one.lines.join(" ").trim(), "Current: a short one");
  assert.equal(other.lines.join(" "), "Pinned: one of very many words that need lines");
});

test("no line begins with the unit of the number before", () => {
  for (let width = 60; width < 300; width += 10) {
    const [{ lines }] = captionsOf(recorder().pen, ["predicted: ripple on c5 (97.8 %)"], width, "");
    assert.ok(!lines.some((line) => line.startsWith("%")));
  }
});
