"""Distance of generated series from real ones: a maximizing input unlike any real series means little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...validation import check_index

__all__ = ["Plausibility", "plausibility_of"]

# Largest number of real series that are compared with each other: the number of distances is quadratic.
_COMPARED = 1024
_SHOWN = 3
# Shares of the real series from which a distance is called plausible, and from which unusual.
_PLAUSIBLE, _UNUSUAL = 0.25, 0.05


@dataclass(frozen=True, eq=False)
class Plausibility:
    """Distance of series to the nearest real ones, compared with distances among real ones.

    Distances are Euclidean over time and channel, in standard deviations of each channel.

    Attributes
    ----------
    distances : ndarray of shape (solution,)
        To the nearest real series.
    typical : float
        Median distance of a real series to the nearest other one.
    shares : ndarray of shape (solution,)
        Share of the real series that lie as far from all others as the solution does, or farther: near 0, the solution
        is unlike any real series.
    nearest : ndarray of int, of shape (solution, neighbor)
        Indices of the nearest real series, the nearest first.
    """

    distances: np.ndarray
    typical: float
    shares: np.ndarray
    nearest: np.ndarray

    @property
    def ratios(self) -> np.ndarray:
        """Distance to the nearest real series, of shape (solution,), in units of `typical`."""
        return self.distances / self.typical if self.typical else np.full_like(self.distances, np.inf)

    def words(self, solution: int = 0) -> str:
        """The figure as a sentence."""
        check_index("solution", solution, len(self.distances))
        ratio, share = self.ratios[solution], self.shares[solution]
        judged = "plausible" if share >= _PLAUSIBLE else "unusual" if share >= _UNUSUAL else "implausible"
        return (
            f"{judged}: {ratio:.1f} times as far from the nearest real series as those are from each other; "
            f"{100 * share:.0f} % of them lie as far off"
        )


def plausibility_of(solutions: np.ndarray, real: np.ndarray) -> Plausibility | None:
    """Plausibility of deviations (solution, time, channel) among real ones; None if there are fewer than two."""
    if len(real) < 2:
        return None
    compared = real[:: -(-len(real) // _COMPARED)]
    among = distances(compared, compared)
    np.fill_diagonal(among, np.inf)
    own = among.min(axis=1)
    away = distances(solutions, real)
    nearest = away.argsort(axis=1)[:, :_SHOWN]
    closest = away.min(axis=1)
    shares = (own[np.newaxis] >= closest[:, np.newaxis]).mean(axis=1)
    return Plausibility(closest, float(np.median(own)), shares, nearest)


def distances(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Euclidean distances of shape (one, other)."""
    one, other = ones.reshape(len(ones), -1).astype(float), others.reshape(len(others), -1).astype(float)
    squares = (one**2).sum(axis=1)[:, np.newaxis] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0))
