import { MarkModel } from "bqplot";
import type { Choice } from "../core/picture/choice.js";
import { explainedTarget, isExplained } from "../core/picture/explained.js";
import { type Facts, received, type SentFacts, type Table, unpackTable } from "../core/picture/facts.js";
import { nearestMatch, nextMatch, Predictions } from "../core/picture/finder.js";
import { type Follow, followed } from "../core/picture/follow.js";
import type { Mean } from "../core/picture/mean.js";
import { hasScores, type Outputs } from "../core/picture/outputs.js";
import { hasTrueClasses, isTrue, trueClasses } from "../core/picture/truth.js";
import { isSliderDragged } from "../dom/dragged.js";
import type { FinderModel } from "../synced/FinderModel.js";
import type { OptionsModel } from "../synced/OptionsModel.js";
import { references, serializeAs, synced, verbatim } from "../synced/SyncedModel.js";

/** Which picture is selected: instance, class and method, the class that is followed, and the instances that match. */
export abstract class SelectionModel extends synced(MarkModel) {
  static state: object = {
    instance: 0,
    target: 0,
    method: 0,
    against: null,
    pinned: null,
    mean: null,
    facts: {},
    scores: null,
    probabilities: null,
    truth: null,
    explained: null,
    options: null,
    finder: null,
    follow: "predicted",
  };
  static serializers = {
    ...MarkModel.serializers,
    ...serializeAs(verbatim, "scores", "probabilities", "truth", "explained"),
    ...serializeAs(references, "options", "finder"),
  };

  // Called by Backbone's constructor: fields of this class must have no initializer.
  initialize(attributes: Backbone.ObjectHash, options: any): void {
    super.initialize(attributes, options);
    this.unpackOutputs();
    this.applyQuery();
    // Selecting an instance leaves the class-mean view.
    this.on("change:instance", () => this.get("mean") && this.choose({ mean: null }));
    this.on("change:instance", this.selectMatch, this);
    this.on("change:instance change:follow", this.followClass, this);
    this.on("change:instance", this.keepTarget, this);
    this.on("change:target change:against", this.fixClass, this);
    this.on("change:scores", this.takeScores, this);
    this.listenTo(this.finderModel, "change", this.applyQuery);
  }

  /** Draws what is selected. */
  protected abstract refresh(): void;

  /** Reads the scores of the instances, and which classes were explained. */
  protected unpackOutputs(): void {
    this.unpackScores();
    this.explained = unpackTable(this.get("explained"));
  }

  private unpackScores(): void {
    this.originals = {
      scores: unpackTable(this.get("scores"))!,
      probabilities: unpackTable(this.get("probabilities")),
      truth: unpackTable(this.get("truth")),
    };
    this.predictions = undefined;
  }

  /** Python computed the scores of more instances. */
  private takeScores(): void {
    const before = hasScores(this.choice.instance, this.originals);
    this.unpackScores();
    this.applyQuery();
    if (!before && hasScores(this.choice.instance, this.originals)) {
      this.followClass();
    }
    this.refresh();
  }

  /** Which class is explained when the instance changes. */
  get follow(): Follow {
    return this.get("follow");
  }

  set follow(follow: Follow) {
    this.set("follow", follow);
    this.save_changes();
  }

  get facts(): Facts {
    const sent: SentFacts = this.get("facts");
    if (this.sentFacts !== sent) {
      this.sentFacts = sent;
      this.receivedFacts = received(sent);
    }
    return this.receivedFacts!;
  }

  get choice(): Choice {
    return this.selected;
  }

  /** Choice in the traits. */
  protected get selected(): Choice {
    const [instance, target, method, against] = ["instance", "target", "method", "against"].map((name) =>
      this.get(name),
    );
    return { instance, target, method, against: against === target ? null : against, mean: this.get("mean") };
  }

  /** Scores and true classes; of an edited series, its own scores. */
  get outputs(): Outputs {
    return this.originals;
  }

  /** The pinned picture's choice; null if nothing is pinned. */
  get pinnedChoice(): Choice | null {
    return this.get("pinned");
  }

  get optionsModel(): OptionsModel {
    return this.get("options");
  }

  get finderModel(): FinderModel {
    return this.get("finder");
  }

  /** Selects another picture, as the sliders do. */
  choose(choice: Partial<Choice>): void {
    this.set(choice);
    this.save_changes();
  }

