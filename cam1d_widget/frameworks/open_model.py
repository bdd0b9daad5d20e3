"""The classifier of a user's model: the only module that chooses a framework, which it loads on first use."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from os import PathLike
from typing import Any

from .._lazy_import import loaded
from ..typing import LayerLike, Score
from ..validation import check_choice, check_count, check_layer, check_text
from .estimators import is_estimator
from .function import FunctionClassifier
from .no_model import what_it_is

__all__ = ["as_classifier", "library_of"]


def as_classifier(
    model: Any,
    *,
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score | None = None,
    batch_size: int | None = None,
    series: str | None = None,
) -> Any:
    """The classifier itself, or one of a Keras model, a PyTorch module, a fitted estimator, or a function."""
    if _has(model, "classes") and _has(model, "scores"):
        if (layer, output, score, batch_size, series) != (None,) * 5:
            raise ValueError(
                "layer, output, score, batch_size and series belong to the classifier: give them to its constructor"
            )
        return model
    # Before anything is looked up in a cache, whose keys must be hashable.
    if score is not None:
        check_choice("score", score, ("logits", "probabilities"))
    if batch_size is not None:
        check_count("batch_size", batch_size)
    if output is not None and not isinstance(output, str):
        check_count("output", output, least=0, way_out="; or give the name of an output")
    if series is not None:
        check_text("series", series)
    if library_of(layer) != "torch":
        check_layer(layer)
    chosen: dict[str, Any] = {
        name: value for name, value in (("score", score), ("batch_size", batch_size)) if value is not None
    }
    if library_of(model) == "torch":
        return _torch_classifier(model, layer=layer, output=output, series=series, **chosen)
    if _is_keras(model):
        keras_classifier = loaded(f"{__package__}.keras.last_classifier", "KerasClassifier").classifier_of
        return keras_classifier(model, layer=layer, output=output, series=series, **chosen)
    if not (is_estimator(model) or _is_function(model)):
        raise TypeError(
            f"model must be a keras.Model or the path of a saved one, a torch.nn.Module, a fitted estimator or a "
            f"function, but is {what_it_is(model)}"
        )
    if series is not None and not is_estimator(model):
        chosen["series"] = series
        series = None
    for name, value in (("layer", layer), ("output", output), ("series", series)):
        if value is not None:
            raise ValueError(
                f"{name} names a part of a network, and must be left out for a {type(model).__name__}, of which only "
                f"the predictions are known"
            )
    return FunctionClassifier(model, **chosen)


def _has(model: Any, name: str) -> bool:
    """Whether an object has an attribute; its value is not computed, which may require series first."""
    return not isinstance(model, type) and (hasattr(type(model), name) or name in getattr(model, "__dict__", {}))


def _is_keras(model: Any) -> bool:
    """Whether it is a Keras model, a path of one, or an estimator that holds one."""
    if isinstance(model, str | PathLike):
        return True
    return any(library_of(one) == "keras" for one in (model, getattr(model, "model_", None)))


def _is_function(model: Any) -> bool:
    """Whether a model is called to predict."""
    return callable(model) and not isinstance(model, type)


def library_of(model: Any) -> str | None:
    """Keras or PyTorch, if an object is one of their models or the class of one; neither is imported."""
    kind = model if isinstance(model, type) else type(model)
    libraries = {base.__module__.split(".")[0] for base in kind.__mro__}
    return next((name for name in ("keras", "torch") if name in libraries), None)


def _torch_classifier(model: Any, **chosen: Any) -> Any:
    """Classifier of a PyTorch module: that of the last call if the module is the same, so that it is not read again."""
    torch_classifier = loaded(f"{__package__}.torch.classifier", "TorchClassifier").TorchClassifier
    return (
        _made(torch_classifier, model, **chosen) if isinstance(model, Hashable) else torch_classifier(model, **chosen)
    )


@lru_cache(maxsize=1)
def _made(kind: type, model: Any, **chosen: Any) -> Any:
    return kind(model, **chosen)
