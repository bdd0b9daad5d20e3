import { Mark } from "bqplot";
import { type Axis, drawAxis } from "../core/draw/axis.js";
import { canvasPen, clearCanvas } from "../core/draw/canvas_pen.js";
import { captionsOf } from "../core/draw/caption.js";
import { drawScene } from "../core/draw/draw_scene.js";
import { hasRoom } from "../core/draw/frame.js";
import type { Caption, Frame, Scene } from "../core/draw/scene.js";
import { layoutOf, overviewOf, scaleOf } from "../core/draw/scene_layout.js";
import { timeTicks } from "../core/draw/time_ticks.js";
import { choiceName } from "../core/picture/choice.js";
import type { Picture } from "../core/picture/picture.js";
import { pixelOf } from "../core/samples/time_axis.js";
import { centered, containing, type Stretch, wholeOf, zoomed } from "../core/samples/zoom.js";
import { startOf } from "../core/text/clock.js";
import { captionsOfTwo, describePicture } from "../core/text/describe.js";
import { themeOf, watchTheme } from "../dom/page_theme.js";
import type { ChannelStackModel } from "./ChannelStackModel.js";
import { CSS_DPI, painted } from "./export_file.js";
import { exportSheet } from "./export_sheet.js";
import { FigureCanvas } from "./figure_canvas.js";
import { Brush } from "./gestures/brush.js";
import { isZoom, Keys } from "./gestures/keys.js";
import { Labels } from "./gestures/labels.js";
import { type Overview, OverviewDrag } from "./gestures/overview_drag.js";
import { Pointer } from "./gestures/pointer.js";
import { StretchDrag } from "./gestures/stretch_drag.js";
import type { MarkView } from "./mark_view.js";
import { WindowTransition } from "./window_transition.js";

declare global {
  interface HTMLCanvasElement {
    __channelStack?: ChannelStack;
  }
}

/** Draws all channels of one series and their attribution on the figure's canvas. */
export class ChannelStack extends Mark implements MarkView {
  async render(): Promise<void> {
    await super.render();
    this.display_el_classes = [];
    this.surface = new FigureCanvas(this.parent, this.cid, () => this.draw());
    this.surface.canvas.__channelStack = this;
    this.surface.canvas.setAttribute("role", "img");
    this.framed = new WindowTransition();
    this.theme = watchTheme(() => this.paint());
    this.pointer = new Pointer(
      this.parent.el,
      this.el as unknown as SVGElement,
      () => this.model.steps,
      (sample) => this.pinnedView?.pointer?.mirror(sample),
    );
    // The viewer around the figure is known once the figure is displayed.
    this.parent.displayed.then(() => {
      this.keys ??= new Keys(this.parent.el, this);
    });
    this.labels = new Labels(this.parent.el, this.model, () => this.scene && this.frame && [this.scene, this.frame]);
    this.create_listeners();
    this.parent.el.addEventListener("dblclick", this.showAll);
    this.parent.el.addEventListener("wheel", letPageScroll, { capture: true, passive: true });
    this.listenTo(this.model, "picture", this.draw);
    this.listenTo(this.model, "change:window change:annotations highlight", this.draw);
    this.parent.el.addEventListener("click", this.clicked);
    this.brush = new Brush(
      this.parent.el,
      () => this.frame,
      (window, last) => this.model.windows.choose(window, last),
    );
    this.stretch = new StretchDrag(
      this.parent.el,
      this.model,
      () => this.scene && this.frame && [this.scene, this.frame],
    );
    this.overview = new OverviewDrag(
      this.parent.el,
      () => this.currentOverview,
      (share) => this.moveTo(share),
    );
    this.model.updateView(this, true);
    this.draw();
  }

  set_positional_scales(): void {
    this.listenTo(this.scales.x as any, "domain_changed", this.draw);
  }

  set_ranges(): void {
    this.scales.x.setRange(this.parent.padded_range("x", this.scales.x.model));
  }

  relayout(): void {
    this.draw();
  }

  private readonly clicked = (): void => {
    const { sample } = this.pointer;
    if (sample !== null) {
      this.model.trigger("sample", sample);
    }
  };

  /** Resets the zoom to the whole series. */
  showAll = (): void => this.setView(this.all);

  /** Zooms about a sample, or about the center. */
  zoom(factor: number, sample: number | null): void {
    const rate = this.model.facts.sampling_rate ?? 1;
    const at = sample === null ? (this.view[0] + this.view[1]) / 2 : sample / rate;
    this.setView(zoomed(this.view, this.all, at, factor, 1 / rate));
  }

  /** Moves the view if a sample is outside of it. */
  bringIntoView(sample: number): void {
    this.setView(containing(this.view, this.all, sample / (this.model.facts.sampling_rate ?? 1)));
  }

  /** Centers the view on a position, given as a fraction of the series. */
  private moveTo(share: number): void {
    const [first, last] = this.all;
    this.setView(centered(this.view, this.all, first + share * (last - first)));
  }

  private get currentOverview(): Overview | null {
    const { scene, frame } = this;
    const row = scene && frame ? overviewOf(scene, frame) : null;
    return row && { row, frame: frame! };
  }

  private get all(): Stretch {
    return wholeOf(this.model.time.whole, this.model.facts.sampling_rate ?? 1);
  }

  private get view(): Stretch {
    const { model } = this.scales.x;
    return [model.get("min") ?? this.all[0], model.get("max") ?? this.all[1]];
  }

  private setView([min, max]: Stretch): void {
    if (min !== this.view[0] || max !== this.view[1]) {
      this.scales.x.model.set({ min, max });
      this.scales.x.model.save_changes();
      this.repaint();
    }
  }

