"""Items in the order of their values, largest first, with ties treated symmetrically."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Ranking", "ranked", "roc_area"]


class Ranking(NamedTuple):
    """Items at each place of an order; arrays of shape (instance, item).

    Attributes
    ----------
    truth : ndarray of bool
        Whether the item at a place is true.
    first, last : ndarray of int
        First and last place of those whose value is the same.
    """

    truth: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @property
    def true(self) -> np.ndarray:
        """Number of true items, of shape (instance,)."""
        return self.truth.sum(axis=1)

    @property
    def hits(self) -> np.ndarray:
        """True items at or before a place and all that are tied with it."""
        return np.take_along_axis(np.cumsum(self.truth, axis=1), self.last, axis=1)

    @property
    def relevance(self) -> np.ndarray:
        """Probability that a true item is at a place, if ties are broken at random."""
        before = np.take_along_axis(np.cumsum(self.truth, axis=1) - self.truth, self.first, axis=1)
        return (self.hits - before) / (self.last - self.first + 1)


def ranked(values: np.ndarray, truth: np.ndarray) -> Ranking:
    """Order of items by their values; both of shape (instance, item)."""
    order = np.argsort(-values, axis=1, kind="stable")
    sorted_values = np.take_along_axis(values, order, axis=1)
    items = np.arange(values.shape[1])
    change = sorted_values[:, 1:] != sorted_values[:, :-1]
    edge = np.ones((len(values), 1), bool)
    first = np.maximum.accumulate(np.where(np.hstack([edge, change]), items, 0), axis=1)
    ends = np.where(np.hstack([change, edge]), items, len(items))
    last = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    return Ranking(np.take_along_axis(truth, order, axis=1), first, last)


def roc_area(values: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Chance that a true item has a larger value than a false one, of shape (instance,); nan if one kind is missing.

    The area under the ROC curve, by the ranks (Mann and Whitney 1947).
    """
    ranking = ranked(values, truth)
    count, positives = truth.shape[1], ranking.true
    from_below = count - (ranking.first + ranking.last) / 2
    below = (ranking.truth * from_below).sum(axis=1) - positives * (positives + 1) / 2
    with np.errstate(invalid="ignore"):
        return below / (positives * (count - positives))
