"""What is known of a fitted estimator: its classes, how it predicts, and the shape of the series that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np

from ..typing import Score

__all__ = [
    "InputLayout",
    "fitted_parts",
    "input_shape_of",
    "is_estimator",
    "labels_of",
    "layout_of",
    "prediction_of",
]

InputLayout: TypeAlias = Literal["channels_last", "channels_first", "flat"]

# Libraries whose estimators take series of shape (instance, channel, time).
_CHANNELS_FIRST = ("aeon", "sktime")


def is_estimator(model: Any) -> bool:
    """Whether a model predicts by a method of its own."""
    return not isinstance(model, type) and (hasattr(model, "predict_proba") or hasattr(model, "decision_function"))


def labels_of(estimator: Any) -> Sequence[Any] | None:
    """Labels of an estimator's classes; None if it states none, as an outlier detector."""
    labels = getattr(estimator, "classes_", None)
    return labels if labels is not None and len(labels) else None


def prediction_of(estimator: Any, score: Score) -> tuple[Callable[[np.ndarray], Any], Score]:
    """The function by which an estimator predicts, and what it returns."""
    if hasattr(estimator, "predict_proba") and score == "probabilities":
        return estimator.predict_proba, score
    valued: Any = estimator if hasattr(estimator, "decision_function") else getattr(estimator, "pipeline_", None)
    if not hasattr(valued, "decision_function"):
        raise ValueError(
            f"score must be 'probabilities' for a {type(estimator).__name__}, which has no decision_function"
        )
    return valued.decision_function, "logits"


def layout_of(estimator: Any) -> InputLayout:
    """Layout that the library of an estimator, or of a pipeline's first step, takes."""
    first = estimator
    while steps := getattr(first, "steps", None):
        first = steps[0][1]
    if any(base.__module__.split(".")[0] in _CHANNELS_FIRST for base in type(first).__mro__):
        return "channels_first"
    return "channels_last" if getattr(estimator, "n_features_in_", None) is None else "flat"


def input_shape_of(estimator: Any, layout: InputLayout) -> tuple[int | None, int | None]:
    """Samples and channels that an estimator was fitted to; None where they are not known."""
    facts = getattr(estimator, "metadata_", None)
    if isinstance(facts, dict) and "n_channels" in facts:
        return (None if facts.get("unequal_length") else facts.get("n_timepoints")), facts["n_channels"]
    # Of three dims, `n_features_in_` is the size of the second.
    count = getattr(estimator, "n_features_in_", None) if layout == "flat" else None
    return (None, None) if count is None else (int(count), 1)


def fitted_parts(estimator: Any, depth: int = 4) -> Iterator[Any]:
    """What `fit` has set, also in the steps of a pipeline: attributes whose names end in an underscore."""
    for name, value in sorted(getattr(estimator, "__dict__", {}).items()):
        if name.endswith("_") and not name.startswith("__"):
            yield value
        parts = (
            [one for step in value for one in (step if isinstance(step, tuple) else [step])]
            if isinstance(value, list | tuple)
            else [value]
        )
        for part in parts:
            if depth and hasattr(part, "fit"):
                yield from fitted_parts(part, depth - 1)
