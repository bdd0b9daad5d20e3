import { layoutOf } from "../core/draw.js";
import type { Frame, Scene } from "../core/scene.js";
import { readout } from "../core/text.js";
import { rowAt } from "../core/row_layout.js";
import { pixelOf, sampleAt } from "../core/time_axis.js";

const SVG = "http://www.w3.org/2000/svg";

/** A line at the sample under the pointer, and what is there in words. */
export class Pointer {
  private readonly line = document.createElementNS(SVG, "line");
  private readonly tip = document.createElement("div");
  private readonly listeners = new AbortController();
  private place: { x: number; y: number } | null = null;
  private scene: Scene | null = null;
  private frame: Frame | null = null;

  constructor(
    private readonly figure: HTMLElement,
    layer: SVGElement,
  ) {
    this.line.classList.add("cam1d-crosshair");
    this.tip.classList.add("cam1d-readout");
    layer.appendChild(this.line);
    figure.appendChild(this.tip);
    const { signal } = this.listeners;
    figure.addEventListener("pointermove", (event) => this.move(event), { signal });
    figure.addEventListener("pointerleave", () => this.leave(), { signal });
    this.leave();
  }

  /** The picture changed under a pointer that may rest. */
  follow(scene: Scene, frame: Frame): void {
    this.scene = scene;
    this.frame = frame;
    this.update();
  }

  remove(): void {
    this.listeners.abort();
    this.line.remove();
    this.tip.remove();
  }

  private move(event: PointerEvent): void {
    const corner = this.figure.getBoundingClientRect();
    this.place = { x: event.clientX - corner.left, y: event.clientY - corner.top };
    this.update();
  }

  private leave(): void {
    this.place = null;
    this.update();
  }

  private update(): void {
    const { place, scene, frame } = this;
    const sample = place && frame && scene?.veil === null ? sampleAt(place.x, frame.axis) : null;
    const inside = sample !== null && place!.y >= frame!.plot.top && place!.y <= frame!.plot.top + frame!.plot.height;
    this.line.style.display = this.tip.style.display = inside ? "" : "none";
    if (inside) {
      this.show(scene!, frame!, sample!, place!);
    }
  }

  private show(scene: Scene, frame: Frame, sample: number, place: { x: number; y: number }): void {
    const x = pixelOf(sample, frame.axis);
    const inPlot = String(x - frame.plot.left);
    const ends = { x1: inPlot, x2: inPlot, y1: "0", y2: String(frame.plot.height) };
    Object.entries(ends).forEach(([name, value]) => this.line.setAttribute(name, value));
    const lines = readout(scene.picture, scene.facts, sample, rowAt(place.y, layoutOf(scene.picture, frame)));
    this.tip.replaceChildren(...lines.map(lineOfText));
    const flip = x > frame.width - this.tip.offsetWidth - 16;
    this.tip.style.left = `${flip ? x - this.tip.offsetWidth - 10 : x + 10}px`;
    this.tip.style.top = `${Math.max(0, place.y - this.tip.offsetHeight - 8)}px`;
  }
}

function lineOfText(text: string): HTMLElement {
  const line = document.createElement("div");
  line.textContent = text;
  return line;
}
