import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const js = fileURLToPath(new URL("..", import.meta.url));

/** Names of the rules that a small source tree breaks. */
function broken(files) {
  const folder = mkdtempSync(join(tmpdir(), "import-rules-"));
  for (const name of [".dependency-cruiser.js", "tsconfig.json", "package.json"]) {
    cpSync(join(js, name), join(folder, name));
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const cli = join(js, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const { stdout, status } = spawnSync(process.execPath, [cli, "src"], { cwd: folder, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  const names = Array.from(stdout.matchAll(/error ([\w/-]+): /g), ([, name]) => name);
  assert.equal(status > 0, names.length > 0, stdout);
  return [...new Set(names)];
}

const tile = "export interface Tile { readonly key: string }\n";

test("a cycle of type-only imports breaks the import rules", () => {
  const files = {
    "src/core/tiles/one.ts": 'import type { Two } from "./two.js";\nexport type One = Two | null;\n',
    "src/core/tiles/two.ts": 'import type { One } from "./one.js";\nexport type Two = { one: One };\n',
  };
  assert.deepEqual(broken(files), ["cycle"]);
});

test("a type-only import of a higher folder breaks the import rules", () => {
  const files = {
    "src/core/tiles/tiles.ts": 'import type { Scene } from "../draw/scene.js";\nexport type Tile = Scene | null;\n',
    "src/core/draw/scene.ts": "export interface Scene { readonly width: number }\n",
  };
  assert.deepEqual(broken(files), ["upward-from-core/tiles"]);
});

test("an import of a lower folder keeps the import rules", () => {
  const files = {
    "src/core/tiles/tiles.ts": tile,
    "src/core/draw/scene.ts": 'import type { Tile } from "../tiles/tiles.js";\nexport type Scene = Tile | null;\n',
  };
  assert.deepEqual(broken(files), []);
});
