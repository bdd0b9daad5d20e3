"""Values of a metric, together with those of random maps, without which they cannot be interpreted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

__all__ = ["ComparedToRandom", "Summary"]


class Summary(NamedTuple):
    """Means over some instances.

    Attributes
    ----------
    series : int
        How many.
    mean : float
        Of the maps.
    random_mean, random_spread : float
        Of random maps, and the standard deviation of that between draws.
    """

    series: int
    mean: float
    random_mean: float
    random_spread: float

    def __str__(self) -> str:
        return f"{self.mean:.3g}, at random {self.random_mean:.3g} ± {self.random_spread:.2g} ({self.series} series)"


@dataclass(frozen=True, eq=False, repr=False)
class ComparedToRandom:
    """Values of maps, and of random maps on the same series.

    Attributes
    ----------
    metric : str
        Name of the metric.
    better : {"larger", "smaller"}
        Which values are good.
    values : ndarray of shape (instance,)
        Of each map.
    random : ndarray of shape (draw, instance)
        Of each random map.
    targets : ndarray of int, of shape (instance,)
        Explained class of each instance.
    """

    metric: str
    better: Literal["larger", "smaller"]
    values: np.ndarray
    random: np.ndarray
    targets: np.ndarray

    @property
    def mean(self) -> float:
        """Mean over the maps."""
        return self.summary.mean

    @property
    def random_mean(self) -> float:
        """Mean over the random maps."""
        return self.summary.random_mean

    @property
    def random_spread(self) -> float:
        """Standard deviation, between draws, of the random maps' mean."""
        return self.summary.random_spread

    @property
    def margins(self) -> np.ndarray:
        """By how much each map is better than random ones are on average, of shape (instance,); below 0 if worse."""
        return (1 if self.better == "larger" else -1) * (self.values - self.random.mean(axis=0))

    @property
    def margin(self) -> float:
        """Mean of the margins."""
        return _mean(self.margins)

    @property
    def summary(self) -> Summary:
        """Means over all instances."""
        return self._summary(np.ones(len(self.values), bool))

    def per_class(self) -> dict[int, Summary]:
        """Means over the instances of each explained class: it shows a fill that drives all series to one class."""
        return {int(one): self._summary(self.targets == one) for one in np.unique(self.targets)}

    def __float__(self) -> float:
        return self.mean

    def __repr__(self) -> str:
        return f"<{self.metric}: {self.summary}; {self.better} is better>"

    def _summary(self, among: np.ndarray) -> Summary:
        among = among & np.isfinite(self.values) & np.isfinite(self.random).all(axis=0)
        draws = self.random[:, among].mean(axis=1) if among.any() else np.full(len(self.random), np.nan)
        return Summary(int(among.sum()), _mean(self.values[among]), _mean(draws), float(draws.std()))


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
