import type { Window } from "../core/picture/window.js";

/** What the model says when a window is replaced by the baseline. */
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

/** Asks the model, one question at a time: of those that wait, the newest is kept. */
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
    // A drag asks at every pixel; the model need answer where it rests.
    this.timer = setTimeout(() => this.proceed(), 120) as unknown as number;
  }

  answered(answer: ScoresWithoutWindow): void {
    this.inFlight = null;
    this.answer = answer;
    this.proceed();
  }

  /** The model has been updated: what it said before is not asked for again. */
  renew(): void {
    this.forget();
    this.answer = null;
  }

  /** Nobody is there to answer any more. */
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
