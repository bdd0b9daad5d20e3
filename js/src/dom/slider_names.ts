/**
 * Labels the slider handles next to an element, and sets their value text to the selected entry. ipywidgets' sliders
 * have keyboard control, but no accessible names.
 */
export function nameSliders(beside: HTMLElement): MutationObserver | undefined {
  const viewer = beside.closest(".cam1d-viewer");
  if (!viewer) {
    return undefined;
  }
  const name = (): void => viewer.querySelectorAll(".noUi-handle").forEach(nameHandle);
  const observer = new MutationObserver(name);
  // The slider overwrites the value text when it moves; handles may be created again.
  observer.observe(viewer, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-valuetext"] });
  name();
  return observer;
}

/** The box of a slider contains its label, and the menu next to it if there is one. */
function nameHandle(handle: Element): void {
  const box = handle.closest(".widget-box");
  const label = box?.querySelector(".widget-label")?.textContent;
  const menu = box?.querySelector("select");
  const number = box?.querySelector("input[type=number]");
  write(handle, "aria-label", label);
  if (number) {
    write(number, "aria-label", label);
  }
  if (menu) {
    write(menu, "aria-label", label);
    write(handle, "aria-valuetext", menu.selectedOptions[0]?.textContent);
  }
}

/** Writes only changes, because the observer sees them as well. */
function write(element: Element, attribute: string, text: string | null | undefined): void {
  if (text && element.getAttribute(attribute) !== text) {
    element.setAttribute(attribute, text);
  }
}
