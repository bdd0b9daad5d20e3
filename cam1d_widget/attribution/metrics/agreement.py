"""Agreement: whether methods rank items in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...validation import check_choice, check_mapping
from .items import Over, Sign, check_over, collapsed_map, many_maps
from .rank_correlation import rank_correlation
from .unequal import by_length

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, eq=False, repr=False)
class Agreement:
    """Pairwise rank correlation of the maps of several methods.

    Attributes
    ----------
    labels : tuple of str
        Of the methods.
    values : ndarray of shape (instance, method, method)
        Spearman's correlation.
    """

    labels: tuple[str, ...]
    values: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        """Mean over the instances, of shape (method, method)."""
        return self.values.mean(axis=0)

    def with_others(self, label: str) -> dict[str, float]:
        """Mean correlation of one method with every other."""
        place = self.labels.index(check_choice("label", label, self.labels))
        return {other: float(self.matrix[place, at]) for at, other in enumerate(self.labels) if at != place}

    def __repr__(self) -> str:
        pairs = self.matrix[np.triu_indices(len(self.labels), 1)]
        among = f"{len(self.labels)} methods on {len(self.values)} series"
        if not pairs.size:
            return f"<agreement of {among}>"
        return (
            f"<agreement of {among}: rank correlation {pairs.mean():.2f}, from {pairs.min():.2f} to {pairs.max():.2f}>"
        )


@by_length
def agreement(attributions: Mapping[str, Any], *, over: Over = "time", sign: Sign = "signed") -> Agreement:
    """Rank correlation between the maps of different methods.

    That two methods agree does not make them right: many share a step, such as the gradient.

    Parameters
    ----------
    attributions : mapping of str to array-like of shape (instance, time, channel or 1), or (time, channel or 1)
        By label, on the same series.
    over : {"time", "channel", "cell"}
        What is ranked. Maps of all channels can be compared over time alone.
    sign : {"signed", "positive", "absolute"}
        Signed values, positive values, or magnitudes, summed within each item.

    Returns
    -------
    Agreement

    Notes
    -----
    Krishna et al. (2022), https://arxiv.org/abs/2202.01602.
    """
    check_over(over)
    given = check_mapping("attributions", attributions)
    maps = {label: many_maps(f"attributions[{label!r}]", values) for label, values in given.items()}
    if not maps or len({values.shape[:2] for values in maps.values()}) > 1:
        shapes = {label: values.shape for label, values in maps.items()}
        raise ValueError(f"attributions must hold maps of the same instances and times, but hold {shapes}")
    if over != "time" and len({values.shape[2] for values in maps.values()}) > 1:
        raise ValueError("attributions must all distinguish channels to be compared over them; compare over 'time'")
    items = np.stack([collapsed_map(values, over, sign) for values in maps.values()], axis=1)
    return Agreement(tuple(maps), rank_correlation(*np.broadcast_arrays(items[:, :, np.newaxis], items[:, np.newaxis])))
