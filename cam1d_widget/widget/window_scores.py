"""Scores of a series with one window replaced, as the panel of the selected window shows them."""

from __future__ import annotations

import numpy as np

from ..attribution.abilities import probabilities_of
from ..attribution.lazy_explanation import LazyExplanation
from ..explanation.source import series_of
from ..viewer.windows import WithoutWindow

__all__ = ["WindowScores"]


class WindowScores:
    """Scores of a series with one window replaced by the baseline: `viewer.windows.ScoresWithout`."""

    def __init__(self, lazy: LazyExplanation) -> None:
        self._lazy = lazy
        self.baseline = "zero" if lazy.baseline is None else "the mean of each channel over the background"

    def __call__(self, instance: int, first: int, stop: int) -> WithoutWindow:
        """Scores of an instance with its samples [first, stop) replaced."""
        replaced = series_of(self._lazy, instance)[np.newaxis].copy()
        replaced[:, first:stop] = 0.0 if self._lazy.baseline is None else self._lazy.baseline
        with self._lazy.unchanged_model():
            classifier = self._lazy.classifier_of(instance)
            scores = classifier.scores(replaced)
            probabilities = probabilities_of(classifier, replaced, scores)
        return WithoutWindow(scores[0], None if probabilities is None else probabilities[0])
