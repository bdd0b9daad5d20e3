"""Average precision: precision of the highest ranking items."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike
from .items import Over, Sign, collapsed
from .localization import Localization
from .ranking import ranked
from .unequal import by_length

__all__ = ["average_precision"]


@by_length
def average_precision(
    attribution: MapsLike, truth: MapsLike, *, over: Over = "time", sign: Sign = "positive"
) -> Localization:
    r"""Mean, over the true items, of the precision among all that rank as high.

    .. math:: \text{AP} = \sum_k (R_k - R_{k-1}) P_k

    with precision P and recall R at the k-th largest value that occurs. 1 if the true items come first, the share of
    true items if all values are the same.

    Parameters
    ----------
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
    truth : array-like of bool, like `attribution`
        Where the cause is. A map of all channels assigns the same to each channel; masks of all channels can be scored
        over time alone.
    over : {"time", "channel", "cell"}
        Rank samples, channels, or samples of channels.
    sign : {"positive", "absolute", "signed"}
        Sum positive values, magnitudes, or signed values.

    Returns
    -------
    Localization
        nan if nothing is true, 1 if everything is.

    Notes
    -----
    Ties are in or out together, as in scikit-learn's ``average_precision_score``, to which it is equal. dCAM's "Dr-acc"
    and the "AUPR" of Ismail et al. (2020, https://arxiv.org/abs/2010.13924) are other areas: the one is the trapezoid
    under the precision-recall curve, which is too large where values are tied, the other weighs by the mass of the map.
    Davis and Goadrich (2006), https://doi.org/10.1145/1143844.1143874.
    """
    values, true = collapsed(attribution, truth, over, sign)
    ranking = ranked(values, true)
    with np.errstate(invalid="ignore"):
        precision = (ranking.truth * ranking.hits / (ranking.last + 1)).sum(axis=1) / ranking.true
    return Localization("average precision", over, precision, _by_chance(true), true.mean(axis=1))


def _by_chance(true: np.ndarray) -> np.ndarray:
    """Mean over all orders: a true item at place i has (i - 1)(k - 1) / (n - 1) others before it, on average."""
    count = true.shape[1]
    harmonic = (1 / np.arange(1, count + 1)).sum()
    others = (true.sum(axis=1) - 1) / max(count - 1, 1)
    return np.where(true.any(axis=1), (harmonic + others * (count - harmonic)) / count, np.nan)
