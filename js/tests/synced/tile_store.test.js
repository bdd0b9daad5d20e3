import assert from "node:assert/strict";
import { test } from "node:test";
import { packTiles } from "../../lib/core/tiles/tiles.js";
import { TileStore } from "../../lib/synced/tile_store.js";
import { tile } from "../support/tile.js";

test("tiles of the model before an update are dropped, and answers that were asked of it say nothing", () => {
  const sent = [];
  const store = new TileStore(packTiles([tile("series/0")]), (request) => sent.push(request));
  const answer = (request, key) =>
    store.unpack({ request, index: packTiles([tile(key)]).index, errors: {} }, packTiles([tile(key)]).data);
  store.request(["a"]);
  assert.ok(answer(sent[0].id, "a"));
  store.take("series/0");
  store.request(["b"]);
  store.replace(packTiles([tile("series/1")]));
  assert.deepEqual(store.missing(["series/0", "a", "series/1"]), ["series/0", "a"]);
  store.request(["b"]);
  assert.equal(answer(sent[1].id, "b"), false);
  assert.deepEqual(store.missing(["b"]), ["b"]);
  assert.ok(answer(sent[2].id, "b"));
});

test("a request that takes long is cancelled once something else is wanted, and not before", () => {
  const sent = [];
  let cancelled = 0;
  const store = new TileStore(
    packTiles([]),
    (request) => sent.push(request),
    () => cancelled++,
  );
  store.request(["slow"]);
  assert.equal(store.slow, null);
  const series = packTiles([tile("series/0")]);
  store.announce({ slow: sent[0].id, seconds: 20, index: series.index }, series.data);
  assert.deepEqual(store.missing(["series/0"]), [], "the series is there before its map");
  assert.equal(store.slow, 20);
  store.request(["slow"]);
  assert.equal(cancelled, 0);
  store.request(["other"]);
  assert.equal(cancelled, 1);
  assert.equal(store.slow, null);
  assert.equal(sent.length, 1, "the next request waits for the answer");
  store.unpack({ request: sent[0].id, index: [], errors: { slow: "Cancelled." } }, null);
  store.sendNext();
  assert.deepEqual(sent[1].keys, ["other"]);
});
