// Networks: one request for each version of the model, and answers to earlier versions are ignored.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Networks } from "../../lib/mark/networks.js";

function notebook(state = {}) {
  const values = { version: 0, stale: "", sends_network: true, ...state };
  const sent = [];
  const mark = { hasKernel: true, get: (name) => values[name], send: (message) => sent.push(message) };
  return { networks: new Networks(mark), values, sent, mark };
}

const weights = new DataView(new ArrayBuffer(4));
const answer = (version) => [{ network: { methods: [] }, version }, [weights]];

test("the network is requested once, with the programs that are missing", () => {
  const { networks, sent } = notebook();
  networks.request();
  networks.request();
  assert.deepEqual(sent, [{ type: "network", programs: true }]);
  assert.deepEqual(networks.taken(...answer(0)), { packed: { methods: [], weights }, programs: null });
});

test("after an update it is requested again, and what was sent before is not used", () => {
  const { networks, values, sent } = notebook();
  networks.request();
  values.version = 1;
  assert.equal(networks.taken(...answer(0)), null);
  networks.request();
  assert.equal(sent.length, 2);
  assert.equal(networks.taken(...answer(0)), null);
  assert.notEqual(networks.taken(...answer(1)), null);
});

test("while the model is changed it is not requested, and again once it is as it was", () => {
  const { networks, values, sent } = notebook();
  networks.request();
  values.stale = "changed";
  networks.forget();
  assert.equal(networks.taken(...answer(0)), null);
  networks.request();
  assert.equal(sent.length, 1);
  values.stale = "";
  networks.request();
  assert.equal(sent.length, 2);
});

test("a lost answer is requested again, an answer that arrived is not", () => {
  const { networks, sent } = notebook();
  networks.request();
  networks.reconnect();
  networks.request();
  assert.equal(sent.length, 2);
  networks.taken(...answer(0));
  networks.reconnect();
  networks.request();
  assert.equal(sent.length, 2);
});

test("a network that stays in the kernel, and a kernel that offers none, are not asked again", () => {
  const { networks, sent } = notebook();
  networks.request();
  assert.equal(networks.taken({ network: null, version: 0 }, []), null);
  networks.request();
  assert.equal(sent.length, 1);
  const other = notebook({ sends_network: false });
  other.networks.request();
  assert.deepEqual(other.sent, []);
});
