"""The classifier of a user's model: the only module that chooses a framework, which it loads on first use."""

from __future__ import annotations

from os import PathLike
from typing import Any

from .._lazy_import import loaded
from ..typing import LayerLike, Score
from ..validation import check_choice, check_count, check_layer
from .function import FunctionClassifier, is_estimator

__all__ = ["as_classifier"]


def as_classifier(
    model: Any,
    *,
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score | None = None,
    batch_size: int | None = None,
) -> Any:
    """The classifier itself, or a classifier of a Keras model, of a fitted estimator, or of a function."""
    if hasattr(model, "classes") and hasattr(model, "scores") and not isinstance(model, type):
        if (layer, output, score, batch_size) != (None, None, None, None):
            raise ValueError(
                "layer, output, score and batch_size belong to the classifier: give them to its constructor"
            )
        return model
    # Before anything is looked up in a cache, whose keys must be hashable.
    if score is not None:
        check_choice("score", score, ("logits", "probabilities"))
    if batch_size is not None:
        check_count("batch_size", batch_size)
    if output is not None and not isinstance(output, str):
        check_count("output", output, least=0, way_out="; or give the name of an output")
    check_layer(layer)
    chosen: dict[str, Any] = {
        name: value for name, value in (("score", score), ("batch_size", batch_size)) if value is not None
    }
    if _is_keras(model) or not (is_estimator(model) or _is_function(model)):
        keras_classifier = loaded(f"{__package__}.keras.last_classifier", "KerasClassifier").classifier_of
        return keras_classifier(model, layer=layer, output=output, **chosen)
    for name, value in (("layer", layer), ("output", output)):
        if value is not None:
            raise ValueError(
                f"{name} names a part of a network, and must be left out for a {type(model).__name__}, of which only "
                f"the predictions are known"
            )
    return FunctionClassifier(model, **chosen)


def _is_keras(model: Any) -> bool:
    """Whether it is a Keras model, a path of one, or an estimator that holds one."""
    if isinstance(model, str | PathLike):
        return True
    return any(_library(one) == "keras" for one in (model, getattr(model, "model_", None)))


def _is_function(model: Any) -> bool:
    """Whether a model is called to predict; modules of PyTorch take tensors."""
    return callable(model) and not isinstance(model, type) and _library(model) != "torch"


def _library(model: Any) -> str | None:
    """Keras or PyTorch, if an object is one of their models; neither is imported."""
    libraries = {base.__module__.split(".")[0] for base in type(model).__mro__}
    return next((name for name in ("keras", "torch") if name in libraries), None)
