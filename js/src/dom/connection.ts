/** What JupyterLab's manager of widgets shows of its kernel; other hosts show nothing. */
interface Connected {
  readonly kernel?: {
    readonly connectionStatusChanged: {
      connect(slot: (kernel: unknown, status: string) => void): unknown;
      disconnect(slot: (kernel: unknown, status: string) => void): unknown;
    };
  } | null;
}

/** Calls back whenever a connection to the kernel stands again, for what was under way may be lost; returns the way to stop it. */
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
