"""Weights of a Keras model: whether they have changed, and whether they are finite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from .engine import digests, variable_of

__all__ = ["digest_of", "digest_of_still", "refuse_weights"]


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
