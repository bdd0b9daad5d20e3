"""AOPC: mean score drop while the most relevant half is replaced."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import check_count, check_number
from ..classifier import Classifier
from ..masking import Baseline
from .items import Over
from .perturbation import Measure, Perturbation, PerturbationCurves, perturbed

__all__ = ["aopc"]


def aopc(
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    *,
    fill: Baseline = None,
    over: Over | None = "time",
    window: int = 1,
    steps: int = 10,
    most: float = 0.5,
    measure: Measure = "score",
    orders: int = 3,
    seed: int = 0,
) -> PerturbationCurves:
    r"""Score drop, averaged over the steps, while the most relevant part is replaced.

    .. math:: \text{AOPC} = \frac{1}{K + 1} \sum_{k=0}^{K} S(x) - S(x_k), \qquad
        \text{AOPCR} = \text{AOPC} - \overline{\text{AOPC}}_\text{random}

    The larger, the better. AOPCR is the result's :attr:`~.ComparedToRandom.margin`, of each series
    :attr:`~.ComparedToRandom.margins`.

    Parameters
    ----------
    classifier, x, attribution, target, fill, over, window, measure, orders, seed
        As in :func:`~cam1d_widget.attribution.metrics.deletion`. The target is usually the predicted class.
    steps : int
        Steps K.
    most : float
        Part of the series that is replaced at the last step.

    Returns
    -------
    PerturbationCurves
        `values` are the AOPCs, in units of the score, which do not compare between models.

    Notes
    -----
    Samek et al. (2017), https://arxiv.org/abs/1509.06321. MILLET (Early et al. 2024, https://arxiv.org/abs/2311.10049)
    has the same 11 steps up to a half, three random orders and logits, and *deletes*: the series gets shorter, which a
    network with a Flatten head cannot take. Here samples are filled instead, and the length stays.
    """
    check_count("steps", steps)
    check_number("most", most, above=0, most=1)
    fractions = np.linspace(0, most, steps + 1)
    perturbation = Perturbation(fill, over, window, measure, seed)
    made = perturbed(classifier, x, attribution, target, fractions, perturbation, orders=orders)
    drops, random = (
        (curves[..., :1] - curves).mean(axis=-1, dtype=np.float64) for curves in (made.curves, made.random_curves)
    )
    return PerturbationCurves(
        "AOPC", "larger", drops, random, made.targets, measure, fractions, made.curves, made.random_curves
    )
