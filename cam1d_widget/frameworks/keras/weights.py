"""Weights of a Keras model: whether they have changed, and whether they are finite."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from .engine import digests, variable_of

__all__ = ["content_digest", "digest_of", "digest_of_still", "refuse_weights"]

# Parts of a configuration that depend on what else the process has made: names of layers are numbered.
_NUMBERED = frozenset({"name", "inbound_nodes", "input_layers", "output_layers", "build_config", "compile_config"})


def digest_of(weights: Sequence[Any]) -> Callable[[], bytes]:
    """Function that computes a digest of the values that variables have now, eight bytes each."""
    return digests(weights) if weights else bytes


def digest_of_still(variables: Sequence[Any], call: Callable[[], Any]) -> Callable[[], bytes]:
    """Digest of distinct variables, except those that a call changes, such as a counter of calls."""
    found = list({id(variable_of(one)): variable_of(one) for one in variables}.values())
    digest = digest_of(found)
    before, _, after = digest(), call(), digest()
    if before == after:
        return digest
    return digest_of([one for at, one in enumerate(found) if before[8 * at :][:8] == after[8 * at :][:8]])


def content_digest(model: Any) -> str:
    """Digest of a model's layers, their settings and their weights, the same in every process."""
    found = hashlib.sha256()
    for layer in model._flatten_layers():
        found.update(f"{type(layer).__name__} {_settings(layer)}".encode())
    for weight in model.weights:
        values = np.ascontiguousarray(ops.convert_to_numpy(weight.value))
        found.update(f"{values.shape} {values.dtype}".encode())
        found.update(values.tobytes())
    return found.hexdigest()


def _settings(layer: Any) -> str:
    """Configuration of a layer without names, as JSON; "" of one that has none."""
    if hasattr(layer, "_flatten_layers") and len(list(layer._flatten_layers())) > 1:
        return ""  # its layers follow
    try:
        return json.dumps(_unnamed(layer.get_config()), sort_keys=True, default=lambda value: type(value).__name__)
    except (NotImplementedError, TypeError, ValueError):
        # Keras raises the first of these for a user's layer without get_config, and json the others for a configuration
        # that it cannot write. The layer's weights are part of the digest, and a store compares scores as well.
        return ""


def _unnamed(config: Any) -> Any:
    if isinstance(config, dict):
        return {name: _unnamed(value) for name, value in config.items() if name not in _NUMBERED}
    return [_unnamed(value) for value in config] if isinstance(config, list | tuple) else config


def refuse_weights(model: Any) -> None:
    """Raise an error if weights are NaN or infinite, as after a training that diverged."""
    layers = [
        layer
        for layer in model._flatten_layers()
        if not all(np.isfinite(ops.convert_to_numpy(weight.value).astype(np.float32)).all() for weight in layer.weights)
    ]
    if layers:
        inner = min(
            reversed(layers), key=lambda layer: len(layer.weights)
        )  # a model also lists the weights of its layers
        raise ValueError(
            f"layer {inner.name!r} of model {model.name!r} has NaN or infinite weights, as after a training that "
            f"diverged; train it again, or load weights from before"
        )
