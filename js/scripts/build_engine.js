// The engine of pages that contain a network: one script, and the program of its backend.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.js";
import { licensesOf } from "./licenses.js";

const require = createRequire(import.meta.url);
const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = (path) => place(`../../cam1d_widget/static/${path}`);
const backend = require.resolve("@tensorflow/tfjs-backend-wasm").replace(/[^/\\]*$/, "");

const packages = await bundle({
  entry: place("../lib/engine/index.js"),
  output: {
    path: built(""),
    filename: "engine.js",
    library: { type: "umd", name: "cam1dEngine" },
    globalObject: "globalThis",
  },
  resolve: { fallback: { fs: false, path: false, perf_hooks: false, os: false, worker_threads: false, util: false } },
  // Its flags, kernels and gradients are registered by modules that nothing is imported from.
  module: { rules: [{ test: /tfjs-(core|backend-wasm)/, sideEffects: true }] },
});

mkdirSync(built(""), { recursive: true });
copyFileSync(`${backend}tfjs-backend-wasm-simd.wasm`, built("engine.wasm"));
writeFileSync(built("ENGINE_LICENSES.txt"), licensesOf("engine.js and engine.wasm", packages));
