// The AMD module for the classic notebook and the offline page, and the two files that a page needs to run widgets,
// with their licenses.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { rspack } from "@rspack/core";
import { thirdPartyLicenses } from "./licenses.js";

const require = createRequire(import.meta.url);
const place = (path) => fileURLToPath(new URL(path, import.meta.url));

const compiler = rspack({
  mode: "production",
  entry: place("../lib/index.js"),
  output: { path: place("../../cam1d_widget/nbextension"), filename: "index.js", library: { type: "amd" } },
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
  console.log(stats.toString({ preset: "summary" }));
});

mkdirSync(place("../../cam1d_widget/static"), { recursive: true });
copyFileSync(
  require.resolve("@jupyter-widgets/html-manager/dist/embed-amd.js"),
  place("../../cam1d_widget/static/embed-amd.js"),
);
copyFileSync(place("../node_modules/requirejs/require.js"), place("../../cam1d_widget/static/require.js"));
writeFileSync(place("../../cam1d_widget/static/THIRD_PARTY_LICENSES.txt"), thirdPartyLicenses());
