"""What is no model: an object that a user passes, in the words of an error."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ..validation import shown

__all__ = ["what_it_is"]


def what_it_is(model: Any) -> str:
    """What an object is that cannot be explained, with the reason and what to do, where these are known."""
    return f"{_kind_of(model)}{_why_no_network(model)}"


def _kind_of(model: Any) -> str:
    """What an object is, by the library that its class comes from."""
    libraries = {base.__module__.split(".")[0] for base in type(model).__mro__}
    if "torch" in libraries:
        return f"a PyTorch module, {type(model).__name__}; use TorchClassifier"
    if inspect.isroutine(model):
        return f"a function, {getattr(model, '__name__', type(model).__name__)}"
    library = type(model).__module__.split(".")[0]
    known = library in ("sktime", "aeon", "sklearn", "TSInterpret", "tsai", "xgboost", "lightgbm")
    return f"{library}'s {type(model).__name__}" if known else shown(model)


def _why_no_network(model: Any) -> str:
    """Why an estimator cannot be explained, and what to do; "" for other objects."""
    if isinstance(model, type):
        return "; create an instance of it"
    if isinstance(model, Mapping) and any(hasattr(one, "detach") for one in model.values()):
        return ", whose weights belong to a module; load them into it by load_state_dict, and explain the module"
    if not hasattr(model, "fit"):
        return ""
    if getattr(model, "is_fitted", len(getattr(model, "classes_", ())) > 0):
        return (
            ", which is fitted but holds no Keras network; a deep classifier of aeon or sktime that is fitted, such as "
            "FCNClassifier, is accepted too"
        )
    if hasattr(model, "predict_proba") or hasattr(model, "decision_function"):
        return " that is not fitted; fit it first"
    return (
        ", which has neither predict_proba nor decision_function; explain a function that returns the scores of classes"
    )
