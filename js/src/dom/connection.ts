/** The kernel connection that JupyterLab's widget manager exposes; other hosts expose none. */
interface Connected {
  readonly kernel?: {
    readonly connectionStatusChanged: {
      connect(slot: (kernel: unknown, status: string) => void): unknown;
      disconnect(slot: (kernel: unknown, status: string) => void): unknown;
    };
  } | null;
}

/**
 * Milliseconds after a connection is restored. Jupyter Server probes the kernel of a new connection and drops what the
 * kernel publishes meanwhile, so that an answer can be lost after the status is "connected".
 */
const REPEATS = [0, 1_000, 4_000, 16_000, 60_000];

/**
 * Calls `again` when the connection to the kernel is restored, and a few times more, because requests and answers may
 * have been lost; returns a function that stops it.
 */
export function watchConnection(manager: unknown, again: () => void): () => void {
  const changes = (manager as Connected).kernel?.connectionStatusChanged;
  let timers: ReturnType<typeof setTimeout>[] = [];
  const cancel = (): void => timers.forEach(clearTimeout);
  const slot = (_: unknown, status: string): void => {
    cancel();
    timers = status === "connected" ? REPEATS.map((delay) => setTimeout(again, delay)) : [];
  };
  changes?.connect(slot);
  return () => {
    cancel();
    changes?.disconnect(slot);
  };
}
