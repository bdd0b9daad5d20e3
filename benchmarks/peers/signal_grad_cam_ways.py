"""signal-grad-cam on the network's logits, at the last convolution, the only layer that it accepts; it draws its maps.

With OpenCV 5 a map has one value throughout, since a row is no longer resized as a column: the extra pins an older one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from timed import Way, main


def ways_of(given: Any, folder: Path) -> dict[str, Way]:
    """Its methods by our labels."""
    import keras
    import matplotlib
    import tensorflow as tf
    from signal_grad_cam import TfCamBuilder

    matplotlib.use("agg")
    model = keras.models.load_model(folder / "logits.keras")
    classes = [str(index) for index in range(int(given["classes"]))]
    builder = TfCamBuilder(
        model, class_names=classes, time_axs=0, ignore_channel_dim=True, transform_fn=lambda one: tf.constant(one)
    )

    def way(kind: str) -> Way:
        def run(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            made = np.empty((len(x), x.shape[1], 1), np.float32)
            for target in np.unique(y):
                rows = np.flatnonzero(y == target)
                cams, *_ = builder.get_cam(
                    list(x[rows]), [int(target)] * len(rows), int(target), kind, "conv2", softmax_final=False
                )
                (maps,) = cams.values()
                for row, one in zip(rows, maps, strict=True):
                    made[row, :, 0] = np.asarray(one, np.float32).reshape(x.shape[1], -1)[:, 0]
            return made

        return run

    return {"Grad-CAM": way("Grad-CAM"), "HiResCAM": way("HiResCAM")}


if __name__ == "__main__":
    main("signal-grad-cam", ways_of)
