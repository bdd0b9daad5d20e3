"""The model of an explanation as plain data, with what a page needs to know of its methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..explanation.portable_model import PortableModel
from .abilities import HasPortable, offers
from .methods import AttributionMethod, IntegratedGradients, Occlusion
from .methods.families.base import WeighedFeatures

__all__ = ["page_model"]

# Methods that `js/src/engine` computes as they are defined here, with their default options.
_COMPUTED = frozenset(
    {
        "CAM",
        "Grad-CAM",
        "Grad-CAM++",
        "HiResCAM",
        "LayerCAM",
        "XGrad-CAM",
        "Saliency",
        "Gradient × Input",
        "Integrated Gradients",
    }
)


def page_model(
    classifier: Any, methods: Sequence[AttributionMethod], baseline: np.ndarray | None, shape: tuple[int, int]
) -> PortableModel:
    """The classifier as plain data, and the methods that a page can compute for series of a shape (time, channel).

    Raises
    ------
    ValueError
        If the classifier is not a network that is read layer by layer, or has a layer that a page cannot compute.
    """
    if not offers(classifier, HasPortable):
        raise ValueError(
            f"model=True needs a network that is read layer by layer, but a {type(classifier).__name__} is not one; "
            f"leave it out"
        )
    model = classifier.portable()
    refined, slices = IntegratedGradients(), Occlusion().fixed_slices(shape[0])
    paths = [np.polynomial.legendre.leggauss(refined.steps * more) for more in (1, 2, 4)]
    computed = _COMPUTED if slices is None else _COMPUTED | {"Occlusion"}
    description = {
        **model.description,
        "sums": [
            one.label
            for one in methods
            if isinstance(one, WeighedFeatures) and one.exactness(classifier) != "approximate"
        ],
        "methods": [one.label for one in methods if one.label in computed and one == type(one)()],
        "windows": [{"start": one.start.tolist(), "stop": one.stop.tolist()} for one in slices or ()],
        "baseline": ([0.0] * shape[1] if baseline is None else np.asarray(baseline, float).tolist()),
        "paths": [{"nodes": ((nodes + 1) / 2).tolist(), "weights": (weights / 2).tolist()} for nodes, weights in paths],
        "tolerance": refined.tolerance,
    }
    name = "zero" if baseline is None else "the mean of each channel over the background"
    return replace(model, description=description, baseline=name)
