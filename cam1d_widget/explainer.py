"""From a model and some series to an explanation."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ._lazy_import import loaded
from .attribution.lazy_explanation import LazyExplanation
from .attribution.requests import Methods, wanted_targets
from .explanation.explanation import Explanation
from .frameworks.keras.fingerprint import settings_of
from .typing import Labels, LayerLike, Layout, ModelLike, Names, Score, SeriesLike, StartLike, TargetsLike, WindowsLike

__all__ = ["as_classifier", "explain"]


def explain(
    model: ModelLike,
    x: SeriesLike,
    *,
    methods: Methods = None,
    targets: TargetsLike = "predicted",
    background: SeriesLike | None = None,
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score = "logits",
    batch_size: int | None = None,
    window: WindowsLike | None = None,
    layout: Layout = "channels_last",
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
    model : keras.Model, path of a saved one, or Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        A DataFrame, a list of them, or a DataArray is accepted as well; names and rate are taken from it.
    methods : sequence of labels, methods or method classes, optional
        Default: all that fit the classifier, without the slow ones.
    targets : {"predicted", "all"}, int, sequence of int, or int array of shape (instance, target)
        Explained classes, the same for each instance unless "predicted" or given for each.
    background : array-like of shape (instance, time, channel), optional
        Series, usually the training data, whose mean of each channel is the baseline. Default: zero.
    layer, output, score, batch_size
        As in :class:`~cam1d_widget.KerasClassifier`.
    window : int, or sequence of int, optional
        Average the maps that distinguish channels over windows of this many samples, or between these change points: a
        network responds to events, and single samples of a map are mostly noise. Sums are preserved.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x` and `background`.
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
    classifier = as_classifier(model, layer=layer, output=output, score=score, batch_size=batch_size)
    checked = wanted_targets(targets, classifier.classes)
    lazy = LazyExplanation(
        classifier,
        x,
        methods=methods,
        background=background,
        layout=layout,
        window=window,
        y=y,
        class_names=class_names,
        channel_names=channel_names,
        channel_units=channel_units,
        sampling_rate=sampling_rate,
        start=start,
    )
    return lazy.compute(targets=checked, progress=progress)


def as_classifier(
    model: Any,
    *,
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score = "logits",
    batch_size: int | None = None,
) -> Any:
    """The classifier itself, or a classifier of a Keras model."""
    if hasattr(model, "gradient") and hasattr(model, "scores"):
        if (layer, output, score, batch_size) != (None, None, "logits", None):
            raise ValueError(
                "layer, output, score and batch_size belong to the classifier: give them to its constructor"
            )
        return model
    keras_classifier = loaded(f"{__package__}.frameworks.keras", "KerasClassifier").KerasClassifier
    chosen: dict[str, Any] = {"layer": layer, "output": output, "score": score}
    if batch_size is not None:
        chosen["batch_size"] = batch_size
    # A file may change, and an unhashable value is no model and no layer: neither is cached.
    if isinstance(model, str | Path) or not all(isinstance(one, Hashable) for one in (model, layer)):
        return keras_classifier(model, **chosen)
    classifier, version = _compiled(keras_classifier, model, _structure(model), **chosen)
    current = classifier.computes_the_model()
    if not current or (classifier.has_probed_layers and classifier.fingerprint() != version):
        _compiled.cache_clear()
        classifier, _ = _compiled(keras_classifier, model, _structure(model), **chosen)
    return classifier


@lru_cache(maxsize=1)
def _compiled(kind: type, model: Any, structure: Hashable, **chosen: Any) -> tuple[Any, Hashable]:
    """Classifier of the last model and its fingerprint, cached so that explaining it again compiles nothing."""
    classifier = kind(model, **chosen)
    return classifier, classifier.fingerprint()


def _structure(model: Any) -> Hashable:
    """Layers and settings of a Keras model, or of the model in a fitted classifier; weights are read at every call."""
    network = getattr(model, "model_", model)
    return tuple(settings_of(network).items()) if hasattr(network, "_flatten_layers") else None
