// What a page and the classic notebook need: the bundle, and the two files that run widgets, with all their licenses.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { bundledPackages, licensesOf } from "./licenses.js";

const require = createRequire(import.meta.url);
const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = (path) => place(`../../cam1d_widget/${path}`);

copyFileSync(place("../dist/index.js"), built("nbextension/index.js"));
mkdirSync(built("static"), { recursive: true });
copyFileSync(require.resolve("@jupyter-widgets/html-manager/dist/embed-amd.js"), built("static/embed-amd.js"));
copyFileSync(place("../node_modules/requirejs/require.js"), built("static/require.js"));
const packages = [...bundledPackages(), "lit-html", "requirejs"];
writeFileSync(built("static/THIRD_PARTY_LICENSES.txt"), licensesOf("embed-amd.js, require.js and index.js", packages));
