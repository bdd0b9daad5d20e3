/** One request for tiles. */
export interface Request {
  readonly id: number;
  readonly keys: string[];
}

/**
 * Who asks Python, and when: one request is under way at most, and of the wishes that wait only the newest
 * is kept. What may be wanted next is fetched when nobody waits.
 */
export class Wishes {
  private underWay: Request | null = null;
  private next: string[] | null = null;
  private ahead: string[][] = [];
  private count = 0;

  constructor(private readonly send: (request: Request) => void) {}

  get outstanding(): Request | null {
    return this.underWay;
  }

  /** These tiles are wanted now; every older wish is dropped. */
  wish(keys: string[]): void {
    this.ahead = [];
    const coming = this.underWay?.keys ?? [];
    this.next = keys.every((key) => coming.includes(key)) ? null : keys;
    this.proceed();
  }

  /** These may be wanted soon, in this order. */
  fetchAhead(groups: string[][]): void {
    this.next = null;
    this.ahead = groups.filter((keys) => keys.length > 0);
    this.proceed();
  }

  /** An answer came, good or bad; answers to anything but the request under way say nothing, and are false. */
  answered(id: number): boolean {
    if (this.underWay?.id !== id) {
      return false;
    }
    this.underWay = null;
    return true;
  }

  /** Sends what is due. Called once the answer has been looked at, for it may have changed what is wanted. */
  proceed(): void {
    if (this.underWay) {
      return;
    }
    const keys = this.next ?? this.ahead.shift();
    if (keys) {
      this.underWay = { id: ++this.count, keys };
      this.next = null;
      this.send(this.underWay);
    }
  }

  /** Nobody is there to answer any more. */
  forget(): void {
    this.underWay = null;
    this.next = null;
    this.ahead = [];
  }
}
