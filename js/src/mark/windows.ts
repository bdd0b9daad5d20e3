import type { WidgetModel } from "@jupyter-widgets/base";
import type { Choice } from "../core/picture/choice.js";
import type { Facts } from "../core/picture/facts.js";
import type { Picture } from "../core/picture/picture.js";
import { type Annotation, type Window, windowWithin } from "../core/picture/window.js";
import type { EngineAnswers } from "./engine_answers.js";
import { WindowScores } from "./window_scores.js";

type Mark = WidgetModel & {
  readonly choice: Choice;
  readonly facts: Facts;
  readonly picture: Picture | null;
  readonly hasKernel: boolean;
  readonly engineAnswers: EngineAnswers | null;
};

/** The selected window, scores without it, and annotations. */
export class Windows {
  readonly scores: WindowScores;

  constructor(private readonly mark: Mark) {
    this.scores = new WindowScores(({ name, instance, window }) => {
      const { engineAnswers } = mark;
      if (engineAnswers?.fits(instance)) {
        this.scores.receive({ name, ...engineAnswers.without(instance, window), error: null });
        mark.trigger("window");
      } else {
        mark.send({ type: "replace", name, instance, window: [...window] }, {});
      }
    });
    mark.on("change:window change:annotations picture", () => this.look());
  }

  /** Selected samples of the current picture; null if there are none. */
  get chosen(): Window | null {
    const { picture } = this.mark;
    return picture ? this.chosenIn(picture) : this.mark.get("window");
  }

  /** Selected samples of a picture, whose series may be shorter than the one in which they were selected. */
  chosenIn({ series }: Picture): Window | null {
    const window: Window | null = this.mark.get("window");
    return window && windowWithin(window, series.samples);
  }

  /** Whether a kernel or the model of a page can score the series without the window. */
  get answered(): boolean {
    const { facts, hasKernel, engineAnswers, choice } = this.mark;
    return Boolean(facts.baseline) && (hasKernel || engineAnswers?.fits(choice.instance) === true);
  }

  /** Changes the selected window; sent to Python at the end of a drag. */
  choose(window: Window | null, last: boolean): void {
    this.mark.set("window", window);
    if (last) {
      this.mark.save_changes();
    }
  }

  /** Annotations of the current instance. */
  get notes(): Annotation[] {
    const choice = this.mark.picture?.choice;
    return choice?.mean ? [] : this.notesOf(choice?.instance);
  }

  notesOf(instance: number | undefined): Annotation[] {
    return this.annotations.filter((note) => note.instance === instance);
  }

  get annotations(): Annotation[] {
    return this.mark.get("annotations");
  }

  annotate(annotations: Annotation[]): void {
    this.mark.set("annotations", annotations);
    this.mark.save_changes();
  }

  private look(): void {
    const { mark, chosen } = this;
    if (chosen && this.answered && !mark.choice.mean && mark.choice.edited === undefined) {
      this.scores.request(mark.choice.instance, chosen);
    }
    mark.trigger("window");
  }
}
