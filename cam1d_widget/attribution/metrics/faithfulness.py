"""Faithfulness correlation: whether totals of random segments in a map correlate with the score drops."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import check_choice
from ..classifier import Classifier
from ..masking import Baseline
from .compared_to_random import ComparedToRandom
from .items import Over
from .perturbation import Measure, Perturbation
from .rank_correlation import correlation, rank_correlation
from .subsets import Subsets, judged_by_subsets

__all__ = ["faithfulness_correlation"]


def faithfulness_correlation(
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
    kind: Literal["pearson", "spearman"] = "pearson",
    measure: Measure = "score",
    draws: int = 5,
    seed: int = 0,
) -> ComparedToRandom:
    r"""Correlation, over random subsets of the segments, of their totals in the map with the score drops.

    .. math:: \operatorname{corr}_{\mathcal{S}} \left( \sum_{i \in \mathcal{S}} \phi_i,\;
        S(x) - S(x_{\mathcal{S} \to x'}) \right)

    1 for a map that predicts the drops up to a factor, -1 for its opposite.

    Parameters
    ----------
    classifier : Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
        Contributions, signed.
    target : int, or ndarray of int of shape (instance,)
        Explained class.
    fill, over, window, measure
        As in :func:`~cam1d_widget.attribution.metrics.deletion`.
    subsets : int
        How many are drawn.
    share : float
        Part of the segments in each.
    kind : {"pearson", "spearman"}
        Of values, or of ranks.
    draws : int
        Random maps: its own segments, shuffled.
    seed : int
        Of subsets and random maps.

    Returns
    -------
    ComparedToRandom
        0 if either side is constant, 1 if both are.

    Notes
    -----
    Bhatt et al. (2020), https://arxiv.org/abs/2005.00631. "MuFidelity" of xplique is the rank correlation on a grid of
    cells, ``kind="spearman"``, and replaces 20 % of them 200 times.
    """
    check_choice("kind", kind, ("pearson", "spearman"))
    compare = correlation if kind == "pearson" else rank_correlation

    def judge(one: Subsets) -> np.ndarray:
        return compare(one.given, np.broadcast_to(one.drops, one.given.shape))

    perturbation = Perturbation(fill, over, window, measure, seed)
    return judged_by_subsets("faithfulness correlation", "larger", judge, classifier, x, attribution, target,
                             perturbation, subsets=subsets, share=share, draws=draws)  # fmt: skip
