import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { familiesOf } from "../../lib/core/picture/families.js";

test("methods are grouped in the order of the slider", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("gradient", "perturbation", "")), (families) => {
      const groups = familiesOf(families.map((family) => ({ family })));
      assert.deepEqual(
        groups.flatMap(({ places }) => places),
        [...families.keys()],
      );
      groups.slice(1).forEach(({ family }, place) => assert.notEqual(family, groups[place].family));
    }),
  );
});
