// Runs models of pages for tests in Python: reads descriptions and series from a folder, writes what the page computes.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

globalThis.window = { document: {} }; // the script is that of pages: TensorFlow.js must take Node for a browser
const engine = createRequire(import.meta.url)("../../../cam1d_widget/static/engine.js");

const buffer = (path) => {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};
const program = buffer(new URL("../../../cam1d_widget/static/engine.wasm", import.meta.url));

const finished = (steps) => {
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      return value;
    }
  }
};

const [folder] = process.argv.slice(2);
const answers = [];
for (const { name, description, series, target } of JSON.parse(readFileSync(`${folder}/cases.json`, "utf8"))) {
  const weights = buffer(`${folder}/${name}`);
  const model = await engine.startModel({ description, weights, program });
  const x = Float32Array.from(series.flat());
  const computed = description.methods.map((method) => [method, finished(model.maps(method, x, target)).get(target)]);
  const each = (of) => Object.fromEntries(computed.map(([method, map]) => [method, of(map)]));
  answers.push({ ...model.scores(x), maps: each(({ data }) => Array.from(data)), gaps: each(({ gap }) => gap) });
  model.dispose();
}
writeFileSync(`${folder}/answers.json`, JSON.stringify(answers));
