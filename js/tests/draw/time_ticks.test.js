import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { timeTicks } from "../../lib/core/draw/time_ticks.js";
import { startOf } from "../../lib/core/text/clock.js";

const noon = Date.UTC(2024, 2, 5, 12);
const facts = { sampling_rate: 50, start: [noon, noon + 60_000] };
/** A frame of 800 pixels on which so many seconds are on show, from one on. */
const frame = (seconds, from = 0, rate = 50) => {
  const step = 800 / (seconds * rate);
  return { plot: { left: 100, width: 800 }, axis: { left: 100, right: 900, origin: 100 - from * rate * step, step } };
};
const texts = ({ ticks }) => ticks.map(({ text }) => text);

test("ticks stand at round times of the clock, wherever a series begins", () => {
  const axis = timeTicks(frame(6), facts, noon + 400);
  assert.deepEqual(texts(axis), ["12:00:01", "12:00:02", "12:00:03", "12:00:04", "12:00:05", "12:00:06"]);
  assert.ok(Math.abs(axis.ticks[0].at - (0.6 * 800) / 6) < 1e-6);
  assert.equal(axis.title, "time, 2024-03-05");
});

test("steps go from milliseconds to years, and have room", () => {
  for (const seconds of [0.004, 0.05, 1, 7, 60, 900, 7200, 86400, 6e5, 4e6, 3e7, 3e8, 3e9]) {
    const { ticks } = timeTicks(frame(seconds), facts, noon);
    assert.ok(ticks.length >= 1 && ticks.length <= 11, `${ticks.length} ticks of ${seconds} s`);
    ticks.slice(1).forEach(({ at }, place) => assert.ok(at - ticks[place].at >= 75));
    // Noon comes back after a day.
    assert.ok(new Set(ticks.map(({ text }) => text)).size >= ticks.length - (seconds === 86400 ? 1 : 0));
  }
});

test("midnight is told by its date, and so is a stretch of days", () => {
  const axis = timeTicks(frame(86400, 43200 - 7200), facts, noon);
  assert.ok(texts(axis).includes("2024-03-06"));
  assert.equal(axis.title, "time, 2024-03-05 to 2024-03-06");
});

test("the dates are those of the first and the last sample", () => {
  const midnight = Date.UTC(2024, 2, 6);
  assert.equal(timeTicks(frame(6, -0.01), facts, midnight).title, "time, 2024-03-06");
  assert.equal(timeTicks(frame(0.01, -0.01), facts, midnight).title, "time, 2024-03-06");
  assert.equal(timeTicks(frame(6, -6.01), facts, midnight).title, "time, 2024-03-05");
});

test("a mean has no date: its axis counts seconds", () => {
  assert.equal(startOf({ instance: 1, mean: { by: "true", of: 0 } }, facts), null);
  assert.equal(startOf({ instance: 1, mean: null }, facts), noon + 60_000);
  const axis = timeTicks(frame(6), facts, null);
  assert.deepEqual(
    [texts(axis), axis.title],
    [["0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "5.5", "6"], "time (s)"],
  );
});

test("without a sampling rate, samples are counted, never in fractions", () => {
  for (const samples of [1, 3, 10, 300, 5000, 1e6]) {
    const { ticks, title } = timeTicks(frame(samples, 0, 1), { sampling_rate: null }, null);
    assert.equal(title, "sample");
    assert.ok(ticks.length >= 1 && ticks.length <= 16);
    ticks.slice(1).forEach(({ at }, place) => assert.ok(at - ticks[place].at >= 51));
    ticks.forEach(({ text }) => assert.ok(Number.isInteger(Number(text)), text));
  }
});

test("labels of numbers keep apart, at whatever zoom", () => {
  const length = fc.double({ min: -3, max: 6, noNaN: true }).map((power) => 10 ** power);
  fc.assert(
    fc.property(length, fc.double({ min: 0, max: 1000, noNaN: true }), (seconds, from) => {
      const { ticks } = timeTicks(frame(seconds, from * seconds, 1000), { sampling_rate: 1000, start: null }, null);
      ticks.slice(1).forEach(({ at, text }, place) => {
        const halves = 3.1 * (text.length + ticks[place].text.length);
        assert.ok(at - ticks[place].at > halves, `${ticks[place].text} and ${text}`);
      });
    }),
  );
});
