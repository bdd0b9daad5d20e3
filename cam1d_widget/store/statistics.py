"""Statistics of all series and maps, from those of each block: means, variances and channel shares of each class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import NamedTuple

import numpy as np

from ..explanation.facts import MethodFacts
from ..explanation.stored.format import Header, arrays_of
from ..explanation.stored.statistics import CONFIDENT, predicted_classes

__all__ = ["Moments", "Statistics"]


class Moments(NamedTuple):
    """Moments of arrays, by class.

    Attributes
    ----------
    counts : ndarray of shape (class,)
    mean, squares : ndarray of shape (class, ...)
        Mean, and sum of squared differences from it.
    """

    counts: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, classes: np.ndarray, number: int) -> Moments:
        """Moments of values (instance, ...) by the class of each instance; those of class -1 are left out."""
        made = cls(np.zeros(number), *(np.zeros((number, *values.shape[1:])) for _ in range(2)))
        for one in np.unique(classes[classes >= 0]):
            chosen = values[classes == one]
            made.counts[one] = len(chosen)
            made.mean[one] = chosen.mean(axis=0, dtype=np.float64)
            off = chosen - made.mean[one]
            made.squares[one] = np.einsum("i...,i...->...", off, off)
        return made

    def merged(self, other: Moments) -> Moments:
        """Moments of both together, by the formula of Chan, Golub and LeVeque (1979)."""
        count = self.counts + other.counts
        shape = (-1, *[1] * (self.mean.ndim - 1))
        share = (other.counts / np.maximum(count, 1)).reshape(shape)
        off = other.mean - self.mean
        weight = self.counts.reshape(shape) * share
        return Moments(count, self.mean + off * share, self.squares + other.squares + off**2 * weight)


class Statistics:
    """Statistics of some series, which can be merged with those of others.

    Attributes
    ----------
    moments : dict of str to Moments
        By name: "x", the names of the maps, and those of their channel shares, each followed by the way in which
        classes are assigned, such as "x by predicted class".
    gaps : dict of str to ndarray of shape (class,)
        Largest completeness gap of the maps.
    confident : ndarray of shape (2, 2, rank)
        Most and least confident instances: their indices and confidences; -1 and NaN where there are fewer.
    """

    def __init__(self, moments: dict[str, Moments], gaps: dict[str, np.ndarray], confident: np.ndarray) -> None:
        self.moments, self.gaps, self.confident = moments, gaps, confident

    @classmethod
    def of_block(
        cls,
        made: Mapping[str, np.ndarray],
        x: np.ndarray,
        methods: tuple[MethodFacts, ...],
        y: np.ndarray | None = None,
        start: int = 0,
    ) -> Statistics:
        """Statistics of the series and maps of a block, whose first series is instance `start`."""
        scores, probabilities = made["scores"], made.get("probabilities")
        number = scores.shape[1]
        moments, gaps = {}, {}
        for by, classes in _assigned(scores, probabilities, y):
            moments[f"x by {by} class"] = Moments.of(x, classes, number)
            # The map of the class itself; -1 where it was not explained.
            there = made["targets"] == classes[:, np.newaxis]
            rows, columns = np.arange(len(x)), there.argmax(axis=1)
            explained = np.where(there.any(axis=1), classes, -1)
            for method in methods:
                names = arrays_of(method.label)
                maps = made[names.values][rows, columns]
                moments[f"{names.values} by {by} class"] = Moments.of(maps, explained, number)
                if names.shares in made:
                    shares = made[names.shares][rows, columns]
                    moments[f"{names.shares} by {by} class"] = Moments.of(shares, explained, number)
                largest = np.full(number, np.nan)
                known = explained >= 0
                np.fmax.at(largest, explained[known], made[names.gaps][rows, columns][known])
                gaps[f"{names.gaps} by {by} class"] = largest
        return cls(moments, gaps, _ranked(np.arange(start, start + len(x)), _confidences(scores, probabilities)))

    def merged(self, other: Statistics) -> Statistics:
        """Statistics of both together."""
        moments = {name: one.merged(other.moments[name]) for name, one in self.moments.items()}
        gaps = {name: np.fmax(one, other.gaps[name]) for name, one in self.gaps.items()}
        both = np.concatenate([self.confident, other.confident], axis=2)
        most, least = (_ranked(*one)[place] for place, one in enumerate(both))
        return Statistics(moments, gaps, np.stack([most, least]))

    def to_vector(self) -> np.ndarray:
        """All numbers in a row."""
        return np.concatenate([one.ravel() for one in self._arrays()])

    def from_vector(self, vector: np.ndarray) -> Statistics:
        """Statistics of the same sizes as these, from numbers in a row."""
        sizes = [prod(one.shape) for one in self._arrays()]
        parts = iter(np.split(vector, np.cumsum(sizes)[:-1]))
        moments = {
            name: Moments(*(next(parts).reshape(one.shape) for one in known)) for name, known in self.moments.items()
        }
        gaps = {name: next(parts) for name in self.gaps}
        return Statistics(moments, gaps, next(parts).reshape(self.confident.shape))

    def merged_with(self, vectors: Iterable[np.ndarray]) -> Statistics | None:
        """Statistics of all blocks, of the sizes of these; None if there are none."""
        merged = None
        for vector in vectors:
            one = self.from_vector(vector)
            merged = one if merged is None else merged.merged(one)
        return merged

    def named_arrays(self, header: Header) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
        """Arrays of a store with their dims, by name."""
        arrays: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
        for name, (count, mean, squares) in self.moments.items():
            of_class = (-1, *[1] * (mean.ndim - 1))
            deviation = np.sqrt(squares / np.maximum(count, 1).reshape(of_class))
            none = (count == 0).reshape(of_class)
            mean, deviation = np.where(none, np.nan, mean), np.where(none, np.nan, deviation)
            dims: tuple[str, ...] = ("class", "time", "channel") if mean.ndim == 3 else ("class", "channel")
            if mean.ndim == 3 and mean.shape[2] != header.series[1]:
                dims, mean, deviation = dims[:2], mean[..., 0], deviation[..., 0]
            arrays |= {
                f"mean of {name}": (dims, mean),
                f"deviation of {name}": (dims, deviation),
                f"count of {name}": (("class",), count.astype(np.int64)),
            }
        arrays |= {f"largest {name}": (("class",), values) for name, values in self.gaps.items()}
        for name, (instances, confidences) in zip(("most", "least"), self.confident, strict=True):
            known = instances >= 0
            arrays[f"{name} confident"] = ("rank",), instances[known].astype(np.int64)
            arrays[f"confidence of {name} confident"] = ("rank",), confidences[known]
        return arrays

    def _arrays(self) -> Iterator[np.ndarray]:
        for one in self.moments.values():
            yield from one
        yield from self.gaps.values()
        yield self.confident


def _assigned(
    scores: np.ndarray, probabilities: np.ndarray | None, y: np.ndarray | None
) -> Iterator[tuple[str, np.ndarray]]:
    """Ways in which instances are assigned to classes, and the class of each instance."""
    yield "predicted", predicted_classes(scores, probabilities)
    if y is not None and y.ndim == 1 and y.dtype.kind == "i" and scores.shape[1] > 1:
        yield "true", y


def _confidences(scores: np.ndarray, probabilities: np.ndarray | None) -> np.ndarray:
    """Largest probability of each instance; without probabilities the largest score's distance from the next one.

    NaN for a single output, which is not a confidence.
    """
    if scores.shape[1] == 1:
        return np.full(len(scores), np.nan)
    if probabilities is not None:
        return probabilities.max(axis=1).astype(np.float64)
    ordered = np.sort(scores.astype(np.float64), axis=1)
    return ordered[:, -1] - ordered[:, -2]


def _ranked(instances: np.ndarray, confidences: np.ndarray) -> np.ndarray:
    """Most and least confident instances, and their confidences, of shape (2, 2, rank); the earlier one of equals."""
    made = np.stack([np.full((2, CONFIDENT), -1.0), np.full((2, CONFIDENT), np.nan)], axis=1)
    known = instances >= 0
    instances, confidences = instances[known], confidences[known]
    for place, sign in enumerate((-1, 1)):
        order = np.lexsort((instances, sign * confidences))[:CONFIDENT]
        made[place, :, : len(order)] = instances[order], confidences[order]
    return made
