import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TileCache } from "../../lib/core/tiles/tile_cache.js";
import { tile } from "../support/tile.js";

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
  assert.deepEqual(
    ["old", "series", "map"].map((key) => cache.has(key)),
    [false, true, true],
  );
  cache.put(tile("next"));
  assert.ok(cache.has("series") && cache.has("map"));
  cache.hold(["next"]);
  cache.put(tile("next"));
  assert.deepEqual(
    ["series", "map", "next"].map((key) => cache.has(key)),
    [false, false, true],
  );
});

test("looking at a tile keeps it", () => {
  const cache = new TileCache(80);
  cache.put(tile("a"));
  cache.put(tile("b"));
  cache.get("a");
  cache.put(tile("c"));
  assert.deepEqual(
    ["a", "b", "c"].map((key) => cache.has(key)),
    [true, false, true],
  );
});
