// The widgets as one AMD module, dist/index.js: what npm publishes for Colab and html-manager, and what build_page.js
// copies for the classic notebook and saved pages.
import { copyFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.js";
import { licensesOf } from "./licenses.js";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

const packages = await bundle({
  entry: place("../lib/index.js"),
  output: { path: place("../dist"), filename: "index.js", library: { type: "amd" }, clean: true },
  externalsType: "amd",
  externals: ["@jupyter-widgets/base", "bqplot"],
});

writeFileSync(place("../dist/index.js.LICENSE.txt"), licensesOf("index.js", packages));
copyFileSync(place("../../LICENSE"), place("../LICENSE"));
