"""Arguments of metrics, checked in one place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import as_float32, unmasked
from ..classifier import Classifier, as_targets, check_classifier
from ..series import array_of_series, check_series
from .items import many_maps
from .unequal import groups, own_lengths

__all__ = ["Explained", "one_target_each", "series_and_maps", "series_for"]


def series_for(classifier: Classifier, x: SeriesLike) -> tuple[np.ndarray, np.ndarray]:
    """Series (instance, time, channel) that a classifier takes, and their lengths; a single one becomes a batch of one.

    What follows the end of a series, NaN in all channels, is padding.
    """
    check_classifier(classifier)
    x = array_of_series("x", x)
    x = x[np.newaxis] if x.ndim == 2 else x
    lengths = own_lengths(x) if x.ndim == 3 and x.size else np.zeros(0, int)
    if not lengths.size or (lengths == x.shape[1]).all():
        return check_series(x, *classifier.input_shape), lengths
    for rows, length in groups(lengths):
        check_series(x[rows, :length], *classifier.input_shape)
    return as_float32("x", x), lengths


class Explained(NamedTuple):
    """Series (instance, time, channel), maps (instance, time, channel or 1), and lengths (instance,)."""

    x: np.ndarray
    maps: np.ndarray
    lengths: np.ndarray


def series_and_maps(classifier: Classifier, x: SeriesLike, attribution: MapsLike) -> Explained:
    """Series and their maps, which must fit; the maps are zero in the padding."""
    x, lengths = series_for(classifier, x)
    maps = many_maps("attribution", _without_padding(attribution, lengths, x.shape[1]))
    if maps.shape[:2] != x.shape[:2] or maps.shape[2] not in (1, x.shape[2]):
        raise ValueError(
            f"attribution must have the shape of x (instance, time, channel) = {x.shape}, or channel of size 1, "
            f"but has {maps.shape}"
        )
    return Explained(x, maps, lengths)


def _without_padding(attribution: MapsLike, lengths: np.ndarray, samples: int) -> MapsLike:
    """Maps with zeros in the padding."""
    maps = unmasked("attribution", attribution)
    maps = maps[np.newaxis] if maps.ndim == 2 else maps
    if (lengths == samples).all() or maps.shape[:2] != (len(lengths), samples) or maps.ndim != 3:
        return attribution
    return np.where((np.arange(samples) < lengths[:, np.newaxis])[..., np.newaxis], maps, 0.0)


def one_target_each(target: TargetLike, instances: int, classifier: Classifier) -> np.ndarray:
    """Explained class of each instance, of shape (instance,)."""
    targets = as_targets(target, instances, classifier.classes)
    if targets.ndim > 1:
        raise ValueError(f"target must be an int or have shape (instance,) = ({instances},), but has {targets.shape}")
    return targets
