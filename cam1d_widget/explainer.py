"""From a model and some series to an explanation."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .attribution.lazy_explanation import LazyExplanation
from .attribution.requests import Methods
from .explanation.explanation import Explanation
from .frameworks.open_model import as_classifier
from .names import suggests_arguments
from .typing import (
    InputsLike,
    Labels,
    LayerLike,
    Layout,
    ModelLike,
    Names,
    Score,
    SeriesLike,
    StartLike,
    TargetsLike,
    WindowsLike,
)
from .validation import check_flag

__all__ = ["explain"]


@suggests_arguments
def explain(
    model: ModelLike,
    x: InputsLike,
    *,
    methods: Methods = None,
    targets: TargetsLike = "predicted",
    background: SeriesLike | None = None,
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score | None = None,
    batch_size: int | None = None,
    series: str | None = None,
    window: WindowsLike | None = None,
    layout: Layout = "channels_last",
    lengths: ArrayLike | None = None,
    padding_value: float | None = None,
    y: Labels | None = None,
    class_names: Names | None = None,
    channel_names: Names | None = None,
    channel_units: Names | None = None,
    sampling_rate: float | None = None,
    start: StartLike | None = None,
    progress: bool = True,
) -> Explanation:
    """Explain a classifier's scores of some series with several methods.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, fitted estimator, function or Classifier
        Estimators are classifiers of scikit-learn, aeon or sktime.
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        A DataFrame, a list of them, or a DataArray is accepted as well; names and rate are taken from it. Of a model
        that takes several inputs, a mapping of their names to arrays; all but the series are held fixed.
    methods : sequence of labels, methods or method classes, optional
        Default: all that fit the classifier, without the slow ones.
    targets : {"predicted", "all"}, int, sequence of int, or int array of shape (instance, target)
        Explained classes, the same for each instance unless "predicted" or given for each.
    background : array-like of shape (instance, time, channel), optional
        Series, usually the training data, whose mean of each channel is the baseline. Default: zero.
    layer, output, score, batch_size, series
        As in :class:`~cam1d_widget.KerasClassifier`; of a function or an estimator, see
        :class:`~cam1d_widget.FunctionClassifier`.
    window : int, or sequence of int, optional
        Average the maps that distinguish channels over windows of this many samples, or between these change points: a
        network responds to events, and single samples of a map are mostly noise. Sums are preserved.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x` and `background`.
    lengths : array-like of int, of shape (instance,), optional
        Number of samples of each series of `x`, if it is padded. Default: `x` is a list of series (time, channel), or
        ends with NaN in all channels where a series ends.
    padding_value : float, optional
        What shorter series are filled up with. Default: the value of the model's `Masking` layer, or zero, if it takes
        series of one length; each series at its own length otherwise. Padding gets no attribution.
    y, class_names, channel_names, channel_units, sampling_rate, start
        As in :class:`~cam1d_widget.Explanation`.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Explanation

    Examples
    --------
    >>> explanation = explain(model, x_test, methods=["HiResCAM", "Integrated Gradients"], background=x_train)
    >>> explanation.attribution("HiResCAM", instance=0, target=explanation.targets[0, 0])
    >>> explanation.save("explanation.npz")
    """
    classifier = as_classifier(model, layer=layer, output=output, score=score, batch_size=batch_size, series=series)
    check_flag("progress", progress)
    lazy = LazyExplanation(
        classifier,
        x,
        methods=methods,
        background=background,
        layout=layout,
        lengths=lengths,
        padding_value=padding_value,
        window=window,
        targets=targets,
        y=y,
        class_names=class_names,
        channel_names=channel_names,
        channel_units=channel_units,
        sampling_rate=sampling_rate,
        start=start,
    )
    return lazy.compute(progress=progress)
