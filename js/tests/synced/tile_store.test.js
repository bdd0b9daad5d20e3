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
