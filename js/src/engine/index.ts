// The engine with its backend, as a script of its own: pages without a network do not contain it.
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { TensorflowEngine } from "./engine.js";
import { type Description, PageModel } from "./page_model.js";

/**
 * Start the engine on a network.
 *
 * @param description What Python says about the model.
 * @param weights Its learned parameters.
 * @param program The program of the backend, which is never fetched.
 */
export async function startModel(
  description: Description,
  weights: Float32Array,
  program: ArrayBuffer,
): Promise<PageModel> {
  const engine = await startEngine(description, weights, program);
  return new PageModel(engine, description);
}

export async function startEngine(
  { operations, shapes }: Pick<Description, "operations" | "shapes">,
  weights: Float32Array,
  program: ArrayBuffer,
): Promise<TensorflowEngine> {
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
  return new TensorflowEngine({ operations, shapes, weights });
}
