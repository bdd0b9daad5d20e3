import type { WidgetModel } from "@jupyter-widgets/base";
import type { Facts } from "../core/picture/facts.js";
import { axisSamples, type Picture } from "../core/picture/picture.js";
import { type Stretch, wholeOf, Zoom } from "../core/samples/zoom.js";
import type { Shown } from "./pictures.js";

type Mark = WidgetModel & {
  readonly facts: Facts;
  readonly shown: Shown;
  readonly pinned: Shown | null;
};

/** Time axis of the displayed pictures, whose series may differ in length. */
export class TimeScale {
  private readonly zoom = new Zoom(() => (this.mark.facts.lengths ?? []).map((length) => this.wholeOf(length)));

  constructor(private readonly mark: Mark) {}

  /** Number of samples of the current picture. */
  get samples(): number {
    return this.mark.shown.picture?.series.samples ?? this.whole;
  }

  /** Number of samples of the whole axis, which the current and the pinned picture share. */
  get whole(): number {
    return axisSamples(this.pictures, this.mark.facts);
  }

  /** Whether the axis continues beyond the end of a displayed series. */
  get isPadded(): boolean {
    return this.pictures.some(({ series }) => series.samples < this.whole);
  }

  /** Follows the length of the displayed series: what was visible as a whole stays so, and a zoom is kept. */
  fit(): void {
    const scale = this.mark.get("scales")?.x;
    if (this.mark.facts.lengths && scale && this.pictures.length > 0) {
      const all = this.wholeOf(this.whole);
      const [min, max] = this.zoom.next([scale.get("min") ?? all[0], scale.get("max") ?? all[1]], all);
      if (min !== scale.get("min") || max !== scale.get("max")) {
        scale.set({ min, max });
        scale.save_changes();
      }
    }
  }

  private wholeOf(samples: number): Stretch {
    return wholeOf(samples, this.mark.facts.sampling_rate ?? 1);
  }

  private get pictures(): Picture[] {
    return [this.mark.shown, this.mark.pinned].flatMap((shown) => shown?.picture ?? []);
  }
}
