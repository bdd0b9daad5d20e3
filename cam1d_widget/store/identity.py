"""What the maps of a store depend on, as text that another process can compare: model, methods, data and options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ..attribution.abilities import HasDigest, offers
from ..attribution.methods import AttributionMethod

__all__ = ["first_difference", "identity_of", "made_from"]

# Largest difference of scores by which two models without a digest are taken for the same, as a share of the largest.
_TOLERANCE = 1e-3
_SCORES = "scores of noise "


def identity_of(classifier: Any, shape: tuple[int, ...]) -> str:
    """The model: digest of its content; if it has none, scores of a noise series (time, channel), to be compared."""
    if offers(classifier, HasDigest):
        return str(classifier.digest())
    noise = np.random.default_rng(0).normal(size=(1, *shape)).astype(np.float32)
    return _SCORES + json.dumps(np.asarray(classifier.scores(noise), float)[0].tolist())


def made_from(methods: Iterable[AttributionMethod], **options: Any) -> dict[str, str]:
    """Methods and options as text, by name."""
    each = {method.label: _text(method) for method in methods}
    return {"methods": json.dumps(each), **{name: _text(value) for name, value in options.items()}}


def first_difference(stored: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """How maps differ from those that are wanted, in words; None if they do not."""
    for name, value in now.items():
        before = stored.get(name, "nothing")
        if name == "model" and _same_scores(before, value):
            continue
        if before != value:
            return _difference(name, before, value)
    return None


def _same_scores(one: str, other: str) -> bool:
    if not (one.startswith(_SCORES) and other.startswith(_SCORES)):
        return False
    before, now = (np.array(json.loads(text.removeprefix(_SCORES))) for text in (one, other))
    return before.shape == now.shape and bool(np.abs(before - now).max() <= _TOLERANCE * np.abs(before).max())


def _difference(name: str, before: str, now: str) -> str:
    if name == "model":
        return "of another model"
    if name == "methods":
        theirs, ours = json.loads(before), json.loads(now)
        if list(theirs) != list(ours):
            return f"of other methods, {', '.join(theirs)} instead of {', '.join(ours)}"
        label = next(label for label in theirs if theirs[label] != ours[label])
        return f"of other settings of {label}, {theirs[label]} instead of {ours[label]}"
    if "sha256" in before + now:
        return f"made with another {name}"
    return f"made with {name} {before} instead of {now}"


def _text(value: Any) -> str:
    """A value as text that does not depend on the process; arrays as a digest."""
    if is_dataclass(value) and not isinstance(value, type):
        listed = ", ".join(f"{one.name}={_text(getattr(value, one.name))}" for one in fields(value) if one.init)
        return f"{type(value).__name__}({listed})"
    if isinstance(value, np.ndarray) and value.size > 16:
        values = np.ascontiguousarray(value)
        return f"sha256 {hashlib.sha256(values.tobytes()).hexdigest()} of {values.dtype} {values.shape}"
    if isinstance(value, np.ndarray | np.generic):
        return str(value.tolist())
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    return f"{type(value).__module__}.{getattr(value, '__qualname__', type(value).__qualname__)}"
