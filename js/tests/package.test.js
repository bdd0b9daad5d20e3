import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";

const js = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${js}/package.json`));

test("the package can be published: public, licensed, with its repository", () => {
  assert.equal(manifest.private, undefined);
  assert.equal(manifest.publishConfig.access, "public");
  assert.equal(manifest.license, "BSD-3-Clause");
  assert.match(manifest.repository.url, /^git\+https:/);
  assert.deepEqual([manifest.unpkg, manifest.jsdelivr], ["dist/index.js", "dist/index.js"]);
});

test("the packed files are the bundle, the modules, their types and their licenses", () => {
  const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: js,
    encoding: "utf8",
  });
  const paths = JSON.parse(listed)[0].files.map(({ path }) => path);
  for (const path of [
    "dist/index.js",
    "dist/index.js.LICENSE.txt",
    "lib/index.js",
    "lib/index.d.ts",
    "LICENSE",
    "README.md",
  ]) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(!paths.some((path) => path.startsWith("src/") || path.startsWith("tests/")));
});

test("the bundle is an AMD module that exports every model and view", () => {
  const defined = [];
  const define = (...args) => defined.push(args);
  const page = { document: { createTreeWalker: () => ({}) }, define };
  runInNewContext(readFileSync(`${js}/dist/index.js`, "utf8"), { ...page, window: page, self: page });
  assert.equal(defined.length, 1);
  const [needed, factory] = defined[0];
  assert.deepEqual([...needed].sort(), ["@jupyter-widgets/base", "bqplot"]);
  const host = {
    "@jupyter-widgets/base": { WidgetModel: class {}, DOMWidgetModel: class {}, DOMWidgetView: class {} },
    bqplot: { Mark: class {}, MarkModel: class {} },
  };
  const exported = factory(...needed.map((name) => host[name]));
  const index = readFileSync(`${js}/src/index.ts`, "utf8");
  const names = Array.from(index.matchAll(/export \{ (.*?) \}/g), ([, list]) => list.split(", ")).flat();
  assert.deepEqual(Object.keys(exported).sort(), names.sort());
  for (const name of names) {
    const { model_name } = exported[name];
    assert.ok(name.endsWith("Model") ? model_name === name : model_name === undefined, name);
  }
});
