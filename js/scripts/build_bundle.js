// The widgets as one AMD module, dist/index.js: what npm publishes for Colab and html-manager, and what build_page.js
// copies for the classic notebook and saved pages.
import { copyFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rspack } from "@rspack/core";
import { licensesOf } from "./licenses.js";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

const compiler = rspack({
  mode: "production",
  entry: place("../lib/index.js"),
  output: { path: place("../dist"), filename: "index.js", library: { type: "amd" }, clean: true },
  externalsType: "amd",
  externals: ["@jupyter-widgets/base", "bqplot"],
  devtool: false,
  performance: false,
});

compiler.run((error, stats) => {
  if (error ?? stats?.hasErrors()) {
    console.error(error ?? stats.toString("errors-only"));
    process.exit(1);
  }
  writeFileSync(place("../dist/index.js.LICENSE.txt"), licensesOf("index.js", ["lit-html"]));
  copyFileSync(place("../../LICENSE"), place("../LICENSE"));
});
