"""Max-sensitivity: largest change of a map for small changes of the series."""

from __future__ import annotations

import numpy as np

from ...typing import SeriesLike, TargetLike
from ...validation import check_count, check_number, check_seed
from ..classifier import Classifier
from ..methods import AttributionMethod
from ..methods.families.base import check_method
from .compared_to_random import ComparedToRandom
from .unequal import groups
from .validation import one_target_each, series_for

__all__ = ["max_sensitivity"]


def max_sensitivity(
    method: AttributionMethod,
    classifier: Classifier,
    x: SeriesLike,
    target: TargetLike,
    *,
    radius: float = 0.02,
    draws: int = 10,
    seed: int = 0,
) -> ComparedToRandom:
    r"""Largest change of the map, as part of its norm, among small changes of the series.

    .. math:: \max_{|\delta_{t,c}| \le r \sigma_c} \lVert \phi(x + \delta) - \phi(x) \rVert / \lVert \phi(x) \rVert

    Parameters
    ----------
    method : AttributionMethod
        Method that makes the map.
    classifier : Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
    target : int, or ndarray of int of shape (instance,)
        Explained class, the same for the changed series.
    radius : float
        Largest change, in standard deviations of each channel of the series, so that units do not matter.
    draws : int
        Changes that are drawn; the largest of more is larger.
    seed : int
        Of the changes.

    Returns
    -------
    ComparedToRandom
        The smaller, the better; the random values are the distances to the shuffled map, the largest possible change.
        nan for a map that is zero.

    Notes
    -----
    Yeh et al. (2019), https://arxiv.org/abs/1901.09392, who draw from a ball of one absolute radius for all inputs;
    so does captum's ``sensitivity_max``. Nothing is replaced here, so there is no fill.
    """
    check_method(method)
    check_number("radius", radius, above=0)
    check_count("draws", draws)
    check_seed(seed)
    x, lengths = series_for(classifier, x)
    targets = one_target_each(target, len(x), classifier)
    changes, random = np.empty(len(x)), np.empty((draws, len(x)))
    for rows, length in groups(lengths):
        changes[rows], random[:, rows] = _changes(
            method, classifier, x[rows, :length], targets[rows], radius, draws, seed
        )
    return ComparedToRandom("max-sensitivity", "smaller", changes, random, targets)


def _changes(
    method: AttributionMethod,
    classifier: Classifier,
    x: np.ndarray,
    targets: np.ndarray,
    radius: float,
    draws: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Relative changes of maps, of shape (instance,), and those between shuffled maps, of shape (draw, instance)."""
    rng = np.random.default_rng(seed)
    reach = radius * x.std(axis=1, keepdims=True)
    there = method.attribute(classifier, x, targets)
    moved = np.zeros(len(x))
    for _ in range(draws):
        change = (reach * rng.uniform(-1, 1, x.shape[1:])).astype(np.float32)
        moved = np.maximum(moved, _norms(method.attribute(classifier, x + change, targets) - there))
    flat = there.reshape(len(x), -1)
    shuffled = np.stack([_norms(rng.permutation(flat, axis=1) - flat) for _ in range(draws)])
    size = np.where(flat.any(axis=1), _norms(flat), np.nan)
    return moved / size, shuffled / size


def _norms(maps: np.ndarray) -> np.ndarray:
    return np.linalg.norm(maps.reshape(len(maps), -1).astype(np.float64), axis=1)
