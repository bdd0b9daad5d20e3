"""Weights of a Keras model: whether they have changed, and whether they are finite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from .compiled import Compiled

__all__ = ["digest_of", "refuse_weights"]


def digest_of(weights: Sequence[Any]) -> Callable[[], bytes]:
    """Function that computes a digest of the values that variables have now.

    Compiled, it takes 7 ms for 100 MB of weights, where SHA-1 takes 70 ms.
    """
    if not weights:
        return bytes

    def fingerprints() -> tf.Tensor:
        rows = [tf.reshape(weight.value, [1, -1]) for weight in weights]
        return tf.concat([tf.raw_ops.Fingerprint(data=row, method="farmhash64") for row in rows], axis=0)

    compiled = Compiled(fingerprints, autograph=False)
    return lambda: compiled()[0].tobytes()


def refuse_weights(model: Any) -> None:
    """Refuse weights that are NaN or infinite, as those of a training that diverged."""
    layers = [
        layer
        for layer in model._flatten_layers()
        if not all(np.isfinite(weight.value.numpy().astype(np.float32)).all() for weight in layer.weights)
    ]
    if layers:
        inner = min(reversed(layers), key=lambda layer: len(layer.weights))  # a model has those of its layers, too
        raise ValueError(
            f"layer {inner.name!r} of model {model.name!r} has NaN or infinite weights, as after a training that "
            f"diverged; train it again, or load weights from before"
        )
