// JupyterLab's half, by jupyter-builder: from the environment that runs the build, or else from .venv.
import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const own = ["bin", "Scripts"].map((folder) => fileURLToPath(new URL(`../../.venv/${folder}`, import.meta.url)));
const PATH = [process.env.PATH, ...own].join(delimiter);
const { status, error } = spawnSync("jupyter-builder", ["build", ...process.argv.slice(2), "."], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  env: { ...process.env, PATH },
  stdio: "inherit",
});
if (error) {
  console.error(`Error: jupyter-builder cannot be run (${error.message}); make .venv with: make setup`);
}
process.exit(error ? 1 : status);
