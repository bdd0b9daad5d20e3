/**
 * Gives the handles of the sliders beside an element the names of their labels, and over names the name they
 * stand at. ipywidgets' sliders can be moved by keys, but tell a screen reader neither.
 */
export function nameSliders(beside: HTMLElement): MutationObserver | undefined {
  const viewer = beside.closest(".cam1d-viewer");
  if (!viewer) {
    return undefined;
  }
  const name = (): void => viewer.querySelectorAll(".noUi-handle").forEach(nameHandle);
  const observer = new MutationObserver(name);
  // The slider writes its number over the name whenever it moves; a handle may be made anew.
  observer.observe(viewer, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-valuetext"] });
  name();
  return observer;
}

/** The box round a slider holds its label, and the menu beside it if there is one. */
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

/** Writes what is new only: the observer sees what is written here, too. */
function write(element: Element, attribute: string, text: string | null | undefined): void {
  if (text && element.getAttribute(attribute) !== text) {
    element.setAttribute(attribute, text);
  }
}
