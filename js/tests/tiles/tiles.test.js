import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TileCache } from "../../lib/core/tiles/tile_cache.js";
import { TilePack, packTiles, unpackTile } from "../../lib/core/tiles/tiles.js";
import { Wishes } from "../../lib/core/tiles/tile_requests.js";
import { TileStore } from "../../lib/synced/tile_store.js";

const tile = (key, length = 10) => ({ key, values: new Float32Array(length).fill(1), samples: length, channels: 1, gap: null, error: null, spread: null, mean: null });

test("packed tiles come back as they were", () => {
  const tiles = [{ ...tile("series/0"), gap: null, error: null, spread: null, mean: null }, { ...tile("attribution/1/0/2", 6), gap: 0.25 }];
  assert.deepEqual(new TilePack(packTiles(tiles)).all(), tiles);
});

test("a tile is read from where its buffer starts, be it odd", () => {
  const bytes = new Uint8Array(3 + 2 + 8);
  new Float32Array(bytes.buffer.slice(0, 8));
  bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 5);
  const entry = { key: "series/0", dtype: "float32", shape: [2, 1], offset: 2, scale: 1, gap: null, error: null, spread: null, mean: null };
  assert.deepEqual([...unpackTile(entry, new DataView(bytes.buffer, 3)).values], [1.5, -2]);
});

test("a quantized map is off by half a step at most", () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1 }), (values) => {
      const limit = Math.max(...values.map(Math.abs)) || 1;
      const scale = limit / 32767;
      const steps = Int16Array.from(values, (value) => Math.round(value / scale));
      const entry = { key: "a", dtype: "int16", shape: [values.length, 1], offset: 0, scale, gap: null, error: null, spread: null, mean: null };
      const back = unpackTile(entry, steps.buffer).values;
      values.forEach((value, k) => assert.ok(Math.abs(value - back[k]) <= scale * 0.5001 + 1e-5 * limit));
    }),
  );
});

test("a cache stays within its bounds, and keeps what was looked at last", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 1 }), (keys) => {
      const cache = new TileCache(4 * 40);
      for (const key of keys) {
        cache.put(tile(String(key)));
        assert.ok(cache.size <= 160);
        assert.ok(cache.has(String(key)));
      }
      const last = [...new Set([...keys].reverse())].slice(0, 4);
      assert.ok(last.every((key) => cache.has(String(key))));
    }),
  );
});

test("tiles that are held stay together, however large, until others are held", () => {
  const cache = new TileCache(50);
  cache.hold(["series", "map"]);
  cache.put(tile("old"));
  cache.put(tile("series"));
  cache.put(tile("map"));
  assert.deepEqual(["old", "series", "map"].map((key) => cache.has(key)), [false, true, true]);
  cache.put(tile("next"));
  assert.ok(cache.has("series") && cache.has("map"));
  cache.hold(["next"]);
  cache.put(tile("next"));
  assert.deepEqual(["series", "map", "next"].map((key) => cache.has(key)), [false, false, true]);
});

test("looking at a tile keeps it", () => {
  const cache = new TileCache(80);
  cache.put(tile("a"));
  cache.put(tile("b"));
  cache.get("a");
  cache.put(tile("c"));
  assert.deepEqual(["a", "b", "c"].map((key) => cache.has(key)), [true, false, true]);
});

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

test("tiles of the model before an update are dropped, and answers that were asked of it say nothing", () => {
  const sent = [];
  const store = new TileStore(packTiles([tile("series/0")]), (request) => sent.push(request));
  const answer = (request, key) => store.unpack({ request, index: packTiles([tile(key)]).index, errors: {} }, packTiles([tile(key)]).data);
  store.wish(["a"]);
  assert.ok(answer(sent[0].id, "a"));
  store.take("series/0");
  store.wish(["b"]);
  store.replace(packTiles([tile("series/1")]));
  assert.deepEqual(store.missing(["series/0", "a", "series/1"]), ["series/0", "a"]);
  store.wish(["b"]);
  assert.equal(answer(sent[1].id, "b"), false);
  assert.deepEqual(store.missing(["b"]), ["b"]);
  assert.ok(answer(sent[2].id, "b"));
});
