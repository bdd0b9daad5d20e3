import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allButTop, byShare, channelShares } from "../../lib/core/picture/shares.js";

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });

test("shares add up to one, and order the channels", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(finite, finite, finite), { minLength: 1 }), (rows) => {
      const shares = channelShares(Float32Array.from(rows.flat()), 3);
      const total = shares.reduce((sum, share) => sum + share, 0);
      assert.ok(Math.abs(total - 1) < 1e-9 || total === 0);
      const order = byShare([0, 1, 2], shares);
      assert.ok(shares[order[0]] >= shares[order[1]] && shares[order[1]] >= shares[order[2]]);
    }),
  );
  assert.deepEqual(channelShares(Float32Array.of(1, -3, 0, 0), 2), [0.25, 0.75]);
  assert.equal(channelShares(Float32Array.of(1, 2), 1), null);
});

test("all but the channels of largest share", () => {
  assert.deepEqual(allButTop(2, [0.1, 0.4, 0.2, 0.3]), [0, 2]);
  assert.deepEqual(allButTop(9, [0.1, 0.9]), []);
});
