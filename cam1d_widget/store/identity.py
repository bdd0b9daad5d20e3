"""What the maps of a store depend on, as text that another process can compare: model, methods, data and options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ..attribution.abilities import HasDigest, HasFeatures, for_series, offers
from ..attribution.methods import AttributionMethod

__all__ = ["first_difference", "identity_of", "made_from", "needs_features"]

# Largest difference of two models that are taken for the same, as a share of the largest value: rounding depends on the
# machine. A function has no digest of its content, and is compared more closely.
_TOLERANCE, _WITHOUT_DIGEST = 1e-3, 1e-5
# Series of noise on which models are compared, and the smallest and the largest of their standard deviations.
_SERIES, _SERIES_WITHOUT_DIGEST = 8, 64
_SCALES = 0.1, 1000


def identity_of(classifier: Any, methods: Iterable[AttributionMethod], shape: tuple[int, ...]) -> str:
    """The model, as JSON: digest of its content, if it has one, and what it computes of noise (series, time, channel).

    The scores also tell apart models that differ in what no digest holds, such as the code of a layer, a setting that
    its configuration leaves out, or the connections of layers. If a method needs the explained layer, its features tell
    which it is, since its name may differ between processes.
    """
    rng, digest = np.random.default_rng(0), classifier.digest() if offers(classifier, HasDigest) else ""
    count = _SERIES if digest else _SERIES_WITHOUT_DIGEST
    levels, scales = rng.normal(size=(count, 1, shape[1])), np.geomspace(*_SCALES, count).reshape(-1, 1, 1)
    noise = ((levels + rng.normal(size=(count, *shape))) * scales).astype(np.float32)
    known = for_series(classifier, noise)
    made = {"digest": digest, "scores": known.scores(noise)}
    if needs_features(methods) and offers(known, HasFeatures):
        features = np.asarray(known.features(noise, 0)[0])
        made["features"] = np.stack([features.mean(axis=(1, 2)), features.std(axis=(1, 2))], axis=1)
        made["size of features"] = str(features.shape[1:])
    return json.dumps(
        {name: one if isinstance(one, str) else np.asarray(one, float).tolist() for name, one in made.items()}
    )


def needs_features(methods: Iterable[AttributionMethod]) -> bool:
    """Whether one of the methods needs the features of the explained layer."""
    return any(HasFeatures in method.needs.__mro__ for method in methods)


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
    """Whether digests are equal, and what is computed of noise nearly."""
    before, now = json.loads(one), json.loads(other)
    tolerance = _TOLERANCE if now.get("digest") else _WITHOUT_DIGEST
    return set(before) == set(now) and all(_nearly(before[name], now[name], tolerance) for name in before)


def _nearly(one: Any, other: Any, tolerance: float) -> bool:
    """Whether texts are equal, or values (series, ...) nearly."""
    if isinstance(one, str):
        return bool(one == other)
    values, others = np.nan_to_num(one), np.nan_to_num(other)
    if values.shape != others.shape:
        return False
    return bool((np.abs(values - others).max(axis=1) <= tolerance * np.abs(values).max(axis=1)).all())


def _difference(name: str, before: str, now: str) -> str:
    if name == "model":
        return "of another model, or of another layer of it"
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
