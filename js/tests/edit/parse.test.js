import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSeries } from "../../lib/core/edit/parse.js";

const wanted = { samples: 2, names: [["a", "a V"], ["b"]] };
const parsed = (text, of = wanted) => parseSeries(text, of);

test("numbers are read between commas, tabs, semicolons and spaces", () => {
  for (const text of [
    "1,2\n3,-4e-1",
    "1\t2\r\n3\t-0.4\r\n",
    "1; 2\n\n3;-.4",
    "  1  2\n3 -0.4 ",
    '\uFEFF"1",2\n3,-0.4',
  ]) {
    assert.deepEqual(parsed(text), [1, 2, 3, Math.fround(-0.4)], text);
  }
});

test("a heading is left out, and names the columns", () => {
  assert.deepEqual(parsed("x,y\n1,2\n3,4"), [1, 2, 3, 4]);
  assert.deepEqual(parsed("time (s),b,a V,Saliency: a\n0,2,1,9\n1,4,3,9"), [1, 2, 3, 4], "as this page saves it");
  assert.deepEqual(parsed("b\n2\n4", { samples: 2, names: [["b"]] }), [2, 4]);
});

test("what is wrong is said in one sentence", () => {
  const rule = "The series must have 2 rows of 2 numbers, one row for each sample, but";
  const finite = "The series must hold finite numbers, but";
  assert.equal(parsed(" \n"), `${rule} the text is empty.`);
  assert.equal(parsed("1,2"), `${rule} has 1 row.`);
  assert.equal(parsed("1,2\n3,4\n5,6"), `${rule} has 3 rows.`);
  assert.equal(parsed("1,2\n3"), `${rule} row 2 has 1 cell.`);
  assert.equal(parsed("x,y\n1,2\n3"), `${rule} row 3 has 1 cell.`);
  assert.equal(parsed("1,2\n3,NaN"), `${finite} row 2 holds “NaN”.`);
  assert.equal(parsed("NaN,NaN\n3,4"), `${finite} row 1 holds “NaN”.`);
  assert.equal(parsed("1,2\n3,"), `${finite} row 2 holds an empty cell.`);
  assert.equal(parsed("1,2\nthree,<b>4"), `${finite} row 2 holds “three”.`);
  assert.equal(parsed("1,2\n3,1e60"), `${finite} row 2 holds “1e60”.`, "beyond float32");
  assert.equal(parsed("hello"), `${rule} has 0 rows.`);
});
