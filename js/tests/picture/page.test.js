import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { isPaged, pageOf, turned } from "../../lib/core/picture/page.js";

const many = fc.integer({ min: 0, max: 200 });

test("turning shows every channel, on full pages, and stops at both ends", () => {
  fc.assert(
    fc.property(many, many, fc.boolean(), (count, per_page, overlay) => {
      const at = (first) => pageOf(count, { ...DEFAULTS, per_page, overlay, first });
      const size = at(0).stop;
      const seen = new Set();
      let page = at(0);
      for (let turns = 0; turns <= count; turns++) {
        assert.equal(page.stop - page.first, size);
        Array.from({ length: size }, (_, place) => seen.add(page.first + place));
        page = at(turned(page, 1));
      }
      assert.equal(seen.size, count);
      assert.equal(page.stop, count);
      assert.equal(turned(at(0), -1), 0);
    }),
  );
});

test("all channels have a row where they fit, and eight at most share one", () => {
  assert.ok(!isPaged(pageOf(24, DEFAULTS)));
  assert.deepEqual(pageOf(64, { ...DEFAULTS, first: 60 }), { first: 40, stop: 64, of: 64 });
  assert.deepEqual(pageOf(64, { ...DEFAULTS, per_page: 0 }), { first: 0, stop: 64, of: 64 });
  assert.deepEqual(pageOf(64, { ...DEFAULTS, overlay: true }), { first: 0, stop: 8, of: 64 });
});
