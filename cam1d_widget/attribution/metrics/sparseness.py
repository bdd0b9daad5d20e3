"""Gini index: how unevenly a map is distributed over its items."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike
from .items import Over, collapsed_map, many_maps, of_largest
from .unequal import by_length

__all__ = ["gini"]


@by_length
def gini(attribution: MapsLike, *, over: Over = "cell") -> np.ndarray:
    r"""How unevenly a map's magnitudes are spread: 0 if all are the same, almost 1 if a single one is not zero.

    .. math:: 1 - 2 \sum_{k=1}^{n} \frac{|\phi|_{(k)}}{\lVert \phi \rVert_1} \cdot \frac{n - k + 1/2}{n}

    with the k-th smallest magnitude. A map may be sparse and wrong: the index measures how much there is to read, not
    whether to believe it.

    Parameters
    ----------
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
    over : {"time", "channel", "cell"}
        What the items are; magnitudes are added up within each.

    Returns
    -------
    ndarray of shape (instance,)
        0 for a map that is zero.

    Notes
    -----
    Hurley and Rickard (2009), https://doi.org/10.1109/TIT.2009.2027527; for attributions Chalasani et al. (2020),
    https://arxiv.org/abs/1810.06583.
    """
    values = np.sort(of_largest(collapsed_map(many_maps("attribution", attribution), over, "absolute")), axis=1)
    count = values.shape[1]
    shares = (count - np.arange(1, count + 1) + 0.5) / count
    total = values.sum(axis=1)
    return np.where(total > 0, 1 - 2 * (values @ shares) / np.where(total > 0, total, 1), 0.0)
