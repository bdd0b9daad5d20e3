"""tf-keras-vis on the network's logits, at the layer that ours explain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from timed import Way, main


def ways_of(given: Any, folder: Path) -> dict[str, Way]:
    """Its methods by our labels, none of them normalized."""
    import keras
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.layercam import Layercam
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.scorecam import Scorecam
    from tf_keras_vis.utils.scores import CategoricalScore

    model = keras.models.load_model(folder / "logits.keras")

    def cam(kind: Any) -> Way:
        explainer = kind(model, clone=False)

        def way(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            layer = {"penultimate_layer": "pool2", "seek_penultimate_conv_layer": False}
            return explainer(CategoricalScore(y.tolist()), x, normalize_cam=False, **layer)[..., np.newaxis]

        return way

    gradient = Saliency(model, clone=False)

    def saliency(samples: int) -> Way:
        def way(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            return gradient(CategoricalScore(y.tolist()), x, smooth_samples=samples, keepdims=True, normalize_map=False)

        return way

    return {
        "Saliency": saliency(0),
        "SmoothGrad": saliency(50),
        "Grad-CAM": cam(Gradcam),
        "Grad-CAM++": cam(GradcamPlusPlus),
        "LayerCAM": cam(Layercam),
        "Score-CAM": cam(Scorecam),
    }


if __name__ == "__main__":
    main("tf-keras-vis", ways_of)
