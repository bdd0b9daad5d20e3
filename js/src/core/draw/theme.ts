/** CSS colors and font of the page. */
export interface Theme {
  readonly dark: boolean;
  readonly background: string;
  readonly ink: string;
  readonly faint: string;
  readonly font: string;
}

export const LIGHT: Theme = {
  dark: false,
  background: "#ffffff",
  ink: "#1b1b1f",
  faint: "#63666e",
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
};

export const DARK: Theme = { ...LIGHT, dark: true, background: "#111111", ink: "#f2f2f4", faint: "#a9adb6" };

/**
 * Okabe and Ito's colors with enough contrast on light and on dark backgrounds; distinguishable with every color vision
 * deficiency.
 */
const LINES = {
  light: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#1b1b1f"],
  dark: ["#56b4e9", "#e69f00", "#33c39a", "#cc79a7", "#f0e442", "#d55e00", "#f2f2f4"],
};

export function lineColor(channel: number, { dark }: Theme): string {
  const colors = dark ? LINES.dark : LINES.light;
  return colors[channel % colors.length];
}
