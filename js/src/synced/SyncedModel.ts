import { type ISerializers, unpack_models, WidgetModel } from "@jupyter-widgets/base";
import { MODULE_NAME, MODULE_VERSION } from "../version.js";

/** Serializer of state with buffers: passes them unchanged; they are unpacked when used. */
export const verbatim: ISerializers[string] = { serialize: (value) => value, deserialize: (value) => value };

/** Serializer of state that refers to other models. */
export const references: ISerializers[string] = { deserialize: unpack_models };

/** The same serializer for several names. */
export const serializeAs = (serializer: ISerializers[string], ...names: string[]): ISerializers =>
  Object.fromEntries(names.map((name) => [name, serializer]));

const registered = (kind: "model" | "view", name: string): Record<string, string> => ({
  [`_${kind}_name`]: name,
  [`_${kind}_module`]: MODULE_NAME,
  [`_${kind}_module_version`]: `^${MODULE_VERSION}`,
});

/** Static description of a model class. */
interface Described {
  readonly model_name: string;
  readonly view_name?: string;
  /** Initial state, by the names of Python's traits. */
  readonly state: object;
}

export interface Synced {
  /** Whether a live kernel is connected. */
  readonly hasKernel: boolean;
  /** Attributes that were sent and that the kernel has not confirmed. */
  readonly unconfirmed: Backbone.ObjectHash;
  /** Sends those again, because the connection was lost meanwhile. */
  resend(): void;
}

/** Counters of ipywidgets: messages that the kernel has not finished, for which others wait. */
interface Throttled {
  _pending_msgs: number;
}

type Constructor<Instance> = new (...args: any[]) => Instance;

/**
 * Extends a base class of ipywidgets or bqplot by what all models of this package share with their Python twins.
 *
 * Backbone reads the defaults and calls `initialize` in its constructor: fields of a subclass must have no initializer.
 */
export function synced<Base extends Constructor<WidgetModel>>(Parent: Base): Base & Constructor<Synced> {
  return class extends Parent {
    private sent: Set<string>;

    initialize(attributes: Backbone.ObjectHash, options: any): void {
      this.sent = new Set();
      super.initialize(attributes, options);
    }

    defaults() {
      const { model_name, view_name, state } = this.constructor as unknown as Described;
      const names = { ...registered("model", model_name), ...(view_name && registered("view", view_name)) };
      return { ...super.defaults(), ...state, ...names };
    }

    get hasKernel(): boolean {
      return Boolean(this.comm && this.comm_live);
    }

    sync(method: string, model: WidgetModel, options: any = {}): any {
      Object.keys(options.attrs ?? {}).forEach((name) => this.sent.add(name));
      return super.sync(method, model, options);
    }

    /**
     * Sets the state that the kernel sent: an update, a confirmation, or all of it after a connection was lost.
     * Unconfirmed changes are newer, and are kept.
     */
    set_state(state: Record<string, unknown>): void {
      const whole = "_model_name" in state;
      if (whole && !this.hasKernel) {
        return; // sent by a kernel that has been restarted since
      }
      const taken = Object.entries(state).filter(([name]) => !(whole && this.sent.has(name)));
      taken.forEach(([name]) => this.sent.delete(name));
      super.set_state(Object.fromEntries(taken));
    }

    get unconfirmed(): Backbone.ObjectHash {
      return Object.fromEntries([...this.sent].map((name) => [name, this.get(name)]));
    }

    resend(): void {
      if (this.hasKernel) {
        // If the end of a message was lost, ipywidgets would wait for it forever, and send nothing more.
        this.throttle._pending_msgs = 0;
        if (this.sent.size > 0) {
          this.save(this.unconfirmed, { patch: true });
        }
      }
    }

    _handle_status(message: Parameters<WidgetModel["_handle_status"]>[0]): void {
      // The end of a message that is no longer waited for is not counted.
      if (message.content.execution_state !== "idle" || this.throttle._pending_msgs > 0) {
        super._handle_status(message);
      }
    }

    private get throttle(): Throttled {
      return this as unknown as Throttled;
    }
  };
}

/** Base of models without a view, whose state is one record. */
export class SyncedModel<State extends object> extends synced(WidgetModel) {
  get current(): State {
    const { state } = this.constructor as unknown as Described;
    return Object.fromEntries(Object.keys(state).map((name) => [name, this.get(name)])) as State;
  }

  /** Changes the state here and in Python. */
  change(state: Partial<State>): void {
    this.set(state);
    this.save_changes();
  }
}
