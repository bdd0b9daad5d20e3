"""The model that a user hands over: loaded, and refused with a sentence where it cannot be explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

__all__ = ["readable_model", "series_and_scores"]


def readable_model(model: Any) -> Any:
    """Model itself, from a path where one is given, with its graph known."""
    if isinstance(model, str | Path):
        model = keras.models.load_model(model, compile=False)
    model = getattr(model, "model_", model)  # aeon's and sktime's fitted classifiers
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model or the path of a saved one, but is a {type(model).__name__}")
    if not isinstance(model, keras.Sequential) and not hasattr(model, "_operations"):
        raise TypeError(
            f"model {model.name!r} is a subclassed keras.Model, whose graph cannot be read; "
            f"give a Sequential or Functional one"
        )
    try:
        _ = model.outputs
    except AttributeError:
        raise ValueError(
            f"model {model.name!r} is not built; give it an Input layer, or call it once on a batch of series"
        ) from None
    return model


def series_and_scores(model: Any) -> tuple[Any, Any]:
    """Symbolic input of shape (batch, time, channel) and output of shape (batch, class)."""
    series, scores = _only("inputs", model), _only("outputs", model)
    for tensor, rank, meaning in (
        (series, 3, "take series of shape (batch, time, channel), but takes"),
        (scores, 2, "give one score a class, of shape (batch, class), but gives"),
    ):
        if len(tensor.shape) != rank:
            raise ValueError(f"model {model.name!r} must {meaning} {tensor.shape}")
    return series, scores


def _only(side: str, model: Any) -> Any:
    """The model's one input or output."""
    tensors = getattr(model, side)
    if len(tensors) != 1:
        raise ValueError(f"model {model.name!r} must have one of {side}, but has {len(tensors)}")
    return tensors[0]
