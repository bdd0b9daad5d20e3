"""Completeness gap: difference between the sum of a map and what it explains."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ..classifier import Classifier
from ..masking import Baseline, baseline_for
from .unequal import cut_baseline, groups
from .validation import one_target_each, series_and_maps

__all__ = ["completeness_gap", "share_missed"]


def completeness_gap(
    classifier: Classifier, x: SeriesLike, attribution: MapsLike, target: TargetLike, *, baseline: Baseline = None
) -> np.ndarray:
    r"""Share of the score's difference from the baseline that the sum of the map misses.

    .. math:: \left| \sum_{t,c} \phi_{t,c} - (S(x) - S(x')) \right| \big/ \left| S(x) - S(x') \right|

    0 for maps that distribute the difference completely. It is the only metric here that depends on the scale of the
    map. A difference below a tenth of the sum of :math:`|\phi|` counts as a tenth of it: of values that cancel, the sum
    cannot be more accurate than they are.

    Parameters
    ----------
    classifier : Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
    target : int, or ndarray of int of shape (instance,)
        Explained class.
    baseline : array that broadcasts to x, function of x, or None
        x', as the map was computed with. None is zero.

    Returns
    -------
    ndarray of shape (instance,)

    Notes
    -----
    Sundararajan et al. (2017), https://arxiv.org/abs/1703.01365. A class activation map adds up at the layer's steps,
    to the score minus its bias, before it is placed in time: ``Explanation.completeness`` has that gap.
    """
    x, maps, lengths = series_and_maps(classifier, x, attribution)
    targets = one_target_each(target, len(x), classifier)[:, np.newaxis]
    explained = np.empty(len(x))
    for rows, length in groups(lengths):
        series = x[rows, :length]
        reference = baseline_for(series, cut_baseline(baseline, rows, length, x.shape))
        scores, there = (np.take_along_axis(classifier.scores(one), targets[rows], axis=1)[:, 0].astype(np.float64)
                         for one in (series, np.ascontiguousarray(reference)))  # fmt: skip
        explained[rows] = scores - there
    totals, masses = (one.sum(axis=(1, 2), dtype=np.float64) for one in (maps, np.abs(maps)))
    return share_missed(totals, explained, masses)


def share_missed(totals: np.ndarray, expected: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Completeness gap of sums of values, from the expected sums and the sums of magnitudes."""
    scale = np.maximum(np.abs(expected), 0.1 * masses)
    missed: np.ndarray = np.abs(totals - expected) / np.maximum(scale, np.finfo(np.float32).eps)
    return missed
