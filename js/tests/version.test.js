import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MODULE_NAME, MODULE_VERSION } from "../lib/version.js";

test("name and version are those of package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
  assert.deepEqual([MODULE_NAME, MODULE_VERSION], [manifest.name, manifest.version]);
});
