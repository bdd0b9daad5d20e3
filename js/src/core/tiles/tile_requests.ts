/** One request for tiles. */
export interface Request {
  readonly id: number;
  readonly keys: string[];
}

/**
 * Who asks Python, and when: one request is under way at most, and of the requests that wait only the newest
 * is kept. What may be wanted next is fetched when nobody waits.
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

  /** These tiles are wanted now; every older wish is dropped. */
  request(keys: string[]): void {
    this.ahead = [];
    const coming = this.inFlight?.keys ?? [];
    this.next = keys.every((key) => coming.includes(key)) ? null : keys;
    this.proceed();
  }

  /** These may be wanted soon, in this order. */
  prefetch(groups: string[][]): void {
    this.next = null;
    this.ahead = groups.filter((keys) => keys.length > 0);
    this.proceed();
  }

  /** An answer came, good or bad; answers to anything but the request under way say nothing, and are false. */
  answered(id: number): boolean {
    if (this.inFlight?.id !== id) {
      return false;
    }
    this.inFlight = null;
    return true;
  }

  /** Sends what is due. Called once the answer has been looked at, for it may have changed what is wanted. */
  proceed(): void {
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

  /** Nobody is there to answer any more. */
  forget(): void {
    this.inFlight = null;
    this.next = null;
    this.ahead = [];
  }
}
