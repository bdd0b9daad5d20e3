"""Fingerprints of a Keras model, compared to detect that it has changed since it was read.

Layers are mutable: an activation or a slope may be assigned after a function was compiled, and the function keeps the
old one. Weights are read at every call, but what was computed from them holds for these weights only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

__all__ = ["Structure", "changed", "lasting", "structure_of", "weights_digest"]

Structure = dict[tuple[int, str], Hashable]
"""Value of each setting, by the layer's number and the attribute's name; the layer itself under ""."""

# Training and prediction set these on a model; they do not change what it computes.
_OF_TRAINING = frozenset(
    "optimizer history compiled stop_training stop_evaluating stop_predicting train_function test_function "
    "predict_function steps_per_execution unrolled_steps_per_execution jit_compile run_eagerly".split()
)
_UNKNOWN = object()


def structure_of(model: Any) -> Structure:
    """Layers of a model with their settings, such as activations and slopes, and its loss, but not its weights."""
    structure: Structure = {}
    for number, layer in enumerate(model._flatten_layers()):
        structure[number, ""] = layer
        structure[number, "dtype"] = layer.dtype_policy.name
        for name, value in vars(layer).items():
            if name.startswith("_") or name in _OF_TRAINING:
                continue
            setting = _loss(value) if name == "loss" else _setting(value)
            if setting is not _UNKNOWN:
                structure[number, name] = setting
    return structure


def lasting(before: Structure, after: Structure) -> Structure:
    """Settings that a call of the model leaves as they are: a layer may count its calls, or keep its last result."""
    return {key: value for key, value in after.items() if key in before and before[key] == value}


def changed(then: Structure, model: Any) -> str | None:
    """Which setting of a model has changed, in words; None where none has."""
    now = structure_of(model)
    for (number, name), value in then.items():
        if (number, name) not in now or now[number, name] != value:
            layer = then[number, ""]
            return f"{name} of layer {layer.name!r}" if name else "its layers"  # type: ignore[attr-defined]
    return "its layers" if any(not name and (number, name) not in then for number, name in now) else None


def weights_digest(weights: Iterable[Any]) -> bytes:
    """Digest of the values of variables."""
    digest = hashlib.sha1(usedforsecurity=False)
    for weight in weights:
        digest.update(np.ascontiguousarray(weight.value.numpy()).reshape(-1).view(np.uint8).data)
    return digest.digest()


def _setting(value: Any) -> Hashable:
    """Numbers, texts, functions, arrays and what holds them; unknown for all else, such as variables."""
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        return value
    if isinstance(value, list | tuple):
        return tuple(map(_setting, value))
    if isinstance(value, dict):
        return tuple((str(name), _setting(one)) for name, one in value.items())
    if isinstance(value, np.ndarray):
        return value.shape, hashlib.sha1(value.tobytes(), usedforsecurity=False).digest()
    return value if callable(value) and isinstance(value, Hashable) else _UNKNOWN


def _loss(value: Any) -> Hashable:
    """What a loss says about the outputs: its kind, and whether it takes logits."""
    if isinstance(value, dict):
        return tuple((str(name), _loss(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_loss, value))
    return value if isinstance(value, str) else (type(value).__name__, getattr(value, "from_logits", None))
