"""Infidelity: squared error of a map in predicting the score drop without random segments."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import check_flag
from ..classifier import Classifier
from ..masking import Baseline
from .compared_to_random import ComparedToRandom
from .items import Over, of_largest
from .perturbation import Measure, Perturbation
from .subsets import Subsets, judged_by_subsets

__all__ = ["infidelity"]


def infidelity(
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    *,
    fill: Baseline = None,
    over: Over | None = None,
    window: int = 1,
    subsets: int = 100,
    share: float = 0.2,
    slopes: bool = False,
    measure: Measure = "score",
    draws: int = 5,
    seed: int = 0,
) -> ComparedToRandom:
    r"""Mean squared error of the predicted score drops, relative to their mean square, for the best scale of the map.

    .. math:: \min_{\beta \ge 0} \; \mathbb{E}_I \left[ \left( \beta\, I^\top \phi - (S(x) - S(x - I)) \right)^2 \right]
        \Big/ \mathbb{E}_I \left[ (S(x) - S(x - I))^2 \right]

    0 for a map that predicts every drop up to a factor, 1 for one that predicts none, or the opposite.

    Parameters
    ----------
    classifier, x, attribution, target, fill, over, window, subsets, share, measure, draws, seed
        As in :func:`~cam1d_widget.attribution.metrics.faithfulness_correlation`; x - I is x with a subset filled.
    slopes : bool
        Whether the map holds slopes, as a gradient does, to be multiplied by the removed values; or contributions,
        which are added up.

    Returns
    -------
    ComparedToRandom
        0 if no subset changes the score and the map assigns them nothing, 1 if it assigns them something.

    Notes
    -----
    Yeh et al. (2019), https://arxiv.org/abs/1901.09392, without the factor, which rescaling would improve; captum's
    ``normalize=True`` uses the same factor, but lets it be negative, so that a map and its negation score the same.
    """
    check_flag("slopes", slopes)
    perturbation = Perturbation(fill, over, window, measure, seed)
    return judged_by_subsets("infidelity", "smaller", _missed, classifier, x, attribution, target, perturbation,
                             subsets=subsets, share=share, draws=draws, slopes=slopes)  # fmt: skip


def _missed(one: Subsets) -> np.ndarray:
    """Share of the drops' square that is missed, of shape (map,)."""
    given = of_largest(one.given)
    size, drops = (given**2).sum(axis=1), (one.drops**2).sum()
    if drops == 0:
        return (size > 0) * 1.0
    agreed = np.maximum(given @ one.drops, 0)
    return np.maximum(1 - agreed**2 / np.where(size > 0, size, 1) / drops, 0)
