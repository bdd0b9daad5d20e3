import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { familiesOf, methodText } from "../../lib/core/picture/families.js";

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

test("an entry names exactness, and the time of a map that takes long", () => {
  const method = { label: "Occlusion", exactness: "approximate", seconds: 4.4 };
  assert.equal(methodText(method, true), "Occlusion · approximate · about 4 s");
  assert.equal(methodText(method, false), "Occlusion · approximate");
  assert.equal(methodText({ ...method, seconds: 0.2 }, true), "Occlusion · approximate");
});
