/** A drag that begins on a figure. */
export interface Drag {
  /** Whether the drag begins with this press of the left button. */
  press(event: MouseEvent): boolean;
  move(event: PointerEvent): void;
  release(event: PointerEvent): void;
  /** CSS class of the figure while the pointer is where the drag may begin. */
  readonly hover?: string;
  isOver?(event: MouseEvent): boolean;
}

/** Handles a drag before bqplot takes it for panning. Returns a function that stops it. */
export function onDrag(figure: HTMLElement, drag: Drag): () => void {
  const listeners = new AbortController();
  const options = { signal: listeners.signal, capture: true };
  const press = (event: MouseEvent): void => {
    if (event.button === 0 && drag.press(event)) {
      figure.focus();
      event.stopPropagation();
      event.preventDefault();
    }
  };
  figure.addEventListener("pointerdown", press, options);
  figure.addEventListener("mousedown", press, options);
  window.addEventListener("pointermove", (event) => drag.move(event), options);
  window.addEventListener("pointerup", (event) => drag.release(event), options);
  const { hover } = drag;
  if (hover) {
    figure.addEventListener("pointermove", (event) => figure.classList.toggle(hover, drag.isOver?.(event)), options);
  }
  return () => listeners.abort();
}
