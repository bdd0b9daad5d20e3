import type { Window } from "../core/picture/window.js";

/** Scores after a window was replaced by the baseline. */
export interface ScoresWithoutWindow {
  readonly name: string;
  readonly scores: number[];
  readonly probabilities: number[] | null;
  readonly error: string | null;
}

interface ScoreRequest {
  readonly name: string;
  readonly instance: number;
  readonly window: Window;
}

/** Requests scores from the model: at most one request in flight, and only the latest pending one is kept. */
export class WindowScores {
  private inFlight: string | null = null;
  private next: ScoreRequest | null = null;
  private timer = 0;
  latest: ScoresWithoutWindow | null = null;

  constructor(private readonly send: (request: ScoreRequest) => void) {}

  request(instance: number, window: Window): void {
    const name = windowKey(instance, window);
    if (this.inFlight === name || this.latest?.name === name) {
      this.next = null;
      return;
    }
    this.next = { name, instance, window };
    clearTimeout(this.timer);
    // Dragging changes the window at every pixel; scores are requested when it pauses.
    this.timer = setTimeout(() => this.sendNext(), 120) as unknown as number;
  }

  receive(answer: ScoresWithoutWindow): void {
    this.inFlight = null;
    this.latest = answer;
    this.sendNext();
  }

  /** The model was updated: drops its scores. */
  reset(): void {
    this.cancelRequests();
    this.latest = null;
  }

  /** Drops the requests: nobody will respond. */
  cancelRequests(): void {
    clearTimeout(this.timer);
    this.inFlight = null;
    this.next = null;
  }

  private sendNext(): void {
    if (this.next && this.inFlight === null) {
      const request = this.next;
      this.inFlight = request.name;
      this.next = null;
      this.send(request);
    }
  }
}

export const windowKey = (instance: number, [first, stop]: Window): string => `${instance}/${first}/${stop}`;
