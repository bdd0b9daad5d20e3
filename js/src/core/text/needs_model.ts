/** Explains why something cannot be computed; `again`: a kernel could, if the cell of the notebook is run again. */
export const needsModel = (task: string, again: boolean): string =>
  again
    ? `${task} needs the kernel that made the widget: run the cell again.`
    : `${task} needs a live kernel and a viewer with a model: CAM1DWidget(model, x).`;
