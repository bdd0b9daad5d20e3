"""The classifier of a user's model: the only module that chooses a framework, which it loads on first use."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from os import PathLike
from typing import Any

from .._lazy_import import loaded
from ..typing import LayerLike, Score
from ..validation import check_choice, check_count, check_layer
from .keras.fingerprint import settings_of

__all__ = ["as_classifier"]


def as_classifier(
    model: Any,
    *,
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score = "logits",
    batch_size: int | None = None,
) -> Any:
    """The classifier itself, or a classifier of a Keras model."""
    if hasattr(model, "gradient") and hasattr(model, "scores") and not isinstance(model, type):
        if (layer, output, score, batch_size) != (None, None, "logits", None):
            raise ValueError(
                "layer, output, score and batch_size belong to the classifier: give them to its constructor"
            )
        return model
    keras_classifier = loaded(f"{__package__}.keras.classifier", "KerasClassifier").KerasClassifier
    # Before anything is looked up in a cache, whose keys must be hashable.
    check_choice("score", score, ("logits", "probabilities"))
    if batch_size is not None:
        check_count("batch_size", batch_size)
    if output is not None and not isinstance(output, str):
        check_count("output", output, least=0, way_out="; or give the name of an output")
    check_layer(layer)
    chosen: dict[str, Any] = {"layer": layer, "output": output, "score": score}
    if batch_size is not None:
        chosen["batch_size"] = batch_size
    # A file may change, and a class or an unhashable value is no model and no layer: none of them is cached.
    if isinstance(model, str | PathLike | type) or not all(isinstance(one, Hashable) for one in (model, layer)):
        return keras_classifier(model, **chosen)
    made = _compiled.cache_info().misses
    classifier, version = _compiled(keras_classifier, model, _structure(model), **chosen)
    if _compiled.cache_info().misses > made:
        return classifier
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
