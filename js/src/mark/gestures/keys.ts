import type { Choice } from "../../core/picture/choice.js";
import type { Facts } from "../../core/picture/facts.js";
import type { Options } from "../../core/picture/options.js";
import type { Window } from "../../core/picture/window.js";
import { type Action, actionOf, type Focused, isForPage } from "../../core/text/keys.js";
import type { OptionsModel } from "../../synced/OptionsModel.js";
import type { Pointer } from "./pointer.js";

const STYLES: Options["style"][] = ["tint", "strip", "line"];
/**
 * JupyterLab ignores keys that are pressed in an element with this attribute. It looks for it from the target up to
 * the first element that a shortcut is for, which may be the target itself.
 */
const SUPPRESSED = "data-lm-suppress-shortcuts";

/** The view that keys act on. */
interface View {
  readonly model: {
    readonly choice: Choice;
    readonly facts: Facts;
    readonly time: { readonly samples: number };
    readonly optionsModel: OptionsModel;
    readonly windows: { readonly chosen: Window | null; choose(window: Window | null, last: boolean): void };
    choose(choice: Partial<Choice>): void;
    step(by: 1 | -1): void;
    play(): void;
    pin(): void;
    turnMean(): void;
    turnRows(by: 1 | -1): void;
    trigger(event: "help", figure: HTMLElement): unknown;
  };
  readonly pointer: Pointer;
  zoom(factor: number, sample: number | null): void;
  showAll(): void;
  bringIntoView(sample: number): void;
}

/**
 * Keyboard control of the viewer, wherever the focus is in it. Keys with a modifier are left to the page: Ctrl + S saves
 * the notebook.
 */
export class Keys {
  private readonly listeners = new AbortController();
  private readonly liveRegion = document.createElement("div");
  private readonly handlers: { [Do in Action["do"]]: (action: Extract<Action, { do: Do }>) => void } = {
    move: ({ by }) => this.moveBy(by),
    jump: ({ to }) => this.goTo(to === "first" ? 0 : this.last),
    page: ({ by }) => this.view.model.step(by),
    turn: ({ dim, by }) => this.turn(dim, by),
    gain: ({ by }) =>
      this.change(({ gain }) => ({ gain: Number(Math.max(0.1, Math.min(100, gain * by)).toPrecision(3)) })),
    zoom: ({ by }) => this.view.zoom(by, this.view.pointer.sample),
    style: () => this.change(({ style }) => ({ style: STYLES[(STYLES.indexOf(style) + 1) % STYLES.length] })),
    overlay: () => this.change(({ overlay }) => ({ overlay: !overlay })),
    order: () => this.change(({ order }) => ({ order: order === "share" ? "given" : "share" })),
    play: () => this.view.model.play(),
    pin: () => this.view.model.pin(),
    mean: () => this.view.model.turnMean(),
    whole: () => this.showAll(),
    rows: ({ by }) => this.view.model.turnRows(by),
    edge: ({ of }) => this.moveEdge(of),
    hide: () => this.hide(),
    help: () => this.view.model.trigger("help", this.figure),
  };

  constructor(
    private readonly figure: HTMLElement,
    private readonly view: View,
  ) {
    figure.tabIndex = 0;
    figure.setAttribute("role", "group");
    figure.setAttribute("aria-label", "plot; press ? for keyboard controls");
    this.liveRegion.className = "cam1d-announced";
    this.liveRegion.setAttribute("role", "status");
    figure.append(this.liveRegion);
    const { signal } = this.listeners;
    // Before JupyterLab, which listens at the document.
    window.addEventListener("keydown", (event) => this.suppress(event), { signal, capture: true });
    viewerOf(figure).addEventListener("keydown", (event) => this.press(event), { signal });
    figure.addEventListener("pointerdown", () => this.focus(), { signal, capture: true });
    figure.addEventListener("wheel", (event) => isZoom(event) && this.focus(), {
      signal,
      capture: true,
      passive: true,
    });
  }

