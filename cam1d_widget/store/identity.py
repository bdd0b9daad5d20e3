"""What the maps of a store depend on, as text that another process can compare: model, methods, data and options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ..attribution.abilities import HasDigest, for_series, offers
from ..attribution.methods import AttributionMethod

__all__ = ["first_difference", "identity_of", "made_from"]

# Largest difference of scores by which two models are taken for the same, as a share of the largest score.
_TOLERANCE = 1e-3
_SCORES = "scores of noise "


def identity_of(classifier: Any, shape: tuple[int, ...]) -> str:
    """The model: digest of its content, if it has one, and its scores of a noise series (time, channel).

    The scores also tell apart models that differ in what no digest holds, such as the code of a layer, a setting that
    its configuration leaves out, or the connections of layers.
    """
    digest = f"{classifier.digest()}, " if offers(classifier, HasDigest) else ""
    noise = np.random.default_rng(0).normal(size=(1, *shape)).astype(np.float32)
    return digest + _SCORES + json.dumps(np.asarray(for_series(classifier, noise).scores(noise), float)[0].tolist())


def made_from(methods: Iterable[AttributionMethod], **options: Any) -> dict[str, str]:
    """Methods and options as text, by name."""
    each = {method.label: _text(method) for method in methods}
    return {"methods": json.dumps(each), **{name: _text(value) for name, value in options.items()}}


def first_difference(stored: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """How maps differ from those that are wanted, in words; None if they do not."""
    for name, value in now.items():
        before = stored.get(name, "nothing")
        if name == "model" and _same_model(before, value):
            continue
        if before != value:
            return _difference(name, before, value)
    return None


def _same_model(one: str, other: str) -> bool:
    """Whether digests are equal, and scores nearly, since they depend on the machine."""
    (digest, _, before), (other_digest, _, now) = one.partition(_SCORES), other.partition(_SCORES)
    if digest != other_digest or not (before and now):
        return False
    scores, other_scores = np.array(json.loads(before)), np.array(json.loads(now))
    if scores.shape != other_scores.shape:
        return False
    largest = np.nanmax(np.abs(scores), initial=0)
    return np.allclose(scores, other_scores, rtol=0, atol=_TOLERANCE * largest, equal_nan=True)


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
