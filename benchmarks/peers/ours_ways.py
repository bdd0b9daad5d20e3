"""Our methods, with the options of the other libraries; with --xla, a single series runs through XLA."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from timed import Way, main

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution import methods


def chosen(given: Any) -> list[methods.AttributionMethod]:
    """Each method that another library has as well, and related ones."""
    mean, background, size = given["mean"], given["background"], -(-given["x"].shape[1] // 10)
    return [
        methods.Saliency(),
        methods.GradientXInput(),
        methods.IntegratedGradients(steps=50, baseline=0.0, tolerance=None),
        methods.SmoothGrad(samples=50),
        methods.SquareGrad(samples=50),
        methods.VarGrad(samples=50),
        methods.GradCAM(),
        methods.GradCAMPlusPlus(),
        methods.HiResCAM(),
        methods.LayerCAM(),
        methods.ScoreCAM(baseline=0.0),
        methods.DeepLIFT(baseline=mean),
        methods.LRP(),
        methods.GuidedBackprop(),
        methods.GuidedGradCAM(),
        methods.Occlusion(size=int(given["window"]), stride=int(given["step"]), baseline=mean),
        methods.ExpectedGradients(references=25, steps=16, background=background),
        methods.RISE(masks=2000, size=size, baseline=0.0),
        methods.KernelSHAP(samples=500, size=size, baseline=mean),
        methods.LIME(samples=500, size=size, baseline=mean),
    ]


def ways_of(given: Any, folder: Path, jit_compile: bool = False) -> dict[str, Way]:
    """Our methods by label."""
    import keras

    classifier = KerasClassifier(keras.models.load_model(folder / "logits.keras"), jit_compile=jit_compile)

    def way(method: methods.AttributionMethod) -> Way:
        return lambda x, y: np.asarray(method.attribute(classifier, x, y))

    return {method.label: way(method) for method in chosen(given)}


if __name__ == "__main__":
    by_xla = "--xla" in sys.argv
    main("cam1d_widget", lambda given, folder: ways_of(given, folder, by_xla), "ours by XLA" if by_xla else "ours")
