"""Synthetic series whose ground truth is known: the values that determine the class were planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cam1d_widget.typing import InstancesLike

from ..validation import (
    as_array,
    check_count,
    check_finite,
    check_function,
    check_list,
    check_names,
    check_rows,
    check_seed,
    indices,
    shaped,
)

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
        Gives the planted parts of `x`, at their places, in a context drawn from this seed and the seed of the set.
    """

    x: Series
    y: NDArray[np.int64]
    mask: NDArray[np.bool_]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    unplanted: Series = field(repr=False)
    replanted: Callable[[int], Series] = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("x", "mask", "unplanted"):
            values = check_finite(name, as_array(name, getattr(self, name)))
            shaped(name, values, "(instance, time, channel)", (None, None, None) if name == "x" else self.x.shape)
        if self.mask.dtype != bool:
            raise TypeError(f"mask must hold bool, but holds {self.mask.dtype}")
        for name, count in (("class_names", None), ("channel_names", self.x.shape[2])):
            names = check_list(name, getattr(self, name), "names")
            check_names(name, names, "", len(names) if count is None else count)
        classes = indices("y", self.y, len(self.class_names), "one index into class_names for each series of x")
        shaped("y", classes, "(instance,)", (len(self.x),))
        check_function("replanted", self.replanted, "a seed")

    def without_truth(self, seed: int = 0) -> Series:
        """Series as they were before anything was planted, of the shape of `x`.

        The marked values are removed; everything else is the same draw, with the same noise. A network that uses only
        the marked values can then only guess the class.

        Parameters
        ----------
        seed : int
            Has no effect for the generators of this package: they draw the whole context before they plant into it.
        """
        check_seed(seed)
        return self.unplanted.copy()

    def other_context(self, seed: int = 0) -> Series:
        """Same planted parts at the same positions in a newly drawn context, of the shape of `x`.

        A network that uses only the marked values predicts the same classes. Planted parts that replace the context
        keep their values. Those that are added to the context, or computed from it, are added to or computed from the
        new one.

        Parameters
        ----------
        seed : int
            Of the context.
        """
        check_seed(seed)
        return self.replanted(seed)

    def blanked(self) -> Series:
        """Series whose marked values are those from before anything was planted, of the shape of `x`.

        Unmarked values are those of `x`. A classifier that is trained on these series and is better than chance has
        found a leak: information about the class outside the mask.
        """
        return np.where(self.mask, self.unplanted, self.x)

    def subset(self, rows: InstancesLike) -> KnownTruth:
        """Some of the series.

        Parameters
        ----------
        rows : sequence of int, or of bool of shape (instance,)
        """
        taken = check_rows("rows", check_list("rows", rows, "indices"), len(self.x))
        return replace(
            self,
            x=self.x[taken],
            y=self.y[taken],
            mask=self.mask[taken],
            unplanted=self.unplanted[taken],
            replanted=lambda seed: self.replanted(seed)[taken],
        )


def context_generator(of_set: int, seed: int) -> np.random.Generator:
    """Random generator of another context: different for every set, and independent of the set's own."""
    return np.random.default_rng([of_set, seed, 1])


def numbered_channels(count: int) -> tuple[str, ...]:
    """Names of channels that are nothing but numbered."""
    return tuple(f"channel {index + 1}" for index in range(count))


def check_set(instances: Any, seed: Any, least: int = 1) -> None:
    """Refuse a set of too few series, or a seed that no random numbers can begin with."""
    check_count("instances", instances, least)
    check_seed(seed)
