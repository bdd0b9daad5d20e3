import type { WidgetModel } from "@jupyter-widgets/base";
import { bytesOf } from "../core/tiles/bytes.js";
import type { Description } from "../engine/page_model.js";
import type { PackedModel } from "./engine_answers.js";
import { type EnginePrograms, hasEngine } from "./engine_script.js";

type Mark = WidgetModel & { readonly hasKernel: boolean };

/** The network of a version of the model; null if it stays in the kernel. Buffers: its weights, and the programs. */
export interface NetworkAnswer {
  readonly network: Description | null;
  readonly version: number;
}

/** Requests the network of a notebook's model from the kernel: once, and again after each update of the model. */
export class Networks {
  /** Version that was requested last; null before a request. */
  private requested: number | null = null;
  private isAnswered = false;

  constructor(private readonly mark: Mark) {}

  request(): void {
    const { mark } = this;
    const version: number = mark.get("version");
    if (mark.hasKernel && mark.get("sends_network") && mark.get("stale") === "" && this.requested !== version) {
      this.requested = version;
      this.isAnswered = false;
      mark.send({ type: "network", programs: !hasEngine() }, {});
    }
  }

  /** The model and the programs in an answer; null if there are none, or it is outdated. */
  taken(
    { network, version }: NetworkAnswer,
    [weights, source, program]: DataView[],
  ): { packed: PackedModel; programs: EnginePrograms | null } | null {
    if (!network || this.requested !== version || version !== this.mark.get("version")) {
      return null;
    }
    this.isAnswered = true;
    const programs = source && { source: new TextDecoder().decode(source), program: bytesOf(program) };
    return { packed: { ...network, weights }, programs: programs ?? null };
  }

  /** The model has changed, or is unchanged again. */
  forget(): void {
    this.requested = null;
  }

  /** The connection was lost, and an answer perhaps with it. */
  reconnect(): void {
    if (!this.isAnswered) {
      this.forget();
    }
  }
}