  /** Selects the next or previous match; wraps around. */
  step(by: 1 | -1): void {
    this.choose({ instance: nextMatch(this.matching, this.facts.instances.length, this.choice.instance, by) });
  }

  /** Pins the current picture, or unpins the pinned one. */
  pin(): void {
    this.set("pinned", this.pinnedChoice ? null : this.selected);
    this.save_changes();
  }

  /** Switches between the instance and the mean over its true or predicted class. */
  turnMean(
    by: Mean["by"] | "none" = this.choice.mean ? "none" : hasTrueClasses(this.originals) ? "true" : "predicted",
  ): void {
    const { instance } = this.choice;
    const [own] = by === "true" ? trueClasses(instance, this.originals) : [];
    const of = own ?? this.predictions!.classes[instance];
    this.choose({ mean: by === "none" ? null : { by, of } });
  }

  /** Instances of a true or predicted class. */
  instancesOf(mean: Mean): number[] {
    const { classes } = this.predictions!;
    return this.facts.instances
      .map((_, instance) => instance)
      .filter((instance) =>
        mean.by === "predicted" ? classes[instance] === mean.of : isTrue(instance, mean.of, this.originals),
      );
  }

  protected applyQuery(): void {
    this.predictions ??= new Predictions(this.facts, this.originals);
    this.matching = this.predictions.found(this.finderModel.current);
    this.selectMatch();
    this.trigger("found");
  }

  private selectMatch(): void {
    const { instance } = this.choice;
    const nearest = nearestMatch(this.matching, instance, this.previous("instance") ?? instance, isSliderDragged());
    if (nearest !== null && nearest !== instance) {
      this.choose({ instance: nearest });
      // The link of a control ignores changes while it passes on a value: the control would keep the one that it asked for.
      queueMicrotask(() => this.trigger("change:instance"));
    }
  }

  /** Whether the predicted class and the true one were both explained for the current instance. */
  get canContrast(): boolean {
    const wanted = followed("contrast", this.choice.instance, this.facts.targets, this.outputs);
    return wanted !== null && wanted.against !== null && isExplained(this.explained, { ...this.choice, ...wanted });
  }

  /** Explains the class that is followed. */
  private followClass(): void {
    // Both may have been selected.
    if (!this.hasChanged("instance") || !this.hasChanged("target")) {
      this.explainFollowed();
    }
  }

  protected explainFollowed(): void {
    const now = followed(this.follow, this.choice.instance, this.facts.targets, this.outputs);
    if (!now || this.choice.mean || (this.explained && !isExplained(this.explained, { ...this.choice, ...now }))) {
      return;
    }
    const pinned = now.against === null ? null : { ...this.selected, target: now.against, against: null };
    const left = this.follow === "contrast" || this.previous("follow") === "contrast";
    this.following = true;
    this.set({ ...now, ...(left && { pinned }) });
    this.following = false;
    this.save_changes();
  }

  /** The choice once another instance is selected, whose class may be followed. */
  choiceAt(instance: number): Choice {
    const { explained, facts, originals } = this;
    const there = { ...this.choice, instance, edited: undefined };
    const now = followed(this.follow, instance, facts.targets, originals);
    const found = [{ ...there, ...now }, there].find((one) => isExplained(explained, one));
    return found ?? { ...there, target: explainedTarget(explained!, instance, facts, originals) };
  }

  /** Choosing a class fixes it. */
  private fixClass(): void {
    const { instance, target, against } = this.choice;
    const now = followed(this.follow, instance, this.facts.targets, this.outputs);
    if (!this.following && now && (now.target !== target || now.against !== against)) {
      this.set("follow", "fixed");
      this.save_changes();
    }
  }

  /** If the selected class was not explained for this instance, selects the one that was. */
  private keepTarget(): void {
    if (this.explained && !this.choice.mean && !isExplained(this.explained, { ...this.choice, against: null })) {
      const target = explainedTarget(this.explained, this.choice.instance, this.facts, this.outputs);
      if (target >= 0) {
        this.following = true;
        this.choose({ target });
        this.following = false;
      }
    }
  }

  /** Scores and true classes of the original series. */
  protected originals: Outputs;
  /** Instances that match the query. */
  matching: number[];
  /** Whether a class was explained, by instance and class; null if all were. */
  explained: Table | null;
  /** Whether the class changes because the instance does. */
  private following: boolean;
  protected predictions: Predictions | undefined;
  private sentFacts: SentFacts | undefined;
  private receivedFacts: Facts | undefined;
}
