"""Relevance rank accuracy: share of true items among the highest ranking ones."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike
from .items import Over, Sign, collapsed
from .localization import Localization
from .ranking import ranked
from .unequal import by_length

__all__ = ["relevance_rank"]


@by_length
def relevance_rank(
    attribution: MapsLike, truth: MapsLike, *, over: Over = "time", sign: Sign = "positive"
) -> Localization:
    """Part of the n highest ranking items that are true, n being the number of true items.

    Parameters
    ----------
    attribution, truth, over, sign
        As in :func:`~cam1d_widget.attribution.metrics.average_precision`.

    Returns
    -------
    Localization
        Ties count as if broken at random; nan if nothing is true.

    Notes
    -----
    Arras et al. (2022), https://arxiv.org/abs/2003.07258.
    """
    values, true = collapsed(attribution, truth, over, sign)
    ranking = ranked(values, true)
    among_first = np.arange(true.shape[1]) < ranking.true[:, np.newaxis]
    with np.errstate(invalid="ignore"):
        found = (ranking.relevance * among_first).sum(axis=1) / ranking.true
    share = true.mean(axis=1)
    return Localization("relevance rank accuracy", over, found, np.where(share > 0, share, np.nan), share)
