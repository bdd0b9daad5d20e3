"""Methods times classifier: from a model and some series to an explanation."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any

from .attribution.lazy_explanation import LazyExplanation
from .attribution.requests import Methods, wanted_targets
from .explanation.explanation import Explanation
from .frameworks.keras.fingerprint import settings_of

__all__ = ["as_classifier", "explain"]


def explain(
    model: Any,
    x: Any,
    *,
    methods: Methods = None,
    targets: Any = "predicted",
    background: Any = None,
    layer: Any = None,
    output: str | int | None = None,
    score: str = "logits",
    batch_size: int | None = None,
    window: Any = None,
    progress: bool = True,
    **names: Any,
) -> Explanation:
    """Explain a classifier's scores of some series with several methods.

    Parameters
    ----------
    model : keras.Model, path of a saved one, or Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        A DataFrame, a list of them, or a DataArray is understood as well; names and rate are taken from it.
    methods : sequence of labels, methods or method classes, optional
        Default: all that fit the classifier, without the slow ones.
    targets : {"predicted", "all"}, int, sequence of int, or int array of shape (instance, target)
        Explained classes, the same for each instance unless "predicted" or given for each.
    background : array-like of shape (instance, time, channel), optional
        Series, mostly the training data, whose mean of each channel is the baseline. Default: the baseline is zero.
    layer, output, score, batch_size
        As in :class:`~cam1d_widget.KerasClassifier`.
    window : int, or sequence of int, optional
        Average the maps that tell channels apart over windows of so many samples, or between these change points: a
        network reads events, and single samples of a map are mostly noise. Sums stay as they are.
    progress : bool
        Show a progress bar.
    **names
        `y`, `class_names`, `channel_names`, `channel_units`, `sampling_rate`, `start` of the
        :class:`~cam1d_widget.Explanation`; `layout="channels_first"` for x of shape (instance, channel, time).

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
    targets = wanted_targets(targets, classifier.classes)
    lazy = LazyExplanation(classifier, x, methods=methods, background=background, window=window, **names)
    return lazy.compute(targets=targets, progress=progress)


def as_classifier(
    model: Any, *, layer: Any = None, output: str | int | None = None, score: str = "logits", batch_size: Any = None
) -> Any:
    """Classifier as it is, and one made of a Keras model."""
    if hasattr(model, "gradient") and hasattr(model, "scores"):
        if (layer, output, score, batch_size) != (None, None, "logits", None):
            raise ValueError("layer, output, score and batch_size belong to the classifier: give them when it is made")
        return model
    from . import KerasClassifier

    chosen = {"layer": layer, "output": output, "score": score}
    if batch_size is not None:
        chosen["batch_size"] = batch_size
    # What is in a file may change; what cannot be a key is no model, or no layer, and is refused.
    if isinstance(model, str | Path) or not all(isinstance(one, Hashable) for one in (model, layer)):
        return KerasClassifier(model, **chosen)
    classifier, version = _compiled(KerasClassifier, model, _structure(model), **chosen)
    current = classifier.computes_the_model()
    if not current or (classifier.has_probed_layers and classifier.fingerprint() != version):
        _compiled.cache_clear()
        classifier, _ = _compiled(KerasClassifier, model, _structure(model), **chosen)
    return classifier


@lru_cache(maxsize=1)
def _compiled(kind: type, model: Any, structure: Hashable, **chosen: Any) -> tuple[Any, Hashable]:
    """Classifier of the last model and its fingerprint, cached so that explaining it again compiles nothing."""
    classifier = kind(model, **chosen)
    return classifier, classifier.fingerprint()


def _structure(model: Any) -> Hashable:
    """Layers and settings of a Keras model, or of the one in a fitted classifier; weights are read at every call."""
    network = getattr(model, "model_", model)
    return tuple(settings_of(network).items()) if hasattr(network, "_flatten_layers") else None
