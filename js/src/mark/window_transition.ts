import type { Window } from "../core/picture/window.js";

/** Milliseconds from one window to the next: long enough to follow, and short enough for a held arrow key. */
const DURATION = 180;

/** Transition of a framed window from one place to the next. */
export class WindowTransition {
  private from: Window | null = null;
  private to: Window | null = null;
  private began = 0;

  /** `withoutMotion` is whether the user prefers windows that change at once. */
  constructor(private readonly withoutMotion: () => boolean = prefersReducedMotion) {}

  /** Window that is framed at a time, on the way to `target`. */
  at(target: Window | null, now: number): Window | null {
    if (String(target) !== String(this.to)) {
      this.from = this.withoutMotion() ? null : this.current(now);
      this.to = target;
      this.began = now;
    }
    return this.current(now);
  }

  /** Whether the target is not reached. */
  isRunning(now: number): boolean {
    return this.from !== null && this.to !== null && now - this.began < DURATION;
  }

  private current(now: number): Window | null {
    const { from, to } = this;
    if (!this.isRunning(now)) {
      return to;
    }
    // Slower towards the end.
    const rest = (1 - (now - this.began) / DURATION) ** 2;
    return [to![0] + rest * (from![0] - to![0]), to![1] + rest * (from![1] - to![1])];
  }
}

const prefersReducedMotion = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
