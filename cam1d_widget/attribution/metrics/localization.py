"""How well maps localize a known cause, together with the expected value of a random map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Labels
from ...validation import as_array, counted
from .items import Over

__all__ = ["Localization"]


@dataclass(frozen=True, eq=False, repr=False)
class Localization:
    """Score of maps against the truth, one for each instance.

    Attributes
    ----------
    metric : str
        Name of the metric.
    over : {"time", "channel", "cell"}
        What was ranked.
    values : ndarray of shape (instance,)
        From 0 to 1, the more the better; nan if it is not defined.
    chance : ndarray of shape (instance,)
        Expected value of a random map.
    share : ndarray of shape (instance,)
        Part of the items that are true. Where it is 0 or 1 there is nothing to find.
    """

    metric: str
    over: Over
    values: np.ndarray
    chance: np.ndarray
    share: np.ndarray

    @property
    def informative(self) -> np.ndarray:
        """Informative instances: those with some items that are true and some that are not."""
        return (self.share > 0) & (self.share < 1)

    @property
    def mean(self) -> float:
        """Mean over the informative instances; nan if there are none."""
        return _mean(self.values[self.informative])

    @property
    def mean_chance(self) -> float:
        """Expected value of a random map on the same instances."""
        return _mean(self.chance[self.informative])

    @property
    def spread(self) -> float:
        """Standard deviation over the informative instances."""
        return float(self.values[self.informative].std()) if self.informative.any() else float("nan")

    def per_class(self, y: Labels) -> dict[int, float]:
        """Mean over the informative instances of each class, by `y` of shape (instance,)."""
        y = as_array("y", y)
        if y.shape != self.values.shape:
            raise ValueError(f"y must have shape (instance,) = {self.values.shape}, but has {y.shape}")
        wrong = y[(y != np.floor(y)) | (y < 0) | ~np.isfinite(y)]
        if wrong.size:
            raise ValueError(f"y must hold class indices, but holds {wrong[0]:g}")
        return {int(one): _mean(self.values[self.informative & (y == one)]) for one in np.unique(y)}

    def __float__(self) -> float:
        return self.mean

    def __repr__(self) -> str:
        left_out = len(self.values) - int(self.informative.sum())
        words = f"{self.metric} over {self.over}: {self.mean:.3f}, by chance {self.mean_chance:.3f}"
        rest = f"; {left_out} left out, in which nothing or everything is true" if left_out else ""
        return f"<{words} ({counted(int(self.informative.sum()), 'map')}{rest})>"


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
