import { DARK, LIGHT, type Theme } from "../core/draw/theme.js";

/** Theme of the page at an element, from JupyterLab's CSS variables if defined. */
export function themeOf(element: HTMLElement): Theme {
  const dark = document.body.dataset.jpThemeLight === "false";
  const base = dark ? DARK : LIGHT;
  const style = getComputedStyle(element);
  const read = (name: string, other: string): string => style.getPropertyValue(name).trim() || other;
  return {
    ...base,
    background: read("--jp-layout-color0", base.background),
    font: read("--jp-ui-font-family", base.font),
  };
}

/** Calls `changed` when the theme changes: it must draw at once, since no frame follows before a page is printed. */
export function watchTheme(changed: () => void): MutationObserver {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  return observer;
}
