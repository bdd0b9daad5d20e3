"""Scores and maps of other series in the place of an instance: without a window, or edited."""

from __future__ import annotations

import numpy as np

from ..attribution.abilities import probabilities_of
from ..attribution.lazy_explanation import LazyExplanation
from ..attribution.maps import computed_maps
from ..explanation.source import Scores, series_of
from ..viewer.other_series import SeriesMap
from ..viewer.windows import WithoutWindow

__all__ = ["ComputedSeries"]


class ComputedSeries:
    """What a model returns for other series: `viewer.other_series.OtherSeries`."""

    def __init__(self, lazy: LazyExplanation) -> None:
        self._lazy = lazy
        self.baseline = "zero" if lazy.baseline is None else "the mean of each channel over the background"
        self.baselines = np.zeros(lazy.x.shape[2]) if lazy.baseline is None else lazy.baseline

    def __call__(self, instance: int, first: int, stop: int) -> WithoutWindow:
        """Scores of an instance with its samples [first, stop) replaced."""
        replaced = series_of(self._lazy, instance).copy()
        replaced[first:stop] = self.baselines
        return WithoutWindow(*self.scores(instance, replaced))

    def scores(self, instance: int, series: np.ndarray) -> Scores:
        """Scores of a series (time, channel) in the place of an instance."""
        with self._lazy.unchanged_model():
            classifier = self._lazy.classifier_of(instance)
            scores = classifier.scores(series[np.newaxis])
            probabilities = probabilities_of(classifier, series[np.newaxis], scores)
        return Scores(scores[0], None if probabilities is None else probabilities[0])

    def attribution(self, method: str, instance: int, target: int, series: np.ndarray) -> SeriesMap:
        """Map of a series (time, channel) in the place of an instance."""
        lazy = self._lazy
        with lazy.unchanged_model():
            made = computed_maps(
                lazy.method_of(method, instance),
                lazy.classifier_of(instance),
                series[np.newaxis],
                np.array([[target]]),
                np.zeros(1, int),
                lazy.window,
            )
        return SeriesMap(made.values[0, 0], float(made.gaps[0, 0]), None if made.errors is None else made.errors[0, 0])
