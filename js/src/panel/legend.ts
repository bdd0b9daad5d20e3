import { type ColorScale, colorScale } from "../core/draw/color.js";
import { fade, hatch } from "../core/draw/marks.js";
import type { Theme } from "../core/draw/theme.js";
import { TRUE } from "../core/draw/windows.js";
import { marksOf } from "../core/picture/facts.js";
import { meanText } from "../core/picture/mean.js";
import { goesBothWays } from "../core/picture/normalization.js";
import type { Options } from "../core/picture/options.js";
import { isSigned } from "../core/picture/picture.js";
import { endTexts, errorText, gapHint, gapText, mapName, scopeText, trustText } from "../core/text/describe.js";
import { intervalsText } from "../core/text/window_text.js";
import { themeOf, watchTheme } from "../dom/page_theme.js";
import { textElement } from "../dom/text_element.js";
import type { Shown } from "../mark/pictures.js";
import { PanelModel, PanelView } from "./panel.js";

/** What a gesture does stays beside it. */
const HINT = "Ctrl + wheel: zoom · drag: move · Shift + drag: window · double click: whole series · ?: keys".replace(
  /: /g,
  ":\u00a0",
);

export class LegendModel extends PanelModel {
  static model_name = "LegendModel";
  static view_name = "LegendView";
}

/** Below the picture: what colors stand for, and how far the map can be trusted. */
export class LegendView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-legend");
    super.render();
    this.theme = watchTheme(() => this.write());
  }

  write(): void {
    const theme = themeOf(this.el);
    const { shown, pinned } = this.mark;
    const blocks = pinned
      ? [this.block(shown, "On show", theme), this.block(pinned, "Pinned", theme)]
      : [this.block(shown, "", theme)];
    this.el.replaceChildren(...blocks, this.keys(theme));
  }

  private block(shown: Shown, title: string, theme: Theme): HTMLElement {
    return textElement("div", "cam1d-block", this.bar(shown, theme), this.words(shown, title));
  }

  private bar({ picture, status, choice }: Shown, theme: Theme): HTMLElement {
    const { facts } = this.mark;
    const known = picture !== null && status === "ready" ? picture : null;
    const options = this.mark.optionsModel.current;
    const signed = goesBothWays(isSigned(choice, facts), options.sign);
    const ends = known ? endTexts(known) : ["", "0", ""];
    const part = (signed && PARTS[options.sign]) || WHOLE;
    return textElement(
      "div",
      "cam1d-bar",
      colorBar(colorScale(signed, 1, theme.dark, !known), part),
      textElement("div", "cam1d-ends", ...ends.map((end) => textElement("span", "", end))),
      textElement("div", "cam1d-scope", known ? scopeText(known, facts, !this.mark.hasKernel) : ""),
    );
  }

  private words({ picture, status, choice }: Shown, title: string): HTMLElement {
    const { facts } = this.mark;
    const method = facts.methods[choice.method];
    const { description, placed } = method;
    const gap = status === "ready" && picture ? picture.attribution.gap : null;
    const gapSpan = textElement("span", "cam1d-gap", gapText(gap, choice));
    const error = status === "ready" && picture ? errorText(picture) : "";
    gapSpan.title = gapHint(placed);
    return textElement(
      "div",
      "cam1d-words",
      textElement("span", "cam1d-which", title ? `${title}: ` : ""),
      textElement("span", "cam1d-method", mapName(choice, facts)),
      textElement("span", "cam1d-description", description ? ` — ${description}` : ""),
      textElement("div", "cam1d-exactness", trustText(choice, facts, gap), gapSpan, error),
      textElement(
        "div",
        "cam1d-mean",
        choice.mean && picture && status === "ready" ? meanText(choice.mean, picture.attribution, facts) : "",
      ),
    );
  }

  private keys(theme: Theme): HTMLElement {
    const { choice, facts } = this.mark;
    const { unseen, centers } = marksOf(choice.method, facts);
    const keys = textElement("div", "cam1d-keys");
    if (unseen.length > 0) {
      keys.append(key("not seen by the explained layer", (ctx) => hatch(ctx, SPAN, ROW, theme)));
    }
    if (centers && (centers[0] > -0.5 || centers[1] < facts.samples - 0.5)) {
      keys.append(key("extrapolated: beyond the first or last center", (ctx) => sampleFade(ctx, theme)));
    }
    if (this.mark.picture?.certain && !this.mark.picture.options.overlay) {
      keys.append(key("underlined: |attribution| is above two standard errors", (ctx) => sampleLine(ctx, theme)));
    }
    const intervals = (choice.mean ? undefined : facts.intervals[choice.instance]) ?? [];
    if (intervals.length > 0 && this.mark.picture && this.mark.status === "ready") {
      keys.append(key(intervalsText(intervals, this.mark.picture), (ctx) => sampleInterval(ctx)));
    }
    if (this.mark.picture?.shares && !this.mark.picture.options.overlay) {
      keys.append(textElement("span", "", "bars: each channel’s share of the sum of |attribution|"));
    }
    keys.append(textElement("span", "cam1d-hint", HINT));
    return keys;
  }

  remove(): void {
    this.theme?.disconnect();
    super.remove();
  }

  private theme: MutationObserver | undefined;
}

const SPAN = { left: 0, right: 22 };
const ROW = { top: 0, height: 12 };

function sampleFade(ctx: CanvasRenderingContext2D, theme: Theme): void {
  ctx.fillStyle = colorScale(true, 1, theme.dark).colors[220];
  ctx.fillRect(0, 0, 22, 12);
  fade(ctx, { left: 11, right: 22 }, ROW, 11, theme);
}

function sampleLine(ctx: CanvasRenderingContext2D, theme: Theme): void {
  ctx.fillStyle = theme.ink;
  ctx.fillRect(0, 5, 22, 2);
}

function sampleInterval(ctx: CanvasRenderingContext2D): void {
  ctx.fillStyle = TRUE;
  ctx.fillRect(0, 4, 22, 4);
}

function key(text: string, draw: (ctx: CanvasRenderingContext2D) => void): HTMLElement {
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [22 * ratio, 12 * ratio];
  const ctx = canvas.getContext("2d")!;
  ctx.scale(ratio, ratio);
  draw(ctx);
  return textElement("span", "", canvas, text);
}

const WHOLE: [number, number] = [0, 256];
/** Colors that values of one sign alone can take. */
const PARTS: Partial<Record<Options["sign"], [number, number]>> = { positive: [128, 256], negative: [0, 128] };

function colorBar({ colors }: ColorScale, [first, last]: [number, number]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [last - first, 1];
  const ctx = canvas.getContext("2d")!;
  colors.slice(first, last).forEach((color, place) => {
    ctx.fillStyle = color;
    ctx.fillRect(place, 0, 1, 1);
  });
  return canvas;
}
