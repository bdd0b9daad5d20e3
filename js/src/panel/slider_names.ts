/**
 * Gives the handles of the sliders beside an element the names of their labels. ipywidgets' sliders can be
 * moved by keys, but nothing tells a screen reader what they are.
 */
export function nameSliders(beside: HTMLElement): MutationObserver | undefined {
  const viewer = beside.closest(".cam1d-viewer");
  if (!viewer) {
    return undefined;
  }
  const name = (): void => viewer.querySelectorAll(".widget-slider, .jupyter-widgets").forEach(nameHandle);
  const observer = new MutationObserver(name);
  // A slider over names makes its handle anew when the names change.
  observer.observe(viewer, { childList: true, subtree: true });
  name();
  return observer;
}

function nameHandle(slider: Element): void {
  const handle = slider.querySelector(":scope > .slider-container .noUi-handle");
  const label = slider.querySelector(":scope > .widget-label")?.textContent;
  if (handle && label && handle.getAttribute("aria-label") !== label) {
    handle.setAttribute("aria-label", label);
  }
}
