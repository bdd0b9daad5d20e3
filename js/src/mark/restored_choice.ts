import type { Choice } from "../core/picture/choice.js";

/**
 * The choice of a picture while the widget manager sets all widgets to the kernel's state, after a lost connection.
 *
 * The manager also restores the sliders, perhaps with an older choice than one that was made meanwhile, or than that
 * which the kernel has of the picture.
 */
export class RestoredChoice {
  /** Choices to be made again; null if nothing is being restored. */
  private chosen: Partial<Choice> | null = null;

  /** The connection is restored: these choices have not been confirmed by the kernel. */
  begin(unconfirmed: Partial<Choice>): void {
    this.chosen = { ...unconfirmed };
  }

  /** A choice was made, which is newer than all others. */
  made({ instance }: Partial<Choice>): void {
    if (this.chosen && instance !== undefined) {
      this.chosen = { ...this.chosen, instance };
    }
  }

  /** The kernel sent the whole state of the picture, whose choice counts where no newer one was made. */
  received({ instance, method }: Partial<Choice>): void {
    if (this.chosen) {
      this.chosen = { instance, method, ...this.chosen };
    }
  }

  /** The manager has finished: the choices to be made again. */
  end(): Partial<Choice> {
    const { chosen } = this;
    this.chosen = null;
    return chosen ?? {};
  }
}
