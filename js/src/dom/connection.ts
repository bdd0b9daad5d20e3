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
 * Calls `again` whenever the connection to the kernel is restored, because requests may have been lost; returns a
 * function that stops it.
 */
export function watchConnection(manager: unknown, again: () => void): () => void {
  const changes = (manager as Connected).kernel?.connectionStatusChanged;
  const slot = (_: unknown, status: string): void => {
    if (status === "connected") {
      again();
    }
  };
  changes?.connect(slot);
  return () => changes?.disconnect(slot);
}
