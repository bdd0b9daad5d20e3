"""Pointing game: whether the largest value is on a true item."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike
from .items import Over, Sign, collapsed
from .localization import Localization
from .ranking import ranked
from .unequal import by_length

__all__ = ["pointing_game"]


@by_length
def pointing_game(
    attribution: MapsLike, truth: MapsLike, *, over: Over = "time", sign: Sign = "positive"
) -> Localization:
    """Whether the item with the largest value is true: 1 for a hit, 0 for a miss.

    Parameters
    ----------
    attribution, truth, over, sign
        As in :func:`~cam1d_widget.attribution.metrics.average_precision`.

    Returns
    -------
    Localization
        Where several share the largest value, the part of them that is true; nan if nothing is true.

    Notes
    -----
    Zhang et al. (2016), https://arxiv.org/abs/1608.00507, allow a miss by 15 pixels; here there is no tolerance.
    """
    values, true = collapsed(attribution, truth, over, sign)
    share = true.mean(axis=1)
    hit = np.where(share > 0, ranked(values, true).relevance[:, 0], np.nan)
    return Localization("pointing game", over, hit, np.where(share > 0, share, np.nan), share)
