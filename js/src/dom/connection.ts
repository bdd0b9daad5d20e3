interface Signal<Value> {
  connect(slot: (sender: unknown, value: Value) => void): unknown;
  disconnect(slot: (sender: unknown, value: Value) => void): unknown;
}

/** What JupyterLab's widget manager exposes of its connection to the kernel; other hosts expose nothing. */
interface Connected {
  readonly kernel?: { readonly connectionStatusChanged: Signal<string> } | null;
  /** Emitted when all widgets have the state that the kernel sent. */
  readonly restored?: Signal<void>;
}

/** Reactions of a widget to a connection to its kernel that was lost. */
interface Reconnecting {
  /** The connection is restored. */
  connected?(): void;
  /** Requests and answers may have been lost. */
  again(): void;
  /** The manager has set all widgets to the state that the kernel has of them. */
  restored?(): void;
}

/**
 * Milliseconds after a connection is restored. Jupyter Server probes the kernel of a new connection and drops what the
 * kernel publishes meanwhile, so that an answer can be lost after the status is "connected".
 */
const REPEATS = [0, 1_000, 4_000, 16_000, 60_000];

const nothing = (): void => undefined;

/** Watches the connection to the kernel; `again` is called a few times. Returns a function that stops it. */
export function watchConnection(
  manager: unknown,
  { connected = nothing, again, restored = nothing }: Reconnecting,
): () => void {
  const { kernel, restored: restorations } = manager as Connected;
  if (!kernel) {
    return nothing;
  }
  let timers: ReturnType<typeof setTimeout>[] = [];
  const cancel = (): void => timers.forEach(clearTimeout);
  const slot = (_: unknown, status: string): void => {
    cancel();
    if (status === "connected") {
      connected();
      timers = REPEATS.map((delay) => setTimeout(again, delay));
    }
  };
  kernel.connectionStatusChanged.connect(slot);
  restorations?.connect(restored);
  return () => {
    cancel();
    kernel.connectionStatusChanged.disconnect(slot);
    restorations?.disconnect(restored);
  };
}
