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
}

type Constructor<Instance> = new (...args: any[]) => Instance;

/**
 * Extends a base class of ipywidgets or bqplot by what all models of this package share with their Python twins.
 *
 * Backbone reads the defaults and calls `initialize` in its constructor: fields of a subclass must have no initializer.
 */
export function synced<Base extends Constructor<WidgetModel>>(Parent: Base): Base & Constructor<Synced> {
  return class extends Parent {
    defaults() {
      const { model_name, view_name, state } = this.constructor as unknown as Described;
      const names = { ...registered("model", model_name), ...(view_name && registered("view", view_name)) };
      return { ...super.defaults(), ...state, ...names };
    }

    get hasKernel(): boolean {
      return Boolean(this.comm && this.comm_live);
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
