"""Objectives of activation maximization: the score of a class, or the pre-activation of a filter."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from ...attribution.abilities import HasLayers
from ...validation import check_index

__all__ = ["ClassScore", "FilterDrive", "Objective", "checked_filter"]


class Objective(Protocol):
    """A function of the series that is maximized.

    Attributes
    ----------
    window : tuple of int
        Samples [first, stop) on which it depends.
    affine : bool
        Whether it is an affine function of the series.
    """

    window: tuple[int, int]
    affine: bool

    def values(self, x: np.ndarray) -> np.ndarray:
        """Its value on each series, of shape (solution,)."""

    def slopes(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values, and their gradient with respect to the series."""


class ClassScore:
    """Score of a class."""

    affine = False

    def __init__(self, classifier: HasLayers, target: Any, length: int) -> None:
        self._classifier = classifier
        self.target = check_index("target", target, classifier.classes)
        self.window = (0, length)

    def values(self, x: np.ndarray) -> np.ndarray:
        """Its value on each series."""
        return self._classifier.scores(x)[:, self.target]

    def slopes(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values, and their gradient with respect to the series."""
        return self.values(x), self._classifier.gradient(x, self.target)


class FilterDrive:
    """Pre-activation of a filter at the step nearest to the middle."""

    def __init__(self, classifier: HasLayers, filter: Any, length: int, layer: str) -> None:
        self._filters = classifier.filters
        self.filter = checked_filter(filter, self._filters.count, layer)
        field = classifier.receptive_field_at(length)
        step = field.whole_step
        if step is None:
            raise ValueError(
                f"series must be at least as long as the receptive field of layer {layer!r}, "
                f"{round((field.high - field.low).max())} samples, but have {length}"
            )
        self.step, self.window = step, (int(field.start[step]), int(field.stop[step]))
        self.affine = self._filters.affine

    def values(self, x: np.ndarray) -> np.ndarray:
        """Its value on each series."""
        return self.slopes(x)[0]

    def slopes(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values, and their gradient with respect to the series."""
        count = len(x)
        return self._filters.drive(x, np.full(count, self.filter), np.full(count, self.step))


def checked_filter(filter: Any, count: int, layer: str) -> int:
    """Index of a filter, or an error with the valid range."""
    return check_index("filter", filter, count, f", a filter of layer {layer!r}")
