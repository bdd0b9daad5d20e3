"""A layer, read over many series: the importance of its filters, and the meaning of each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from ...attribution.abilities import HasLayers, for_instances
from ...attribution.receptive_field import ReceptiveField
from ...explanation.source import ModelChangedError
from ...typing import InputsLike, Labels, LayerLike, Layout, ModelLike
from ...validation import check_choice, check_count, check_index, check_sampling_rate
from ..access import class_indices, opened_at, series_for
from ..activations import Activations, name_of
from ..contributions import StepContributions, contributions_of
from ..maximization.maximize import activation_maximization
from ..maximization.objective import checked_filter
from .class_weights import class_weights
from .kernel import FilterKernel, kernels_of
from .meaning import FilterMeaning, TopWindows
from .peaks import Peaks, class_split, reading_peaks

__all__ = ["LayerReading", "read_layer"]

# Gradient steps for a filter whose optimum is not known in closed form.
_STEPS = 120


def read_layer(
    model: ModelLike,
    x: InputsLike,
    layer: LayerLike,
    *,
    y: Labels | None = None,
    sampling_rate: float | None = None,
    layout: Layout = "channels_last",
) -> LayerReading:
    """Read a layer over many series: the importance of its filters, and the meaning of each.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, or a classifier of one
    x : array-like of shape (instance, time, channel)
        Series that it is read over.
    layer : str, int or keras.Layer
        Which layer; `layers` lists those that have a time axis.
    y : array-like of int, of shape (instance,), optional
        True class of each. Default: the predicted one.
    sampling_rate : float, optional
        Samples per second, for frequencies in Hz.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x`.

    Returns
    -------
    LayerReading

    Raises
    ------
    ValueError
        If the layer has no time axis, or the series are shorter than its receptive field.

    Examples
    --------
    >>> reading = inside.read_layer(model, x_test, "conv1", y=y_test, sampling_rate=50)
    >>> reading.meaning(0)
    FilterMeaning(conv1, filter 0: responds most to channel 5 (52%), at about 3.7 Hz; its peaks are highest in ...)
    """
    classifier = opened_at(model, layer, x, layout)
    x = series_for(classifier, x, layout=layout)
    classes = class_indices(classifier, y, len(x))
    return LayerReading(classifier, x, name_of(layer), classes, check_sampling_rate(sampling_rate))


class LayerReading:
    """A layer, read over many series. Made by `read_layer`; results are cached.

    Attributes
    ----------
    layer : str
        Name of the layer.
    filters : int
        Number of its filters.
    receptive_field : ReceptiveField
        Samples that each step depends on.
    """

    def __init__(
        self, classifier: HasLayers, x: np.ndarray, layer: str, y: np.ndarray | None, sampling_rate: float | None
    ) -> None:
        self._read, self._version = classifier, classifier.fingerprint()
        self._x, self._rate = x.copy() if x.flags.writeable else x, sampling_rate
        self.layer, self.filters = layer, classifier.filters.count
        self.receptive_field: ReceptiveField = classifier.receptive_field_at(x.shape[1])
        if self.receptive_field.whole_step is None:
            window = round((self.receptive_field.high - self.receptive_field.low).max())
            raise ValueError(
                f"x must hold series at least as long as the receptive field of layer {layer!r}, {window} samples, "
                f"but they have {x.shape[1]}"
            )
        self._y = None if y is None else y.copy()

    @property
    def _classifier(self) -> HasLayers:
        """Classifier, if its model has not changed since it was read: cached results must not mix two networks."""
        if self._read.fingerprint() != self._version:
            raise ModelChangedError(f"the model has changed since layer {self.layer!r} was read; read it again")
        return self._read

    def activations(self, instance: int | None = None) -> Activations:
        """Activations on one of the series, or on all."""
        rows = np.arange(len(self._x)) if instance is None else [check_index("instance", instance, len(self._x))]
        values = for_instances(self._classifier, rows).trunk(self._x[rows])
        return Activations(self.layer, values, self.receptive_field)

    def contributions(self, instance: int, target: int) -> StepContributions:
        """How the steps of the layer add up to a class score, for one of the series."""
        row = check_index("instance", instance, len(self._x))
        target = check_index("target", target, self._classifier.classes)
        return contributions_of(for_instances(self._classifier, np.array([row])), self._x[[row]], target)

    @property
    def peaks(self) -> Peaks:
        """Largest and mean activation of each filter in each series."""
        for _ in self.going_through():
            pass
        assert self._peaks is not None
        return self._peaks

    def going_through(self) -> Iterator[float]:
        """Compute the peaks in all series, if they are not known yet; yields the completed share."""
        if self._peaks is None:
            self._peaks = yield from reading_peaks(self._classifier, self._x)

    _peaks: Peaks | None = None

    @cached_property
    def classes(self) -> np.ndarray:
        """True class of each series, or the predicted one, of shape (instance,)."""
        if self._y is not None:
            return self._y
        return for_instances(self._classifier, np.arange(len(self._x))).scores(self._x).argmax(axis=1)

    @cached_property
    def weights(self) -> np.ndarray:
        """Increase of each class score if a filter increases by one at every step, of shape (class, filter)."""
        return class_weights(self._classifier, self._x)

    @property
    def weighed(self) -> str:
        """Whether the weights are the same for every series: "exact", or else "approximate"."""
        return "exact" if self._classifier.affine_head else "approximate"

    def ranked(self, by: str = "activity", target: int | None = None) -> np.ndarray:
        """Filters in order, of shape (filter,).

        Parameters
        ----------
        by : {"activity", "weight"}
            The largest mean magnitude of activations first, or the largest weight for a class.
        target : int, optional
            The class, for weights.
        """
        check_choice("by", by, ("activity", "weight"))
        if target is not None or by == "weight":
            target = check_index("target", target, self._classifier.classes, ", the class that the weights are for")
        if by == "activity":
            return np.argsort(-np.abs(self.peaks.means).mean(axis=0), kind="stable")
        return np.argsort(-self.weights[target], kind="stable")

    def top_windows(self, filter: int, count: int = 12) -> TopWindows:
        """Windows that excite a filter most, one of each series, the highest activation first."""
        filter = checked_filter(filter, self.filters, self.layer)
        check_count("count", count)
        answers, steps = self.peaks.values[:, filter], self.peaks.steps[:, filter]
        best = np.argsort(-answers, kind="stable")[:count]
        starts, length = self._windows
        values = np.stack([_cut(self._x[one], starts[steps[one]], length) for one in best])
        return TopWindows(values, best, starts[steps[best]], answers[best])

    def kernel(self, filter: int) -> FilterKernel | None:
        """Kernel of a filter; None if the layer is not an affine function of the series."""
        filter = checked_filter(filter, self.filters, self.layer)
        if self._kernels is None:
            return None
        weights, biases = self._kernels
        return FilterKernel(weights[filter], float(biases[filter]), self._rate)

    def meaning(self, filter: int, *, windows: int = 12, seed: int = 0) -> FilterMeaning:
        """The meaning of a filter.

        Parameters
        ----------
        filter : int
            Index of the filter.
        windows : int
            Windows of the data to show.
        seed : int
            Of the noise that its best series is started from, where that is not known in closed form.
        """
        check_count("windows", windows)
        kernel, top = self.kernel(filter), self.top_windows(filter, windows)
        maximizing = activation_maximization(
            self._classifier,
            layer=self.layer,
            filter=int(filter),
            data=self._x,
            steps=_STEPS,
            seed=seed,
            progress=False,
        )
        split = class_split(self.peaks.values[:, filter], self.classes, self._classifier.classes)
        by = "closed form" if self._classifier.filters.affine else "ascent"
        return FilterMeaning(
            self.layer, int(filter), top, split, self.weights[:, filter], self.weighed, kernel, maximizing, by
        )

    @cached_property
    def _kernels(self) -> tuple[np.ndarray, np.ndarray] | None:
        return kernels_of(for_instances(self._classifier, 0), self._x.shape[1])

    @cached_property
    def _windows(self) -> tuple[np.ndarray, int]:
        """First sample of each step's receptive field, ignoring the ends of the series, and its number of samples."""
        field = self.receptive_field
        nominal = round((field.high - field.low).max())
        if (field.stop - field.start).max() > nominal:  # recurrence and attention see all of the series
            return field.start, field.length
        return np.rint(field.low).astype(int), nominal


def _cut(x: np.ndarray, start: int, length: int) -> np.ndarray:
    """Samples [start, start + length), nan outside of the series."""
    window = np.full((length, x.shape[1]), np.nan)
    first, stop = max(start, 0), min(start + length, len(x))
    window[first - start : stop - start] = x[first:stop]
    return window
