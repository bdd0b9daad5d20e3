// Removes what a build makes, and nothing else.
import { rmSync } from "node:fs";

for (const made of [
  "lib",
  "../cam1d_widget/labextension",
  "../cam1d_widget/nbextension/index.js",
  "../cam1d_widget/static",
]) {
  rmSync(new URL(`../${made}`, import.meta.url), { recursive: true, force: true });
}
