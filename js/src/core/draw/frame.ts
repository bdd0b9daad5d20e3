import { fitted, type Stretch, wholeOf } from "../samples/zoom.js";
import type { Frame } from "./scene.js";

/** Whether there is anything to draw on: a figure in a hidden tab is smaller than its margins. */
export const hasRoom = ({ plot, axis }: Frame): boolean => plot.width > 0 && plot.height > 0 && axis.step > 0;

/** The frame, shifted. */
export const movedFrame = (frame: Frame, right: number, down: number): Frame => ({
  ...frame,
  left: frame.left + right,
  width: frame.width + right,
  height: frame.height + down,
  plot: { ...frame.plot, left: frame.plot.left + right, top: frame.plot.top + down },
  axis: {
    ...frame.axis,
    origin: frame.axis.origin + right,
    left: frame.axis.left + right,
    right: frame.axis.right + right,
  },
});

/** The frame at another width, with the same visible interval. */
export function widenedFrame(frame: Frame, width: number): Frame {
  const plot = { ...frame.plot, width: Math.max(1, frame.plot.width + width - frame.width) };
  const factor = plot.width / frame.plot.width;
  const { origin, step, left } = frame.axis;
  const axis = { ...frame.axis, origin: left + (origin - left) * factor, step: step * factor };
  return { ...frame, width, plot, axis: { ...axis, right: left + plot.width } };
}

/** The frame for another series, whose time axis has this many samples as a whole. */
export function frameOf(frame: Frame, samples: number, whole: number): Frame {
  const { axis } = frame;
  const { left, right, origin, step } = axis;
  if (whole === axis.whole) {
    return { ...frame, axis: { ...axis, samples } };
  }
  const visible: Stretch = [(left - origin) / step, (right - origin) / step];
  const [first, last] = fitted(visible, wholeOf(axis.whole, 1), wholeOf(whole, 1));
  const wide = (right - left) / (last - first);
  return { ...frame, axis: { ...axis, samples, whole, step: wide, origin: left - first * wide } };
}
