"""Requested methods, baselines, classes and instances, checked."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from ..names import matching
from ..validation import check_class, check_label, check_list, counted, is_sequence, no_such_label, shown, unmasked
from .masking import PieceBaseline, baseline_for
from .methods import AttributionMethod, all_methods

__all__ = [
    "Methods",
    "chosen_methods",
    "columns",
    "described",
    "frozen",
    "has_field",
    "held_fixed",
    "in_windows",
    "wanted_targets",
    "why_not",
    "with_baseline",
]

Methods = Iterable[str | AttributionMethod | type[AttributionMethod]] | None


def chosen_methods(methods: Methods, classifier: Any, background: np.ndarray | None = None) -> list[AttributionMethod]:
    """Methods as instances, with the background they draw from; each must fit the classifier if it is named."""
    known = {method.label: method for method in all_methods()}
    if methods is None:
        every = [_with_background(method(), background) for method in known.values()]
        return [method for method in every if method.refusal(classifier) is None]
    one = isinstance(methods, str | AttributionMethod | type)
    several = list(methods) if isinstance(methods, Iterator) else methods
    chosen: list[AttributionMethod] = []
    method: Any
    for method in [methods] if one else check_list("methods", several, "labels, methods or method classes"):
        if isinstance(method, str):
            method = known[check_label("methods", method, known)]
        elif not isinstance(method, AttributionMethod) and not _is_method(method):
            raise TypeError(
                f"methods must hold labels, methods or method classes, such as 'Grad-CAM' or methods.GradCAM(), but "
                f"holds {shown(method)}"
            )
        chosen.append(_with_background(method() if isinstance(method, type) else method, background))
        reason = chosen[-1].refusal(classifier)
        if reason:
            raise ValueError(reason)
    labels = [method.label for method in chosen]
    if not chosen or len(set(labels)) < len(labels):
        raise ValueError(f"methods must hold at least one method, and only one with each label, but hold {labels}")
    return chosen


def _is_method(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, AttributionMethod) and not inspect.isabstract(kind)


def why_not(label: Any, there: Iterable[str], classifier: Any) -> str:
    """Why there is no method of this label: it does not fit, or is not known."""
    known = {method.label: method for method in all_methods()}
    found = matching(label, known) if isinstance(label, str) else None
    reason = known[found]().refusal(classifier) if found else None
    return reason or no_such_label("method", label, there)


def _with_background(method: AttributionMethod, background: np.ndarray | None) -> AttributionMethod:
    if not has_field(method, "background") or method.background is not None:  # type: ignore[attr-defined]
        return method
    return replace(method, background=background)  # type: ignore[type-var]


def with_baseline(method: AttributionMethod, mean: np.ndarray | None, x: np.ndarray) -> AttributionMethod:
    """Method with its baseline for every instance: its own, or the background's mean, or zero.

    Evaluated once on all of x, so that a function of x receives all of it, and an array may hold one reference per
    instance.
    """
    if not has_field(method, "baseline"):
        return method
    own = method.baseline  # type: ignore[attr-defined]
    if isinstance(own, PieceBaseline) and method.family == "perturbation":
        return method  # the values depend on the segment
    return replace(method, baseline=baseline_for(x, mean if own is None else own))  # type: ignore[type-var]


def described(method: AttributionMethod, mean: np.ndarray | None, shortest: int, longest: int) -> str:
    """Description of a method, with a note if the baseline is zero because none was given."""
    unchosen = has_field(method, "baseline") and method.baseline is None and mean is None  # type: ignore[attr-defined]
    words = f"{method.description} (baseline: zero, since no background was given)" if unchosen else method.description
    detail = method._detail(longest)
    if detail != method._detail(shortest):
        detail += " in the longest series"
    return "; ".join(filter(None, [words, detail, method.warning]))


def in_windows(window: Any) -> str:
    """Note that a map is averaged over windows."""
    if window is None:
        return ""
    return f"; averaged over windows {f'of {window} samples' if np.ndim(window) == 0 else 'between change points'}"


Kept = TypeVar("Kept")


def frozen(value: Kept) -> Kept:
    """Read-only copy of an array; for a method or baseline, one whose arrays are read-only copies."""
    if isinstance(value, np.ndarray) and (value.flags.writeable or value.base is not None):
        value = value.copy()
        value.flags.writeable = False
    elif is_dataclass(value) and not isinstance(value, type):
        given = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        copied = {name: held for name, one in given.items() if (held := frozen(one)) is not one}
        value = replace(value, **copied) if copied else value
    return value


def held_fixed(others: Iterable[str]) -> str:
    """Note that inputs besides the series are held fixed."""
    names = ", ".join(others)
    return f"; {names} held fixed" if names else ""


def wanted_targets(targets: Any, names: Sequence[str]) -> str | np.ndarray:
    """Choice of classes, checked: "predicted", or class indices."""
    if isinstance(targets, str):
        if targets in ("predicted", "all") and targets not in names:
            return targets if targets == "predicted" else np.arange(len(names))
        targets = check_class("targets", targets, names, "'predicted', 'all', or ")
    elif is_sequence(targets) and len(targets) and all(isinstance(one, str) for one in targets):
        targets = [check_class("targets", one, names) for one in targets]
    wanted = np.atleast_1d(unmasked("targets", targets))
    if wanted.ndim > 2 or not wanted.size or wanted.dtype.kind not in "iu":
        raise ValueError(
            f"targets must be 'predicted', 'all', a sequence of class indices or names, or class indices of shape "
            f"(instance, target), but is {shown(targets)}"
        )
    if not 0 <= wanted.min() <= wanted.max() < len(names):
        raise ValueError(f"targets must be class indices from 0 to {len(names) - 1}, but hold {shown(wanted.tolist())}")
    if (np.diff(np.sort(wanted, axis=-1), axis=-1) == 0).any():
        raise ValueError(
            f"targets must name each class once, since they apply to every instance, but are {wanted.tolist()}; "
            f"pass one class for each instance as an array of shape (instance, 1)"
        )
    return wanted


def columns(wanted: str | np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Explained classes, int of shape (instance, target)."""
    if isinstance(wanted, str):
        return scores.argmax(axis=1)[:, np.newaxis]
    if wanted.ndim == 2 and len(wanted) != len(scores):
        raise ValueError(
            f"targets must have a row for each of {counted(len(scores), 'instance')}, but has shape {wanted.shape}"
        )
    return np.broadcast_to(wanted, (len(scores), wanted.shape[-1])).copy()


def has_field(method: AttributionMethod, name: str) -> bool:
    """Whether a method has a hyperparameter of this name."""
    return any(field.name == name for field in fields(method)) if is_dataclass(method) else False
