"""Deletion and insertion: how fast a score drops, or recovers, in the order of a map."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import check_count
from ..classifier import Classifier
from ..masking import Baseline
from .items import Over
from .perturbation import Measure, Perturbation, PerturbationCurves, perturbed

__all__ = ["deletion", "insertion"]


def deletion(
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    *,
    fill: Baseline = None,
    over: Over | None = None,
    window: int = 1,
    steps: int = 20,
    measure: Measure = "probability",
    orders: int = 5,
    seed: int = 0,
) -> PerturbationCurves:
    r"""How fast the class is lost when the most relevant segments are replaced first.

    .. math:: \text{AUC} = \int_0^1 p\,(x \text{ without the first } f \text{ of its segments})\, df

    The smaller, the better; what matters is the difference from random orders, which are drawn as well.

    Parameters
    ----------
    classifier : Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
        Signed: evidence against the class comes last.
    target : int, or ndarray of int of shape (instance,)
        Explained class.
    fill : array that broadcasts to x, function of x, PieceBaseline, or None
        Replacement values; None is zero. Different fills favor different maps, and a fill unlike every training series
        may drive all to one class: compare two, and examine each class.
    over : {"time", "channel", "cell"}, optional
        Replace windows of all channels, whole channels, or windows of a channel. Default: "time" for a map of all
        channels, else "cell".
    window : int
        Samples in a window, which are replaced together, windows with the largest mean first. Single replaced samples
        are spikes to a convolution, and curves then show the effect of the spikes rather than of the map.
    steps : int
        Steps of the curve, from nothing to everything.
    measure : {"probability", "score"}
        Measured value.
    orders : int
        Random orders of the same segments.
    seed : int
        Of the random orders, and of how ties are broken.

    Returns
    -------
    PerturbationCurves
        `values` are the areas under the curves, by the trapezoidal rule, as part of the whole.

    Notes
    -----
    Petsiuk et al. (2018), https://arxiv.org/abs/1806.07421, who blur or blacken pixels. xplique ranks single samples of
    channels, and fills with one number for all channels. InterpretTime
    (Turbé et al. 2023, https://doi.org/10.1038/s42256-023-00620-w) replaces by N(0, 1) all values above a quantile of
    the positive relevance, so that the size of its steps depends on the map; its random order permutes blocks.
    """
    perturbation = Perturbation(fill, over, window, measure, seed)
    return _areas("deletion", classifier, x, attribution, target, steps, perturbation, orders)


def insertion(
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    *,
    fill: Baseline = None,
    over: Over | None = None,
    window: int = 1,
    steps: int = 20,
    measure: Measure = "probability",
    orders: int = 5,
    seed: int = 0,
) -> PerturbationCurves:
    """How fast the class recovers when the most relevant segments are inserted first, starting from the fill.

    The larger, the better. Parameters, result and paper as in :func:`deletion`; `fractions` are the inserted parts.
    """
    perturbation = Perturbation(fill, over, window, measure, seed)
    return _areas("insertion", classifier, x, attribution, target, steps, perturbation, orders)


def _areas(
    metric: Literal["deletion", "insertion"],
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    steps: int,
    perturbation: Perturbation,
    orders: int,
) -> PerturbationCurves:
    check_count("steps", steps)
    fractions, insert = np.linspace(0, 1, steps + 1), metric == "insertion"
    made = perturbed(classifier, x, attribution, target, fractions, perturbation, orders=orders, insert=insert)
    areas, random = (
        (curves[..., 1:] + curves[..., :-1]).mean(axis=-1, dtype=np.float64) / 2
        for curves in (made.curves, made.random_curves)
    )
    return PerturbationCurves(
        metric, "larger" if insert else "smaller", areas, random, made.targets, perturbation.measure, fractions,
        made.curves, made.random_curves,
    )  # fmt: skip