  remove(): void {
    this.listeners.abort();
    this.liveRegion.remove();
  }

  private focus(): void {
    this.figure.focus({ preventScroll: true });
  }

  /** Keeps JupyterLab from handling keys that are pressed in the viewer, unless they are meant for it. */
  private suppress(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (viewerOf(this.figure).contains(target)) {
      target.toggleAttribute(SUPPRESSED, !isForPage(event));
    }
  }

  private press(event: KeyboardEvent): void {
    const action = actionOf(event, this.view.model.time.samples, this.focused(event.target as Element));
    if (action) {
      event.preventDefault();
      this.handle(action);
    }
    if (!isForPage(event)) {
      // Other hosts, such as the classic notebook, listen at the document.
      event.stopPropagation();
    }
  }

  private focused(element: Element): Focused {
    if (element === this.figure) {
      return "plot";
    }
    if (element.matches(TEXT)) {
      return "text";
    }
    if (element.matches("select")) {
      return "menu";
    }
    return element.matches("button") && !element.closest(SCROLLED) ? "button" : "control";
  }

  private handle(action: Action): void {
    (this.handlers[action.do] as (action: Action) => void)(action);
  }

  private get last(): number {
    return this.view.model.time.samples - 1;
  }

  private change(changed: (options: Options) => Partial<Options>): void {
    const { optionsModel } = this.view.model;
    optionsModel.change(changed(optionsModel.current));
  }

  private showAll(): void {
    this.view.showAll();
    this.change(() => ({ gain: 1 }));
  }

  /** Clears the crosshair and the window; if there are none, closes the panel; if none is open, leaves the viewer. */
  private hide(): void {
    const { pointer, model } = this.view;
    const close = viewerOf(this.figure).querySelector<HTMLElement>(CLOSE);
    if (pointer.sample !== null || model.windows.chosen) {
      model.windows.choose(null, true);
      pointer.leave();
    } else if (close) {
      close.click();
      this.focus();
    } else {
      this.figure.closest<HTMLElement>(".jp-Cell")?.focus();
    }
  }

  /** Selects the next or previous class or method; stops at the ends. */
  private turn(dim: "target" | "method", by: 1 | -1): void {
    const { facts, choice } = this.view.model;
    const last = (dim === "target" ? facts.targets : facts.methods).length - 1;
    this.view.model.choose({ [dim]: Math.max(0, Math.min(last, choice[dim] + by)) });
  }

  private moveEdge(edge: "first" | "last"): void {
    const { sample } = this.view.pointer;
    if (sample !== null) {
      const [first, stop] = this.view.model.windows.chosen ?? [0, this.last + 1];
      const window = edge === "first" ? [sample, Math.max(stop, sample + 1)] : [Math.min(first, sample), sample + 1];
      this.view.model.windows.choose(window as [number, number], true);
    }
  }

  private moveBy(by: number): void {
    const { sample } = this.view.pointer;
    this.goTo(sample === null ? 0 : Math.max(0, Math.min(this.last, sample + by)));
  }

  private goTo(sample: number): void {
    this.view.bringIntoView(sample);
    this.view.pointer.goTo(sample);
    this.liveRegion.textContent = this.view.pointer.words;
  }
}

/** The whole viewer of a figure. */
const viewerOf = (figure: HTMLElement): HTMLElement => figure.closest<HTMLElement>(".cam1d-viewer") ?? figure;

/** Button that closes the open panel. */
const CLOSE = ".cam1d-panel:not([hidden]) .cam1d-heading button";

/** Elements that take text. */
const TEXT = "textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])";

/** Panels that arrows and other named keys scroll. */
const SCROLLED = ".cam1d-panel";

/** The wheel zooms only with Ctrl or Cmd; otherwise it scrolls the page. */
export const isZoom = (event: WheelEvent): boolean => event.ctrlKey || event.metaKey;
