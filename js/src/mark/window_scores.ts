import type { Window } from "../core/picture/window.js";

/** Scores after a window was replaced by the baseline. */
export interface ScoresWithoutWindow {
  readonly name: string;
  readonly scores: number[];
  readonly probabilities: number[] | null;
  readonly error: string | null;
}

interface Question {
  readonly name: string;
  readonly instance: number;
  readonly window: Window;
}

/** Requests scores from the model: at most one request in flight, and only the latest pending one is kept. */
export class WindowScores {
  private inFlight: string | null = null;
  private next: Question | null = null;
  private timer = 0;
  answer: ScoresWithoutWindow | null = null;

  constructor(private readonly send: (question: Question) => void) {}

  ask(instance: number, window: Window): void {
    const name = windowKey(instance, window);
    if (this.inFlight === name || this.answer?.name === name) {
      this.next = null;
      return;
    }
    this.next = { name, instance, window };
    clearTimeout(this.timer);
    // Dragging changes the window at every pixel; scores are requested when it pauses.
    this.timer = setTimeout(() => this.proceed(), 120) as unknown as number;
  }

  answered(answer: ScoresWithoutWindow): void {
    this.inFlight = null;
    this.answer = answer;
    this.proceed();
  }

  /** The model was updated: drops its scores. */
  renew(): void {
    this.forget();
    this.answer = null;
  }

  /** Drops the requests: nobody will respond. */
  forget(): void {
    clearTimeout(this.timer);
    this.inFlight = null;
    this.next = null;
  }

  private proceed(): void {
    if (this.next && this.inFlight === null) {
      const question = this.next;
      this.inFlight = question.name;
      this.next = null;
      this.send(question);
    }
  }
}

export const windowKey = (instance: number, [first, stop]: Window): string => `${instance}/${first}/${stop}`;
