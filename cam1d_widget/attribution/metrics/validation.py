"""Arguments of metrics, checked in one place."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ..classifier import Classifier, as_targets, check_classifier
from ..series import array_of_series, check_series
from .items import many_maps

__all__ = ["one_target_each", "series_and_maps", "series_for"]


def series_for(classifier: Classifier, x: SeriesLike) -> np.ndarray:
    """Series (instance, time, channel) that a classifier takes; a single one becomes a batch of one."""
    check_classifier(classifier)
    x = array_of_series("x", x)
    return check_series(x[np.newaxis] if x.ndim == 2 else x, *classifier.input_shape)


def series_and_maps(classifier: Classifier, x: SeriesLike, attribution: MapsLike) -> tuple[np.ndarray, np.ndarray]:
    """Series (instance, time, channel) and their maps (instance, time, channel or 1), which must fit."""
    x, maps = series_for(classifier, x), many_maps("attribution", attribution)
    if maps.shape[:2] != x.shape[:2] or maps.shape[2] not in (1, x.shape[2]):
        raise ValueError(
            f"attribution must have the shape of x (instance, time, channel) = {x.shape}, or channel of size 1, "
            f"but has {maps.shape}"
        )
    return x, maps


def one_target_each(target: TargetLike, instances: int, classifier: Classifier) -> np.ndarray:
    """Explained class of each instance, of shape (instance,)."""
    targets = as_targets(target, instances, classifier.classes)
    if targets.ndim > 1:
        raise ValueError(f"target must be an int or have shape (instance,) = ({instances},), but has {targets.shape}")
    return targets
