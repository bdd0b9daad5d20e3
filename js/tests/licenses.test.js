import assert from "node:assert/strict";
import { test } from "node:test";
import { bundledPackages, licensesOf } from "../scripts/licenses.js";

test("every bundled program is named, with the text of its license", () => {
  const names = bundledPackages();
  const text = licensesOf("embed-amd.js, require.js and index.js", [...names, "lit-html", "requirejs"]);
  assert.ok(
    ["jquery", "backbone", "@lumino/widgets", "@jupyter-widgets/controls"].every((name) => names.includes(name)),
  );
  for (const name of [...names, "lit-html", "requirejs"]) {
    assert.ok(text.includes(`${name} (`), name);
  }
  assert.match(text, /Project Jupyter Contributors/);
  assert.match(text, /RequireJS, copyright jQuery Foundation[\s\S]*Permission is hereby granted/);
  assert.equal(text.match(/Redistributions in binary form must reproduce/g).length < names.length, true);
});
