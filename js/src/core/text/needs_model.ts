/** Explains why something cannot be computed. */
export const needsModel = (task: string): string =>
  `${task} needs a live kernel and a viewer with a model: CAM1DWidget(model, x).`;
