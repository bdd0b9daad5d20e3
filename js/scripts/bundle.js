// One run of the bundler, which ends the process if it fails. Returns the names of the packages in the bundle.
import { rspack } from "@rspack/core";

export async function bundle(options) {
  const compiler = rspack({ mode: "production", devtool: false, performance: false, ...options });
  return new Promise((done) => {
    compiler.run((error, stats) => {
      if (error ?? stats?.hasErrors()) {
        console.error(error ?? stats.toString("errors-only"));
        process.exit(1);
      }
      const everything = { all: false, modules: true, modulesSpace: 1e6, orphanModules: true };
      done(packagesOf(stats.toJson(everything)));
    });
  });
}

/** Packages that modules come from; those joined to another module are listed as orphans. */
function packagesOf({ modules }) {
  const names = modules.map(({ name }) => name?.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}
