"""Relevance mass accuracy: share of the map's sum on true items."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...typing import MapsLike
from ...validation import check_choice
from .items import Over, collapsed, of_largest
from .localization import Localization
from .unequal import by_length

__all__ = ["relevance_mass"]


@by_length
def relevance_mass(
    attribution: MapsLike, truth: MapsLike, *, over: Over = "time", sign: Literal["positive", "absolute"] = "positive"
) -> Localization:
    """Part of the map's sum that is on true items.

    Parameters
    ----------
    attribution, truth, over, sign
        As in :func:`~cam1d_widget.attribution.metrics.average_precision`; signed values cannot be divided into shares.

    Returns
    -------
    Localization
        The share of true items for a map that is zero everywhere, as for one that is even; nan if nothing is true.

    Notes
    -----
    Arras et al. (2022), https://arxiv.org/abs/2003.07258, who pool channels by their positive sum, their Euclidean
    norm or their maximum; here an item is the sum of its cells.
    """
    check_choice("sign", sign, ("positive", "absolute"), "; signed values have no shares")
    values, true = collapsed(attribution, truth, over, sign)
    share = true.mean(axis=1)
    values = of_largest(values)
    total = values.sum(axis=1)
    mass = np.where(total > 0, (values * true).sum(axis=1) / np.where(total > 0, total, 1), share)
    chance = np.where(share > 0, share, np.nan)
    return Localization("relevance mass accuracy", over, np.where(share > 0, mass, np.nan), chance, share)
