"""xplique on the network's logits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from timed import Way, main


def ways_of(given: Any, folder: Path) -> dict[str, Way]:
    """Its methods by our labels."""
    import keras
    from xplique import attributions

    model = keras.models.load_model(folder / "logits.keras")
    slices, classes = given["slices"], int(given["classes"])

    def way(kind: Any, **options: Any) -> Way:
        explainer = None

        def run(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            nonlocal explainer
            explainer = kind(model, batch_size=64, **options) if explainer is None else explainer
            maps = np.asarray(explainer.explain(x, np.eye(classes, dtype=np.float32)[y]))
            return maps.reshape(len(x), x.shape[1], -1)

        return run

    def in_slices(x: Any) -> Any:
        import tensorflow as tf

        return tf.constant(slices, tf.int32)

    def rise(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        maps = way_of_rise(x, y)
        # Its maps are mean scores, without a zero.
        return maps - maps.mean(axis=(1, 2), keepdims=True)

    way_of_rise = way(attributions.Rise, nb_samples=2000, grid_size=(10, int(given["x"].shape[2])))
    window, step = int(given["window"]), int(given["step"])
    return {
        "Saliency": way(attributions.Saliency),
        "Gradient × Input": way(attributions.GradientInput),
        "Integrated Gradients": way(attributions.IntegratedGradients, steps=50, baseline_value=0.0),
        "SmoothGrad": way(attributions.SmoothGrad, nb_samples=50, noise=0.15),
        "SquareGrad": way(attributions.SquareGrad, nb_samples=50, noise=0.15),
        "VarGrad": way(attributions.VarGrad, nb_samples=50, noise=0.15),
        "Guided Backprop": way(attributions.GuidedBackprop),
        "Grad-CAM": way(attributions.GradCAM, conv_layer="pool2"),
        "Grad-CAM++": way(attributions.GradCAMPP, conv_layer="pool2"),
        "Occlusion": way(attributions.Occlusion, patch_size=(window, 1), patch_stride=(step, 1), occlusion_value=0.0),
        "RISE": rise,
        "LIME": way(attributions.Lime, nb_samples=500, map_to_interpret_space=in_slices),
        "KernelSHAP": way(attributions.KernelShap, nb_samples=500, map_to_interpret_space=in_slices),
    }


if __name__ == "__main__":
    main("xplique", ways_of)
