import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { watchConnection } from "../../lib/dom/connection.js";

const NEVER = { connected: assert.fail, again: assert.fail, restored: assert.fail };

/** A widget manager whose kernel connection changes its status on demand. */
function manager() {
  const slots = new Set();
  const signal = { connect: (slot) => slots.add(slot), disconnect: (slot) => slots.delete(slot) };
  const change = (status) => slots.forEach((slot) => slot({}, status));
  return { kernel: { connectionStatusChanged: signal }, restored: signal, change, slots };
}

test("requests are repeated for a while after the connection is restored, and not while it is lost", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const host = manager();
  let asked = 0;
  let connected = 0;
  const stop = watchConnection(host, { connected: () => connected++, again: () => asked++, restored: () => undefined });
  host.change("connected");
  assert.equal(connected, 1);
  mock.timers.tick(1);
  assert.equal(asked, 1);
  mock.timers.tick(5_000);
  assert.equal(asked, 3);
  host.change("connecting");
  mock.timers.tick(60_000);
  assert.equal(asked, 3, "nobody would answer");
  host.change("connected");
  mock.timers.tick(60_000);
  assert.equal(asked, 8);
  host.change("connected");
  stop();
  mock.timers.tick(60_000);
  assert.equal(asked, 8, "a closed widget asks nothing");
  assert.equal(host.slots.size, 0);
  mock.timers.reset();
});

test("a host that shows no connection is left alone", () => {
  watchConnection({}, NEVER)();
  watchConnection({ kernel: null }, NEVER)();
});
