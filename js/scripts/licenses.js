// Licenses of bundled packages as one text; packages with the same license are named together.
import { readdirSync, readFileSync } from "node:fs";

const modules = new URL("../node_modules/", import.meta.url);
const read = (path) => readFileSync(new URL(path, modules), "utf8").trim();

/** Packages in html-manager's bundle, by its source map. */
export function bundledPackages() {
  const { sources } = JSON.parse(read("@jupyter-widgets/html-manager/dist/embed.js.map"));
  const names = sources.map((source) => {
    const sibling = source.match(/^webpack:\/\/@jupyter-widgets\/html-manager\/\.\.\/([\w-]+)\//)?.[1];
    return source.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? (sibling && `@jupyter-widgets/${sibling}`);
  });
  const own = ["@jupyter-widgets/html-manager", "@jupyter-widgets/base", "@jupyter-widgets/controls"];
  return [...new Set([...own, ...names.filter(Boolean)])].sort();
}

/** Text of a package's license: its own file, or that of the project whose packages come without one. */
function licenseText(name) {
  const file = readdirSync(new URL(`${name}/`, modules)).find((file) => /^(licen[cs]e|copying)/i.test(file));
  const jupyter = () => read("@jupyter-widgets/schema/LICENSE");
  if (file) {
    return read(`${name}/${file}`);
  }
  if (name.startsWith("@lumino/")) {
    return `Copyright (c) 2014-2017, PhosphorJS Contributors\n${jupyter()}`;
  }
  if (name.startsWith("@jupyter-widgets/") || name.startsWith("@jupyterlab/")) {
    return jupyter();
  }
  if (name === "requirejs") {
    // Its own header names the MIT License and its authors, and not the terms: they are those of jQuery.
    const terms = read("jquery/LICENSE.txt");
    return `RequireJS, copyright jQuery Foundation and other contributors. MIT License\n\n${terms.slice(terms.indexOf("Permission is"))}`;
  }
  if (name.startsWith("@tensorflow/")) {
    // Its packages name the Apache License 2.0, and come without its text.
    return `Copyright Google LLC\n\n${read("typescript/LICENSE.txt")}`;
  }
  throw new Error(`${name} is bundled, and no text of its license is found`);
}

/** Licenses of the packages that some files contain. */
export function licensesOf(files, packages) {
  const together = new Map();
  for (const name of packages) {
    const text = licenseText(name).replace(/\r\n/g, "\n");
    together.set(text, [
      ...(together.get(text) ?? []),
      `${name} (${JSON.parse(read(`${name}/package.json`)).license})`,
    ]);
  }
  const parts = [...together].map(([text, names]) => `${names.join(", ")}\n\n${text}\n`);
  const head = `These packages are contained in ${files}, each under its own license.`;
  return `${head}\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}
