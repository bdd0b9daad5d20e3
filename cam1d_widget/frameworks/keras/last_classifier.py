"""The classifier of the last Keras model that was explained, kept so that explaining it again compiles nothing."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from os import PathLike
from typing import Any

from .classifier import KerasClassifier
from .fingerprint import settings_of

__all__ = ["classifier_of"]


def classifier_of(model: Any, **chosen: Any) -> KerasClassifier:
    """Classifier of a Keras model: that of the last call if the model is the same, and has not changed."""
    # A file may change, and a class or an unhashable value is no model and no layer: none of them is cached.
    if isinstance(model, str | PathLike | type) or not all(
        isinstance(one, Hashable) for one in (model, chosen["layer"])
    ):
        return KerasClassifier(model, **chosen)
    made = _compiled.cache_info().misses
    classifier, version = _compiled(model, _structure(model), **chosen)
    known = _compiled.cache_info().misses == made and classifier._is_read
    if known and not classifier._still_holds(version):
        _compiled.cache_clear()
        classifier, _ = _compiled(model, _structure(model), **chosen)
    return classifier


@lru_cache(maxsize=1)
def _compiled(model: Any, structure: Hashable, **chosen: Any) -> tuple[KerasClassifier, Hashable]:
    """Classifier of the last model and its fingerprint, cached so that explaining it again compiles nothing."""
    classifier = KerasClassifier(model, **chosen)
    if not classifier._is_read:  # it keeps the classifiers that it is read as
        return classifier, None
    classifier._changes.fingerprint(just_read=True)  # nothing can have changed the model's own output yet
    return classifier, classifier.fingerprint()


def _structure(model: Any) -> Hashable:
    """Layers and settings of a Keras model, or of the model in a fitted classifier; weights are read at every call."""
    network = getattr(model, "model_", model)
    return tuple(settings_of(network).items()) if hasattr(network, "_flatten_layers") else None
