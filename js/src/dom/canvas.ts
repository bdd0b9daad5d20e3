import { html, type TemplateResult } from "lit-html";
import { ifDefined } from "lit-html/directives/if-defined.js";
import { ref } from "lit-html/directives/ref.js";

type Draw = (context: CanvasRenderingContext2D) => void;

/** Canvas of a size in CSS pixels, redrawn at every rendering; with `words`, an image with this description. */
export const canvas = (width: number, height: number, draw: Draw, words?: string): TemplateResult => html`<canvas
  role=${ifDefined(words && "img")} aria-label=${ifDefined(words)}
  ${ref((element) => element && paint(element as HTMLCanvasElement, width, height, draw))}></canvas>`;

function paint(element: HTMLCanvasElement, width: number, height: number, draw: Draw): void {
  const ratio = window.devicePixelRatio || 1;
  [element.width, element.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  Object.assign(element.style, { width: `${width}px`, height: `${height}px` });
  const context = element.getContext("2d")!;
  context.scale(ratio, ratio);
  draw(context);
}
