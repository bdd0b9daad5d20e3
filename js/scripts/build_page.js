// What a page and the classic notebook need: the bundle, and the script of pages, with all their licenses.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.js";
import { licensesOf } from "./licenses.js";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = (path) => place(`../../cam1d_widget/${path}`);

copyFileSync(place("../dist/index.js"), built("nbextension/index.js"));
mkdirSync(built("static"), { recursive: true });
const packages = await bundle({
  entry: place("../lib/page/index.js"),
  output: { path: built("static"), filename: "page.js", library: { type: "var", name: "cam1dPage" } },
  // A method that is called on an inlined constant is lost, such as PROTOCOL_VERSION.split of the widgets.
  optimization: { inlineExports: false },
  module: { rules: [{ test: /\.css$/, type: "css", parser: { exportType: "style" } }] },
});
writeFileSync(
  built("static/THIRD_PARTY_LICENSES.txt"),
  licensesOf("page.js and cam1d-widget", [...packages, "lit-html"]),
);
