import type { Frame } from "./scene.js";

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
  const { origin, step, left, samples } = frame.axis;
  return {
    ...frame,
    width,
    plot,
    axis: { origin: left + (origin - left) * factor, step: step * factor, samples, left, right: left + plot.width },
  };
}
