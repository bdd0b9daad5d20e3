import { html, type TemplateResult } from "lit-html";
import { createRef, ref } from "lit-html/directives/ref.js";
import { drawAxis } from "../core/draw/axis.js";
import { canvasPen, clearCanvas } from "../core/draw/canvas_pen.js";
import { drawScene } from "../core/draw/draw_scene.js";
import { frameOf, widenedFrame } from "../core/draw/frame.js";
import type { Frame, Scene } from "../core/draw/scene.js";
import { timeTicks } from "../core/draw/time_ticks.js";
import { choiceName } from "../core/picture/choice.js";
import { startOf } from "../core/text/clock.js";
import { describePicture } from "../core/text/describe.js";
import { themeOf, watchTheme } from "../dom/page_theme.js";
import { Labels } from "../mark/gestures/labels.js";
import { Pointer } from "../mark/gestures/pointer.js";
import type { MarkView } from "../mark/mark_view.js";
import { PanelView } from "./panel.js";

/** The pinned picture, next to the current one, or below it in narrow pages. */
export class PinnedView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-pinned");
    this.theme = watchTheme(() => this.paint());
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(this.el);
    super.render();
    this.listenTo(this.mark, "painted", this.draw);
  }

  /** Created when a picture is first pinned. */
  protected content(): TemplateResult {
    const { pinned } = this.mark;
    return pinned || this.pointer
      ? html`<canvas role="img" ${ref(this.canvas)}></canvas
          ><svg><g ${ref(this.layer)}></g></svg
          ><div class="cam1d-note">${pinned && !pinned.picture ? pinned.message : ""}</div>`
      : html``;
  }

  refresh(): void {
    super.refresh();
    this.el.hidden = this.mark.pinned === null;
    if (this.layer.value) {
      this.pointer ??= new Pointer(
        this.el,
        this.layer.value,
        () => this.mark.steps,
        (sample) => this.partner?.pointer.mirror(sample),
      );
      this.labels ??= new Labels(this.el, this.mark, () => this.drawn);
    }
    this.draw();
  }

  /** Schedules one repaint at the next frame, after the current picture was laid out. */
  private draw(): void {
    cancelAnimationFrame(this.scheduled);
    this.scheduled = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const { pinned, facts, windows } = this.mark;
    const frame = this.partner?.frame;
    if (!pinned || !frame) {
      return;
    }
    if (pinned.picture) {
      const theme = themeOf(this.el);
      const [, caption] = this.partner!.captions(frame.width, theme.font);
      const { instance, mean } = pinned.picture.choice;
      const notes = mean ? [] : windows.notesOf(instance);
      const common = { facts, theme, window: windows.chosenIn(pinned.picture), notes };
      this.show(
        {
          ...common,
          picture: pinned.picture,
          message: pinned.message,
          failed: pinned.status === "missing" && !pinned.picture.mapless,
          caption,
        },
        frameOf(widenedFrame(frame, this.el.clientWidth), pinned.picture.series.samples, frame.axis.whole),
      );
      this.canvas.value!.setAttribute(
        "aria-label",
        pinned.message ??
          `Pinned: ${describePicture(pinned.picture, facts, this.mark.outputsOf(pinned.picture.choice))}`,
      );
      this.el.dataset.ready = pinned.message === null ? choiceName(pinned.choice) : "";
    }
  }

  private show(scene: Scene, frame: Frame): void {
    const canvas = this.canvas.value!;
    [canvas.width, canvas.height] = [Math.round(frame.width * frame.ratio), Math.round(frame.height * frame.ratio)];
    Object.assign(canvas.style, { width: `${frame.width}px`, height: `${frame.height}px` });
    const context = canvas.getContext("2d")!;
    clearCanvas(context, frame);
    const { facts, picture } = scene;
    const axis = timeTicks(frame, facts, startOf(picture.choice, facts));
    drawScene(canvasPen(context), scene, frame);
    drawAxis(canvasPen(context), axis, frame, scene.theme);
    this.layer.value!.setAttribute("transform", `translate(${frame.plot.left}, ${frame.plot.top})`);
    this.pointer!.follow(scene, frame);
    this.drawn = [scene, frame];
  }

  /** View of the current picture in the same viewer. */
  private get partner(): MarkView | undefined {
    const viewer = this.el.closest(".cam1d-viewer");
    const found = this.mark.shownViews.find(({ element }) => viewer?.contains(element));
    if (found) {
      found.pinnedView = this;
    }
    return found;
  }

  remove(): void {
    cancelAnimationFrame(this.scheduled);
    this.theme.disconnect();
    this.resizes.disconnect();
    this.pointer?.remove();
    this.labels?.remove();
    super.remove();
  }

  pointer: Pointer | undefined;
  private labels: Labels | undefined;
  private readonly canvas = createRef<HTMLCanvasElement>();
  private readonly layer = createRef<SVGGElement>();
  private theme: MutationObserver;
  private resizes: ResizeObserver;
  private scheduled: number;
  private drawn: [Scene, Frame] | undefined;
}
