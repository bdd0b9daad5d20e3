"""CAM1DWidget: a viewer that computes the maps of a model."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..attribution.checks import ChecksReport, fills_of, run_checks
from ..attribution.lazy_explanation import LazyExplanation
from ..attribution.requests import Methods
from ..explanation.source import series_of
from ..frameworks.open_model import as_classifier
from ..names import suggests_arguments
from ..progress import with_progress_bar
from ..typing import (
    Fill,
    InputsLike,
    IntervalsLike,
    Labels,
    LayerLike,
    Layout,
    ModelLike,
    Names,
    Score,
    SeriesLike,
    StartLike,
    WindowsLike,
)
from ..validation import as_array, as_float32, check_choice, check_finite, check_flag, shaped
from ..viewer import ExplanationViewer
from ..viewer.choice import known_class, known_method, within
from ..viewer.synced.checks import Checks
from ..viewer.synced.jobs import Jobs
from .checks_job import KIND, checks_job, checks_name, checks_result
from .inside_source import inside_of
from .other_series import ComputedSeries

__all__ = ["CAM1DWidget"]


class CAM1DWidget(ExplanationViewer):
    """See which time steps and channels a time-series classifier looks at.

    Stacked channel plots of one series with its attribution, and sliders for instance, class and method. Maps are
    computed when they are displayed.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, fitted estimator, function or Classifier
        Estimators are classifiers of scikit-learn, aeon or sktime.
        A Keras model may be Sequential, Functional, nested or subclassed; it is never changed. A function takes series
        of shape (instance, time, channel) and returns probabilities of shape (instance, class); see
        :class:`~cam1d_widget.FunctionClassifier` for other functions.
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        The series. A DataFrame, a list of them, or a DataArray with the dims instance, time and channel is accepted as
        well; names and rate are taken from it. Of a model that takes several inputs, a mapping of their names to
        arrays; all but the series are held fixed.
    y : array-like of int or str, of shape (instance,), or of numbers, of shape (instance, class), optional
        True class of each: class indices, names, or one-hot; zeros and ones of shape (instance, class) if a series may
        have several; true values of the outputs of a regression. Numbers are labels if the `classes_` of a fitted
        classifier, or else `class_names`, hold numbers other than their own indices: with [1, 2, 3], 1 is the first
        class. Other numbers that cannot be indices, one for each class, such as -1 and 1, are labels in sorted order.
        Labels that are not among those known are refused, as are numbers that may be either indices or names such as
        "1".
    class_names, channel_names, channel_units : sequence of str, optional
    sampling_rate : float, optional
        Samples per second; without it the time axis counts samples.
    start : datetime, datetime64 or Timestamp, or one per instance, optional
        Time of the first sample: the time axis then shows dates. Default: from the dates of a frame or DataArray.
    methods : sequence of labels, methods or method classes, optional
        Default: all that fit the model.
    background : array-like of shape (instance, time, channel), optional
        Series, usually the training data, whose mean of each channel is the baseline. Default: zero.
    layer : str, int, keras.Layer or torch.nn.Module, optional
        Layer that the CAM methods explain. Default: the map that enters the pooling or flatten of the head.
    output : str or int, optional
        Name or index of the explained output, of a model that has several.
    score : {"logits", "probabilities"}, optional
        Explained output. Default: logits of a network; of an estimator or a function, what it predicts.
    series : str, optional
        Name of the input that is the series, of a model that takes several of shape (batch, time, channel).
    window : int, or sequence of int, optional
        Average the maps that distinguish channels over windows of this many samples, or between these change points.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x` and `background`.
    lengths : array-like of int, of shape (instance,), optional
        Number of samples of each series of `x`, if it is padded. Default: `x` is a list of series (time, channel), or
        ends with NaN in all channels where a series ends.
    padding_value : float, optional
        What shorter series are filled up with. Default: the value of the model's `Masking` layer, or zero, if it takes
        series of one length; each series at its own length otherwise. Padding gets no attribution.
    intervals : sequence or mapping of lists of (t0, t1), optional
        By instance, where the true cause is, in the unit of the time axis.
    instance, target, method : optional
        The initial picture, as of :class:`~cam1d_widget.ExplanationViewer`.
    engine : {"auto", "kernel"}
        Where maps are computed. "auto": in the browser, those that take a frame or two, and scores of edited series,
        with a copy of the network; networks of more than 4 MB, and those that it cannot compute, stay in the kernel.
        "kernel": all in the kernel.

    Examples
    --------
    >>> widget = CAM1DWidget(model, x_test, y_test, class_names=names, sampling_rate=50)
    >>> widget.instance, widget.method = 3, "Integrated Gradients"
    >>> widget.attribution.shape
    (300, 9)
    """

    @suggests_arguments
    def __init__(
        self,
        model: ModelLike,
        x: InputsLike,
        y: Labels | None = None,
        *,
        class_names: Names | None = None,
        channel_names: Names | None = None,
        channel_units: Names | None = None,
        sampling_rate: float | None = None,
        start: StartLike | None = None,
        methods: Methods = None,
        background: SeriesLike | None = None,
        layer: LayerLike | None = None,
        output: str | int | None = None,
        score: Score | None = None,
        series: str | None = None,
        window: WindowsLike | None = None,
        layout: Layout = "channels_last",
        lengths: ArrayLike | None = None,
        padding_value: float | None = None,
        intervals: IntervalsLike | None = None,
        instance: int = 0,
        target: int | str | None = None,
        method: str | None = None,
        engine: Literal["auto", "kernel"] = "auto",
    ) -> None:
        check_choice("engine", engine, ["auto", "kernel"])
        started = perf_counter()
        self._open = partial(as_classifier, model, layer=layer, output=output, score=score, series=series)
        lazy = LazyExplanation(
            self._open(),
            x,
            methods=methods,
            background=background,
            layout=layout,
            lengths=lengths,
            padding_value=padding_value,
            window=window,
            y=y,
            class_names=class_names,
            channel_names=channel_names,
            channel_units=channel_units,
            sampling_rate=sampling_rate,
            start=start,
        )
        lazy.seconds_to_read = perf_counter() - started
        inside = inside_of(lazy)
        super().__init__(
            lazy,
            instance=within("instance", instance, len(lazy.x)),
            target=target,
            method=method,
            intervals=intervals,
            scores_without=ComputedSeries(lazy),
            update_model=self.update_model,
            inside=inside,
            checks=Checks(fills_of(lazy.x, lazy.background)),
            jobs=Jobs({KIND: checks_job(lazy), **({} if inside is None else inside.work)}),
        )
        self.mark.sends_network = engine == "auto"
        self._lazy, self._inside = lazy, inside
        lazy.when_model_changed, lazy.when_updated = self.mark.mark_stale, self._show_update

    @property
    def edited(self) -> np.ndarray | None:
        """Edited series of the current instance, of shape (time, channel); None if it is not edited."""
        return self.mark.edited.of(self.instance)

    def edit(self, series: ArrayLike | None) -> None:
        """Show another series in the place of the current instance, as the panel "Edit" does.

        Its scores and maps are computed when they are displayed, and the original is drawn as a thin line. All other
        methods and files are still those of the original.

        Parameters
        ----------
        series : array-like of shape (time, channel), or None
            The series, of the shape of the original. None shows the original again.

        Raises
        ------
        ValueError
            If it has another shape, or holds NaN or infinite values.

        Examples
        --------
        >>> series = x_test[widget.instance].copy()
        >>> series[100:150, 2] = 0
        >>> widget.edit(series)
        """
        if series is not None:
            original = series_of(self._lazy, self.instance)
            series = as_float32("series", as_array("series", series))
            shaped("series", series, "(time, channel)", original.shape)
            check_finite("series", series)
        self.mark.edit(self.instance, series)

    def update_model(self) -> None:
        """Update the widget after the model has changed: more training, other weights or another activation.

        Scores and probabilities are recomputed, and maps again when they are shown; instance, class and method stay
        selected. Before an update the widget shows what was computed with the previous model, and refuses to compute
        new maps.

        Raises
        ------
        ValueError
            If the model now has other classes, or no longer fits a method. The widget is not changed then.
        """
        self._lazy.update_model(self._open())

    @property
    def _title(self) -> str:
        name = getattr(self._lazy.classifier, "name", None)
        return f"Attribution: {name}" if isinstance(name, str) else super()._title

    def _show_update(self) -> None:
        self.jobs.forget()
        if self._inside is not None:
            self._inside.read_model()
            self.inside.read_source()
        self.mark.read_source()

    def check(
        self,
        *,
        instance: int | None = None,
        target: int | str | None = None,
        method: str | None = None,
        fill: Fill | None = None,
        progress: bool = True,
    ) -> ChecksReport:
        """Check how far a map can be trusted, as the panel "Checks" does, which then shows the result as well.

        The checks: whether the map adds up, finds what the score needs, changes with the class and when the weights are
        randomized, and agrees with other methods; and whether the network is better than guessing.

        Parameters
        ----------
        instance, target : int, optional
            Series and class, the class also by its name. Default: the current ones.
        method : str, optional
            Label of the method. Default: the current one.
        fill : {"channel mean", "zero", "linear interpolation", "swap", "noise"}, optional
            Replacement values for removed segments: the mean of each channel over the background, zero, a straight line
            across each gap, another series of the background, or Gaussian noise with each channel's mean and standard
            deviation. The verdict depends on it; the report names the results with the others, and
            ``report.with_fill("zero")`` has the verdict for another. Default: the one in the panel.
        progress : bool
            Show a progress bar.

        Returns
        -------
        ChecksReport
            ``.verdict`` is a sentence, ``.findings`` has the result of each check.

        Examples
        --------
        >>> widget.check(method="Guided Backprop").verdict
        'This map passes 1 of 4 checks; it hardly changes when the weights are randomized; ...'
        """
        instance = within("instance", self.instance if instance is None else instance, len(self._lazy.x))
        target = known_class(self.target if target is None else target, self._lazy)
        method = known_method(self.method if method is None else method, self._lazy)
        fill = self.checks.fill if fill is None else fill
        check_flag("progress", progress)
        with self._lazy.unchanged_model():
            report = with_progress_bar(run_checks(self._lazy, method, instance, target, fill=fill), progress)
        self.jobs.keep(checks_name(method, instance, target), checks_result(report))
        self.checks.fill = report.fill
        return report
