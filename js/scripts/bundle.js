// One run of the bundler, which ends the process if it fails.
import { rspack } from "@rspack/core";

export async function bundle(options) {
  const compiler = rspack({ mode: "production", devtool: false, performance: false, ...options });
  await new Promise((done) => {
    compiler.run((error, stats) => {
      if (error ?? stats?.hasErrors()) {
        console.error(error ?? stats.toString("errors-only"));
        process.exit(1);
      }
      done();
    });
  });
}
