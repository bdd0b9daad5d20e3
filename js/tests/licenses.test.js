import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { licensesOf } from "../scripts/licenses.js";

test("every program of a page is named, with the text of its license", () => {
  const text = readFileSync(new URL("../../cam1d_widget/static/THIRD_PARTY_LICENSES.txt", import.meta.url), "utf8");
  for (const name of ["jquery", "backbone", "@lumino/widgets", "@jupyter-widgets/controls", "nouislider", "lit-html"]) {
    assert.ok(text.includes(`${name} (`), name);
  }
  assert.match(text, /Copyright \(c\) 2015 Project Jupyter Contributors[\s\S]*Redistribution and use/);
  assert.match(text, /PhosphorJS Contributors[\s\S]*Redistribution and use/);
});

test("packages with the same license are named together", () => {
  const text = licensesOf("one file", ["@jupyter-widgets/base", "@jupyter-widgets/controls", "seedrandom"]);
  assert.match(text, /^@jupyter-widgets\/base \(BSD-3-Clause\), @jupyter-widgets\/controls \(BSD-3-Clause\)$/m);
  assert.equal(text.match(/Redistributions in binary form must reproduce/g).length, 1);
  assert.match(text, /David Bau[\s\S]*Permission is hereby granted/);
});

test("a package without the text of a license is refused", () => {
  assert.throws(() => licensesOf("one file", ["@jupyter/ydoc"]), /no text of its license is found/);
});
