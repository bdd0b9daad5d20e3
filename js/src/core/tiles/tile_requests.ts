/** A request for tiles. */
export interface Request {
  readonly id: number;
  readonly keys: string[];
}

/**
 * Schedules tile requests to the kernel: at most one in flight, and only the latest pending request is kept.
 * Prefetching waits until nothing is pending.
 */
export class TileRequests {
  private inFlight: Request | null = null;
  private next: string[] | null = null;
  private ahead: string[][] = [];
  private count = 0;

  constructor(private readonly send: (request: Request) => void) {}

  get outstanding(): Request | null {
    return this.inFlight;
  }

  /** Requests tiles now; drops older pending requests. */
  request(keys: string[]): void {
    this.ahead = [];
    const coming = this.inFlight?.keys ?? [];
    this.next = keys.every((key) => coming.includes(key)) ? null : keys;
    this.sendNext();
  }

  /** Prefetches groups of tiles, in this order. */
  prefetch(groups: string[][]): void {
    this.next = null;
    this.ahead = groups.filter((keys) => keys.length > 0);
    this.sendNext();
  }

  /** Registers a response; false if it does not belong to the request in flight. */
  answered(id: number): boolean {
    if (this.inFlight?.id !== id) {
      return false;
    }
    this.inFlight = null;
    return true;
  }

  /** Sends the next request. Called after a response was processed, which may change what is needed. */
  sendNext(): void {
    if (this.inFlight) {
      return;
    }
    const keys = this.next ?? this.ahead.shift();
    if (keys) {
      this.inFlight = { id: ++this.count, keys };
      this.next = null;
      this.send(this.inFlight);
    }
  }

  /** Drops all requests: nobody will respond. */
  cancelRequests(): void {
    this.inFlight = null;
    this.next = null;
    this.ahead = [];
  }
}
