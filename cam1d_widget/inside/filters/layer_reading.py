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
from ..access import class_indices, opened_at
from ..activations import Activations, activations_of, name_of
from ..contributions import StepContributions, contributions_of
from ..each_length import maps_of, of_each_length
from ..maximization.maximize import Maximization
from ..maximization.objective import checked_filter
from ..maximization.options import MaximizationOptions
from .class_weights import ClassWeights, class_weights
from .kernel import FilterKernel, kernels_of
from .meaning import FilterMeaning, TopWindows
from .peaks import Peaks, class_split, reading_peaks, windows_of

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
    padding_value: float | None = None,
) -> LayerReading:
    """Read a layer over many series: the importance of its filters, and the meaning of each.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, or a classifier of one
    x : array-like of shape (instance, time, channel)
        Series that it is read over; a list of them, or NaN after the end of each, if their lengths are unequal.
    layer : str, int or keras.Layer
        Which layer; `layers` lists those that have a time axis.
    y : array-like of int, of shape (instance,), optional
        True class of each. Default: the predicted one.
    sampling_rate : float, optional
        Samples per second, for frequencies in Hz.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x`.
    padding_value : float, optional
        What fills shorter series up, as in :func:`~cam1d_widget.explain`.

    Returns
    -------
    LayerReading

    Raises
    ------
    ValueError
        If the layer has no time axis, or all series are shorter than its receptive field.

    Examples
    --------
    >>> reading = inside.read_layer(model, x_test, "conv1", y=y_test, sampling_rate=50)
    >>> reading.meaning(0)
    FilterMeaning(conv1, filter 0: responds most to channel 5 (52%), at about 3.7 Hz; its peaks are highest in ...)
    """
    classifier, data = opened_at(model, layer, x, layout, padding_value)
    classes = class_indices(classifier, y, len(data.x))
    rate = check_sampling_rate(sampling_rate)
    return LayerReading(classifier, data.x, name_of(layer), classes, rate, data.lengths)


class LayerReading:
    """A layer, read over many series. Made by `read_layer`; results are cached.

    Attributes
    ----------
    layer : str
        Name of the layer.
    filters : int
        Number of its filters.
    receptive_field : ReceptiveField
        Samples that each step depends on, of the longest series.
    """

    def __init__(
        self,
        classifier: HasLayers,
        x: np.ndarray,
        layer: str,
        y: np.ndarray | None,
        sampling_rate: float | None,
        lengths: np.ndarray | None = None,
    ) -> None:
        self._read, self._version = classifier, classifier.fingerprint()
        self._x, self._rate, self._lengths = x.copy() if x.flags.writeable else x, sampling_rate, lengths
        self.layer, self.filters = layer, classifier.filters.count
        longest = 0 if lengths is None else int(lengths.argmax())
        self.receptive_field = self.field_of(longest)
        if self._whole_step(longest) is None:
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

    def field_of(self, instance: int) -> ReceptiveField:
        """Samples that each step depends on, of one of the series."""
        check_index("instance", instance, len(self._x))
        return self._field(instance).without_padding()

    def _field(self, instance: int) -> ReceptiveField:
        """Fields of all steps of one of the series, those in its padding included."""
        return for_instances(self._read, [instance]).receptive_field_at(self._samples(instance))

    def _samples(self, instance: int) -> int:
        """Number of samples of one of the series."""
        return int(self._x.shape[1] if self._lengths is None else self._lengths[instance])

    def _whole_step(self, instance: int) -> int | None:
        """Step in the middle of one of the series that sees a whole window of it."""
        return self._field(instance).whole_step

    def activations(self, instance: int | None = None) -> Activations:
        """Activations on one of the series, or on all."""
        if instance is None:
            return activations_of(self._classifier, self.layer, self._x, self._lengths)
        check_index("instance", instance, len(self._x))
        [(rows, series)] = of_each_length(self._x, self._lengths, np.array([instance]))
        return Activations(self.layer, *maps_of(self._classifier, series, rows))

    def contributions(self, instance: int, target: int) -> StepContributions:
        """How the steps of the layer add up to a class score, for one of the series."""
        row = check_index("instance", instance, len(self._x))
        target = check_index("target", target, self._classifier.classes)
        [(rows, series)] = of_each_length(self._x, self._lengths, np.array([row]))
        return contributions_of(for_instances(self._classifier, rows), series, target)

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
            self._peaks = yield from reading_peaks(self._classifier, self._x, self._lengths)

    _peaks: Peaks | None = None

    @cached_property
    def classes(self) -> np.ndarray:
        """True class of each series, or the predicted one, of shape (instance,)."""
        if self._y is not None:
            return self._y
        classes = np.empty(len(self._x), int)
        for rows, series in of_each_length(self._x, self._lengths, np.arange(len(self._x))):
            classes[rows] = for_instances(self._classifier, rows).scores(series).argmax(axis=1)
        return classes

    @property
    def weights(self) -> np.ndarray:
        """Increase of each class score if a filter increases by one at every step, of shape (class, filter)."""
        return self._weights.values

    @cached_property
    def _weights(self) -> ClassWeights:
        return class_weights(self._classifier, self._x, self._lengths)

    @property
    def weighed(self) -> str:
        """Whether the weights are the same for every series: "exact", or else "approximate"."""
        exact = self._classifier.affine_head if self._lengths is None else self._weights.exact
        return "exact" if exact else "approximate"

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
        answers, starts = self.peaks.values[:, filter], self.peaks.starts[:, filter]
        best = np.argsort(-answers, kind="stable")[:count]
        _, length = windows_of(self.receptive_field)
        values = np.stack([_cut(self._x[one], starts[one], length) for one in best])
        return TopWindows(values, best, starts[best], answers[best])

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
        options = MaximizationOptions(layer=self.layer, filter=int(filter), steps=_STEPS, seed=seed)
        going = Maximization(*self._of_whole_windows(options))
        for _ in going.run():
            pass
        split = class_split(self.peaks.values[:, filter], self.classes, self._classifier.classes)
        by = "closed form" if self._classifier.filters.affine else "ascent"
        return FilterMeaning(
            self.layer, int(filter), top, split, self.weights[:, filter], self.weighed, kernel, going.result(), by
        )

    @cached_property
    def _kernels(self) -> tuple[np.ndarray, np.ndarray] | None:
        instance = 0 if self._lengths is None else int(self._lengths.argmax())
        return kernels_of(for_instances(self._classifier, instance), self._samples(instance))

    def _of_whole_windows(
        self, options: MaximizationOptions
    ) -> tuple[HasLayers, MaximizationOptions, np.ndarray, None, np.ndarray | None]:
        """Arguments of a maximization on all series that have a whole window, cut to the shortest of these."""
        if self._lengths is None:
            return self._classifier, options, self._x, None, None
        instances = [int(np.flatnonzero(self._lengths == length)[0]) for length in np.unique(self._lengths)]
        instance = next(one for one in instances if self._whole_step(one) is not None)
        samples = self._samples(instance)
        rows = np.flatnonzero(self._lengths >= samples)
        return for_instances(self._classifier, instance), options, self._x[rows, :samples], None, rows


def _cut(x: np.ndarray, start: int, length: int) -> np.ndarray:
    """Samples [start, start + length), nan outside of the series."""
    window = np.full((length, x.shape[1]), np.nan)
    first, stop = max(start, 0), min(start + length, len(x))
    window[first - start : stop - start] = x[first:stop]
    return window
