"""NDCG@n: gain of the highest ranking items, discounted by rank."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike
from .items import Over, Sign, collapsed
from .localization import Localization
from .ranking import ranked
from .unequal import by_length

__all__ = ["ndcg"]


@by_length
def ndcg(attribution: MapsLike, truth: MapsLike, *, over: Over = "time", sign: Sign = "signed") -> Localization:
    r"""Discounted gain of the n highest ranking items, n being the number of true items.

    .. math:: \text{NDCG@}n = \sum_{i=1}^{n} \frac{r_i}{\log_2(i + 1)} \Big/ \sum_{i=1}^{n} \frac{1}{\log_2(i + 1)}

    with r_i = 1 if the item at place i is true.

    Parameters
    ----------
    attribution, truth, over
        As in :func:`~cam1d_widget.attribution.metrics.average_precision`.
    sign : {"signed", "positive", "absolute"}
        Default: signed values, as in MILLET.

    Returns
    -------
    Localization
        Ties count as if broken at random; nan if nothing is true.

    Notes
    -----
    Early et al. (2024), https://arxiv.org/abs/2311.10049, whose code explains the true class. WebTraffic's class "none"
    is true everywhere, where any map has 1: MILLET's mean counts it, ``numpy.nanmean(result.values)``;
    :attr:`~Localization.mean` leaves it out. MILLET's sort breaks ties by place.
    """
    values, true = collapsed(attribution, truth, over, sign)
    ranking = ranked(values, true)
    places = np.arange(true.shape[1])
    discount = (places < ranking.true[:, np.newaxis]) / np.log2(places + 2)
    with np.errstate(invalid="ignore"):
        gain = (ranking.relevance * discount).sum(axis=1) / discount.sum(axis=1)
    share = true.mean(axis=1)
    return Localization("NDCG@n", over, gain, np.where(share > 0, share, np.nan), share)
