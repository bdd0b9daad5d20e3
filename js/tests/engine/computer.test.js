import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalComputer, serve, WorkerComputer } from "../../lib/engine/computer.js";

const task = { key: "map", method: "Occlusion", series: new Float32Array(4), target: 0 };
const maps = new Map([[0, { shape: [4, 1], data: new Float32Array(4), gap: null }]]);

/** A model whose maps take two steps, after which they fail if there is a fault. */
const modelOf = (fault) => ({
  *maps() {
    yield 0.25;
    yield 0.5;
    if (fault) {
      throw new Error(fault);
    }
    return maps;
  },
});

const finished = (start) => new Promise((done) => start((news) => !("share" in news) && done(news)));

test("a task is finished in slices", async () => {
  const news = await finished((report) => {
    const computer = new LocalComputer(modelOf(null), report, 0);
    assert.deepEqual(computer.start(task), { key: "map", share: 0.25 });
  });
  assert.equal(news.maps, maps);
});

test("a task that fails says why, and the next one is computed", async () => {
  const all = [];
  await new Promise((done) => {
    const report = (news) => !("share" in news) && all.push(news) === 2 && done();
    const computer = new LocalComputer(modelOf("no such kernel"), report, 0);
    computer.start(task);
    computer.start({ ...task, key: "other" });
  });
  assert.deepEqual(all, [
    { key: "map", fault: "The model of this page failed: no such kernel" },
    { key: "other", fault: "The model of this page failed: no such kernel" },
  ]);
});

test("a failure in a worker is reported, and not tried again in the page's own thread", async () => {
  const page = {};
  const own = { start: () => assert.fail("tried again"), stop: () => undefined };
  globalThis.Worker = class {
    constructor() {
      const scope = { postMessage: (data) => this.onmessage({ data }) };
      serve(scope, async () => modelOf("no such kernel"));
      page.post = (data) => scope.onmessage({ data });
    }
    postMessage(data) {
      page.post(data);
    }
    terminate() {}
  };
  const news = await finished((report) => {
    const parts = { description: {}, weights: new ArrayBuffer(0), program: new ArrayBuffer(0) };
    new WorkerComputer("", parts, own, report).start(task);
  });
  delete globalThis.Worker;
  assert.deepEqual(news, { key: "map", fault: "The model of this page failed: no such kernel" });
});
