import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { frameOf, movedFrame, widenedFrame } from "../../lib/core/draw/frame.js";
import { pixelOf, sampleAt, visibleFraction } from "../../lib/core/samples/time_axis.js";

/** A frame that shows all of this many samples. */
function whole(samples, width = 400) {
  const step = width / samples;
  const axis = { origin: 100 + step / 2, step, samples, whole: samples, left: 100, right: 100 + width };
  return { left: 0, width: 520, height: 100, plot: { left: 100, top: 0, width, height: 80 }, ratio: 1, axis };
}

test("a shorter series on the axis of a longer one keeps its samples where those of the longer one are", () => {
  const frame = whole(80);
  const own = frameOf(frame, 50, 80);
  for (let sample = 0; sample < 50; sample++) {
    assert.equal(pixelOf(sample, own.axis), pixelOf(sample, frame.axis));
    assert.equal(sampleAt(pixelOf(sample, own.axis), own.axis), sample);
  }
  assert.equal(sampleAt(pixelOf(50, own.axis), own.axis), null);
  assert.deepEqual(visibleFraction(own.axis), [0, 1]);
});

test("the frame of another whole axis is the one that it would have alone", () => {
  const lengths = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(lengths, lengths, (before, now) => {
      const [made, alone] = [frameOf(whole(before), now, now).axis, whole(now).axis];
      for (const name of Object.keys(alone)) {
        assert.ok(Math.abs(made[name] - alone[name]) < 1e-6, name);
      }
    }),
  );
});

test("a zoom is kept, within the other series", () => {
  const { axis, ...rest } = whole(100);
  const zoomed = { ...rest, axis: { ...axis, step: 8, origin: axis.left - 8 * 40 } };
  assert.deepEqual(frameOf(zoomed, 100, 100), zoomed);
  assert.deepEqual(visibleFraction(frameOf(zoomed, 60, 60).axis), [(59.5 - 50 + 0.5) / 60, 1]);
});

test("a moved or widened frame shows the same interval", () => {
  const frame = frameOf(whole(80), 50, 80);
  for (const other of [movedFrame(frame, 30, 20), widenedFrame(frame, 700)]) {
    assert.deepEqual(visibleFraction(other.axis), [0, 1]);
    assert.deepEqual([other.axis.samples, other.axis.whole], [50, 80]);
  }
});
