/** Actions of keys while the focus is in the viewer. */
export type Action =
  | { do: "move"; by: number }
  | { do: "jump"; to: "first" | "last" }
  | { do: "page"; by: 1 | -1 }
  | { do: "turn"; dim: "target" | "method"; by: 1 | -1 }
  | { do: "gain"; by: number }
  | { do: "zoom"; by: number }
  | { do: "edge"; of: "first" | "last" }
  | { do: "rows"; by: 1 | -1 }
  | { do: "overlay" | "order" | "style" | "play" | "pin" | "mean" | "whole" | "hide" | "help" };

/** Fraction of the series that a long step covers. */
const LONG = 0.1;

const ACTIONS: Record<string, (shift: boolean, samples: number) => Action> = {
  ArrowRight: (shift, samples) => ({ do: "move", by: shift ? longStep(samples) : 1 }),
  ArrowLeft: (shift, samples) => ({ do: "move", by: shift ? -longStep(samples) : -1 }),
  ArrowDown: () => ({ do: "turn", dim: "target", by: 1 }),
  ArrowUp: () => ({ do: "turn", dim: "target", by: -1 }),
  Home: () => ({ do: "jump", to: "first" }),
  End: () => ({ do: "jump", to: "last" }),
  PageDown: () => ({ do: "page", by: 1 }),
  PageUp: () => ({ do: "page", by: -1 }),
  m: () => ({ do: "turn", dim: "method", by: 1 }),
  M: () => ({ do: "turn", dim: "method", by: -1 }),
  "+": () => ({ do: "gain", by: 1.25 }),
  "=": () => ({ do: "gain", by: 1.25 }),
  "-": () => ({ do: "gain", by: 0.8 }),
  z: () => ({ do: "zoom", by: 1.5 }),
  Z: () => ({ do: "zoom", by: 1 / 1.5 }),
  n: () => ({ do: "rows", by: 1 }),
  N: () => ({ do: "rows", by: -1 }),
  "[": () => ({ do: "edge", of: "first" }),
  "]": () => ({ do: "edge", of: "last" }),
  o: () => ({ do: "overlay" }),
  s: () => ({ do: "order" }),
  a: () => ({ do: "style" }),
  p: () => ({ do: "pin" }),
  c: () => ({ do: "mean" }),
  " ": () => ({ do: "play" }),
  "0": () => ({ do: "whole" }),
  Escape: () => ({ do: "hide" }),
  "?": () => ({ do: "help" }),
};

const longStep = (samples: number): number => Math.max(1, Math.round(LONG * samples));

interface Pressed {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** What has the focus: the plot, a text field, a button, a menu, or another control. */
export type Focused = "plot" | "text" | "button" | "menu" | "control";

/**
 * Action of a key; null for keys that belong to the page, which includes all with a modifier, and for those that belong
 * to what has the focus. Text fields keep all keys; buttons keep Space; menus and other controls keep Space, arrows and
 * other named keys, but controls not Escape, which closes an open menu.
 */
export function actionOf(pressed: Pressed, samples: number, focused: Focused = "plot"): Action | null {
  const { key, shiftKey } = pressed;
  const isLetter = key.length === 1 && key !== " ";
  const mine = {
    plot: true,
    text: false,
    button: key !== " ",
    menu: isLetter,
    control: isLetter || key === "Escape",
  };
  return mine[focused] && Object.hasOwn(ACTIONS, key) && !isForPage(pressed) ? ACTIONS[key](shiftKey, samples) : null;
}

/** Whether a key is a command of the page: all with a modifier, and Shift + Enter, which runs a notebook's cell. */
export const isForPage = ({ key, shiftKey, ctrlKey, altKey, metaKey }: Pressed): boolean =>
  ctrlKey || altKey || metaKey || (shiftKey && key === "Enter");

/** Descriptions of the keys for the help panel. */
export const KEYS: readonly [string, string][] = [
  ["← →", "move the crosshair by one sample; with Shift by a tenth of the series"],
  ["Home End", "move the crosshair to the first or last sample"],
  ["Page ↑ ↓", "previous or next instance"],
  ["↑ ↓", "previous or next class"],
  ["m M", "next or previous method"],
  ["+ −", "gain"],
  ["z Z", "zoom in or out at the crosshair"],
  ["n N", "next or previous channels, where not all have a row"],
  ["[ ]", "start or end the window at the crosshair"],
  ["a", "show attribution as tint, strips or colored lines"],
  ["o", "overlay channels"],
  ["s", "order channels by share"],
  ["p", "pin or unpin the plot"],
  ["c", "class mean, or the instance"],
  ["Space", "play or pause"],
  ["0", "whole series, gain 1"],
  ["Esc", "clear crosshair and window; then close the panel; then leave the widget"],
  ["?", "this help"],
];

export const MOUSE: readonly [string, string][] = [
  ["Ctrl + wheel", "zoom"],
  ["drag", "pan; also on the overview when zoomed"],
  ["Shift + drag", "select a window"],
  ["drag in the window", "move a channel up or down, while Edit is open"],
  ["double click", "whole series"],
  ["click on a channel", "hide it; with Alt, hide all others"],
];