  /** Paints immediately: moving the crosshair needs the current geometry. */
  private repaint(): void {
    cancelAnimationFrame(this.scheduled ?? 0);
    this.scheduled = 0;
    this.paint();
  }

  /** Schedules one repaint at the next frame. */
  draw(): void {
    if (this.surface && !this.scheduled) {
      this.scheduled = requestAnimationFrame(() => {
        this.scheduled = 0;
        this.paint();
      });
    }
  }

  private paint(): void {
    const { picture, pinned, facts, message, status, time } = this.model;
    this.set_ranges();
    const frame = this.surface.fit(this.scales.x, time.samples, time.whole, facts.sampling_rate ?? 1);
    if (!hasRoom(frame)) {
      return;
    }
    this.frame = frame;
    if (picture) {
      const start = performance.now();
      const { chosen, notes } = this.model.windows;
      const theme = themeOf(this.parent.el);
      const caption = pinned && this.captions(this.frame.width, theme.font)[0];
      const failed = (status === "error" || status === "missing") && !picture.mapless;
      this.scene = {
        picture,
        facts,
        theme,
        message,
        failed,
        window: chosen,
        framed: this.framed.at(this.model.highlighted, start),
        notes,
        caption,
      };
      clearCanvas(this.surface.context, this.frame);
      drawScene(canvasPen(this.surface.context), this.scene, this.frame);
      drawAxis(canvasPen(this.surface.context), this.axis, this.frame, this.scene.theme);
      this.drawTime = performance.now() - start;
      this.pointer.follow(this.scene, this.frame);
      if (this.framed.isRunning(start)) {
        this.draw();
      }
    }
    this.announce();
    this.model.trigger("painted");
  }

  /** Captions of the current and the pinned picture. */
  captions(width: number, font: string): Caption[] {
    const { picture, pinned, facts } = this.model;
    const choices = [picture, pinned?.picture].flatMap((one) => one?.choice ?? []);
    const texts = captionsOfTwo(choices, facts, (of) => this.model.outputsOf(of));
    const [current, other] = picture ? texts : ["", ...texts];
    return captionsOf(this.surface.context, [`Current: ${current}`, `Pinned: ${other ?? ""}`], width, font);
  }

  /** Exposes the state of the picture to screen readers, other scripts and tests. */
  private announce(): void {
    const { picture, facts, outputs, status, message } = this.model;
    const { dataset } = this.parent.el;
    dataset.state = status;
    if (status === "ready" && picture) {
      dataset.ready = choiceName(picture.choice);
      // Computed only for a new picture: the description reads every value.
      if (picture !== this.described) {
        this.surface.canvas.setAttribute("aria-label", describePicture(picture, facts, outputs));
      }
      this.described = picture;
    } else {
      delete dataset.ready;
      this.surface.canvas.setAttribute("aria-label", message ?? "");
      this.described = null;
    }
  }

  /** Geometry and colors of the current picture, in CSS pixels from the corner of the canvas; for tests. */
  snapshot() {
    const { scene, frame } = this;
    if (!scene || !frame) {
      return null;
    }
    const layout = layoutOf(scene, frame);
    const { table, limit } = scaleOf(scene);
    const centers = Array.from({ length: frame.axis.samples }, (_, sample) => pixelOf(sample, frame.axis));
    const { plot, ratio } = frame;
    const { status, message } = this.model;
    const { drawTime } = this;
    const overview = overviewOf(scene, frame);
    return { ...layout, overview, centers, plot, ratio, table, limit, status, message, axis: this.axis, drawTime };
  }

  private get axis(): Axis {
    const { facts, picture } = this.model;
    return timeTicks(this.frame!, facts, startOf(picture!.choice, facts));
  }

  /** The picture as a PNG, for the notebook's file; null if there is none. */
  dataUrl(): string | null {
    const { model } = this;
    const pictures = [model.shown, ...(model.pinned ? [model.pinned] : [])];
    const known = pictures.flatMap(({ status, picture }) => (status === "ready" && picture ? [picture] : []));
    return this.frame && known.length > 0 ? painted(exportSheet(model, this, known, SCREEN)).toDataURL() : null;
  }

  get element(): HTMLElement {
    return this.parent.el;
  }

  remove(): void {
    this.model.updateView(this, false);
    cancelAnimationFrame(this.scheduled ?? 0);
    this.parent?.el.removeEventListener("dblclick", this.showAll);
    this.parent?.el.removeEventListener("click", this.clicked);
    this.parent?.el.removeEventListener("wheel", letPageScroll, { capture: true });
    this.surface?.remove();
    this.theme?.disconnect();
    this.pointer?.remove();
    this.keys?.remove();
    this.labels?.remove();
    this.brush?.remove();
    this.stretch?.remove();
    this.overview?.remove();
    super.remove();
  }

  // A canvas has no elements to pad or to style.
  compute_view_padding(): void {}
  clear_style(): void {}
  set_default_style(): void {}
  set_style_on_elements(): void {}

  declare model: ChannelStackModel;
  private surface: FigureCanvas;
  private theme: MutationObserver;
  pointer: Pointer;
  private keys: Keys | undefined;
  private labels: Labels;
  private brush: Brush;
  private stretch: StretchDrag;
  private overview: OverviewDrag;
  private scheduled: number | undefined;
  private framed: WindowTransition;
  frame: Frame | undefined;
  pinnedView: MarkView["pinnedView"];
  private scene: Scene | undefined;
  private drawTime: number;
  private described: Picture | null;
}

const SCREEN = { width: null, dpi: CSS_DPI };

function letPageScroll(event: WheelEvent): void {
  if (!isZoom(event)) {
    event.stopPropagation();
  }
}
