/** Whether the pointer holds the handle of a slider, or has just been pressed on its track. */
export const isSliderDragged = (): boolean => document.querySelector(".noUi-active, .noUi-state-tap") !== null;
