/** Colors that the page gives, as CSS. */
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
