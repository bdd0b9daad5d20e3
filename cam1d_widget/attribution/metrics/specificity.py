"""Class specificity: whether a map depends on the class that it explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import MapsLike
from ...validation import check_list
from .items import Over, collapsed_map, many_maps
from .rank_correlation import rank_correlation
from .unequal import by_length

__all__ = ["class_similarity"]


@by_length
def class_similarity(
    attribution: MapsLike, others: Sequence[MapsLike] | np.ndarray, *, over: Over = "cell"
) -> np.ndarray:
    """Rank correlation of a class' map with the maps that the same method makes of other classes, on average.

    1 if the method gives the same map for every class; below 0 if evidence for one class is evidence against the
    others. A map without signs can hardly be below 0: what matters for one class usually matters for the others.

    Parameters
    ----------
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
    others : sequence of array-likes like `attribution`
        Maps of other classes.
    over : {"time", "channel", "cell"}
        What is ranked.

    Returns
    -------
    ndarray of shape (instance,)

    Notes
    -----
    "RandomLogit" of Sixt et al. (2020), https://arxiv.org/abs/1912.09818, compares with one class drawn at random, by
    structural similarity of pictures.
    """
    maps = collapsed_map(many_maps("attribution", attribution), over, "signed")
    each = [
        collapsed_map(many_maps("others", other), over, "signed")
        for other in check_list("others", others, "maps of other classes")
    ]
    if not each:
        raise ValueError("others must hold at least one map, of another class, but holds none")
    if any(other.shape != maps.shape for other in each):
        raise ValueError(
            f"others must hold maps of the shape of attribution, {np.shape(attribution)}, but holds some of "
            f"{', '.join(sorted({str(np.shape(other)) for other in others}))}"
        )
    return np.stack([rank_correlation(maps, other) for other in each]).mean(axis=0)
