"""Series with known truth: which values make the class is known, because they were put there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..number_checks import check_count, check_seed

Series = NDArray[np.float32]


@dataclass(frozen=True)
class KnownTruth:
    """Synthetic series, with what makes each one's class marked.

    Attributes
    ----------
    x : ndarray of shape (instance, time, channel)
    y : ndarray of shape (instance,)
        Class, as an index into `class_names`.
    mask : ndarray of bool, of shape (instance, time, channel)
        Values that make the class; all False where it is made by something that is missing.
    class_names, channel_names : tuple of str
    unplanted : ndarray of shape (instance, time, channel)
        `x` as it was before anything was planted.
    replanted : function of a seed
        Gives the planted parts of `x`, at their places, in a context that is drawn from this seed and that of the set.
    """

    x: Series
    y: NDArray[np.int64]
    mask: NDArray[np.bool_]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    unplanted: Series = field(repr=False)
    replanted: Callable[[int], Series] = field(repr=False)

    def without_truth(self, seed: int = 0) -> Series:
        """Series as they were before anything was planted, of the shape of `x`.

        What makes the class is gone, and everything else is the same draw with the same noise. A network that uses the
        marked values alone can only guess the class now.

        Parameters
        ----------
        seed : int
            Of what has to be drawn. All makers of this package draw the context whole and plant into it, so that the
            series are the same for every seed.
        """
        check_seed(seed)
        return self.unplanted.copy()

    def other_context(self, seed: int = 0) -> Series:
        """Same planted parts at the same places in a context drawn anew, of the shape of `x`.

        A network that uses the marked values alone names the same classes. Parts that replace the context keep their
        values; parts that are added to it, or made of it, are added to the new one, or made of it.

        Parameters
        ----------
        seed : int
            Of the context.
        """
        check_seed(seed)
        return self.replanted(seed)

    def blanked(self) -> Series:
        """Series whose marked values are those from before anything was planted, of the shape of `x`.

        Whatever the maker did to unmarked values stays, so that a classifier that is trained on these series and does
        better than chance has found a leak: a sign of the class outside the mask.
        """
        return np.where(self.mask, self.unplanted, self.x)

    def subset(self, rows: Any) -> KnownTruth:
        """Some of the series.

        Parameters
        ----------
        rows : sequence of int, or of bool of shape (instance,)
        """
        rows = np.array(rows)  # a copy, for other contexts are drawn later
        if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iub"):
            raise ValueError(f"rows must be a sequence of indices, or a bool for each series, but is {rows!r}")
        rows = np.flatnonzero(rows) if rows.dtype == bool and len(rows) == len(self.x) else rows.astype(int)
        return replace(
            self,
            x=self.x[rows],
            y=self.y[rows],
            mask=self.mask[rows],
            unplanted=self.unplanted[rows],
            replanted=lambda seed: self.replanted(seed)[rows],
        )


def context_generator(of_set: int, seed: int) -> np.random.Generator:
    """Generator of another context: its own for every set, and independent of what the set is drawn from."""
    return np.random.default_rng([of_set, seed, 1])


def numbered_channels(count: int) -> tuple[str, ...]:
    """Names of channels that are nothing but numbered."""
    return tuple(f"channel {index + 1}" for index in range(count))


def check_set(instances: Any, seed: Any, least: int = 1) -> None:
    """Refuse a set of too few series, or a seed that no random numbers can begin with."""
    check_count("instances", instances, least)
    check_seed(seed)
