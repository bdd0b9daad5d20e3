"""shap on the network's logits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from timed import Way, main


def ways_of(given: Any, folder: Path) -> dict[str, Way]:
    """Its methods by our labels."""
    import keras
    import shap

    model = keras.models.load_model(folder / "logits.keras")
    background, mean, slices = given["background"], given["mean"], given["slices"]
    scores = keras_scores(model)

    def of_class(values: Any, y: np.ndarray) -> np.ndarray:
        values = np.stack(values, axis=-1) if isinstance(values, list) else np.asarray(values)
        return values[np.arange(len(y)), ..., y]

    def gradient(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return of_class(shap.GradientExplainer(model, background).shap_values(x, nsamples=400), y)

    def deep(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        reference = np.broadcast_to(mean, (1, *x.shape[1:])).astype(np.float32)
        return of_class(shap.DeepExplainer(model, reference).shap_values(x), y)

    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        made = []
        for one, target in zip(x, y, strict=True):

            def without(kept: np.ndarray, one: np.ndarray = one, target: int = target) -> np.ndarray:
                return scores(np.where(kept[:, slices] > 0.5, one, mean).astype(np.float32))[:, target]

            count = slices.max() + 1
            explainer = shap.KernelExplainer(without, np.zeros((1, count)))
            values = explainer.shap_values(np.ones((1, count)), nsamples=500, silent=True)
            made.append(np.asarray(values).ravel()[slices] / np.bincount(slices.ravel())[slices])
        return np.stack(made)

    return {"Expected Gradients": gradient, "DeepLIFT": deep, "KernelSHAP": kernel}


def keras_scores(model: Any) -> Any:
    """Logits of many series."""
    return lambda x: np.concatenate([np.asarray(model(x[first : first + 64])) for first in range(0, len(x), 64)])


if __name__ == "__main__":
    main("shap", ways_of)
