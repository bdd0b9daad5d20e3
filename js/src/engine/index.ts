// The engine with its backend, as a separate script: pages without a network do not contain it.
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { type ModelParts, serve as served } from "./computer.js";
import { TensorflowEngine } from "./engine.js";
import { unpackWeights } from "./network.js";
import { PageModel } from "./page_model.js";

export { LocalComputer, WorkerComputer } from "./computer.js";

/** Runs in a worker: computes the tasks that are sent to it. */
export const serve = (scope: Parameters<typeof served>[0]): void => served(scope, startModel);

/** Start the engine on a network, whose backend is never fetched. */
export async function startModel({ description, weights, program }: ModelParts): Promise<PageModel> {
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) {
    throw new Error("This browser has no WebAssembly SIMD, which the model in this page needs.");
  }
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const names = ["", "-simd", "-threaded-simd"].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
  setWasmPaths(Object.fromEntries(names.map((name) => [name, name])), true);
  const { platform } = tf.env();
  const headers = { "Content-Type": "application/wasm" };
  platform.fetch = async () => new Response(program, { headers });
  await tf.setBackend("wasm");
  await tf.ready();
  const { operations, shapes, halves } = description;
  const network = { operations, shapes, weights: unpackWeights(weights, halves) };
  return new PageModel(new TensorflowEngine(network), description);
}
