// Licenses of bundled packages as one text; packages with the same license are named together.
import { readdirSync, readFileSync } from "node:fs";

const modules = new URL("../node_modules/", import.meta.url);
const read = (path) => readFileSync(new URL(path, modules), "utf8").trim();

/** A file from some words on. */
function from(words, path) {
  const text = read(path);
  return text.slice(text.indexOf(words));
}

/** Text of a package's license: its own file, or that of the project whose packages come without one. */
function licenseText(name) {
  const file = readdirSync(new URL(`${name}/`, modules)).find((file) => /^(licen[cs]e|copying)/i.test(file));
  if (file) {
    return read(`${name}/${file}`);
  }
  const terms = from("Redistribution and use", "@jupyter/builder/LICENSE");
  if (name.startsWith("@lumino/")) {
    return `Copyright (c) 2014-2017, PhosphorJS Contributors\nAll rights reserved.\n\n${terms}`;
  }
  if (name.startsWith("@jupyter-widgets/")) {
    return `Copyright (c) 2015 Project Jupyter Contributors\nAll rights reserved.\n\n${terms}`;
  }
  if (name.startsWith("@tensorflow/")) {
    // Its packages name the Apache License 2.0, and come without its text.
    return `Copyright Google LLC\n\n${read("typescript/LICENSE.txt")}`;
  }
  if (name === "seedrandom") {
    return from("LICENSE (MIT)", "seedrandom/README.md");
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
