"""Weights of a Keras model: whether they have changed, and whether they are finite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from .engine_tensorflow import Compiled

__all__ = ["digest_of", "refuse_weights", "still_variables"]


def digest_of(weights: Sequence[Any]) -> Callable[[], bytes]:
    """Function that computes a digest of the values that variables have now, eight bytes each.

    Compiled, it takes 7 ms for 100 MB of weights, where SHA-1 takes 70 ms.
    """
    if not weights:
        return bytes

    def fingerprints() -> tf.Tensor:
        rows = [tf.reshape(variable, [1, -1]) for variable in map(_variable, weights)]
        return tf.concat([tf.raw_ops.Fingerprint(data=row, method="farmhash64") for row in rows], axis=0)

    compiled = Compiled(fingerprints, autograph=False)
    return lambda: compiled()[0].tobytes()


def still_variables(variables: Sequence[Any], call: Callable[[], Any]) -> list[Any]:
    """Distinct variables, except those that a call changes, such as a counter of calls."""
    found = list({_variable(one).ref(): _variable(one) for one in variables}.values())
    digest = digest_of(found)
    before, _, after = digest(), call(), digest()
    return [one for index, one in enumerate(found) if before[8 * index :][:8] == after[8 * index :][:8]]


def _variable(weight: Any) -> tf.Variable:
    """TensorFlow variable of a Keras weight."""
    return weight if isinstance(weight, tf.Variable) else weight.value


def refuse_weights(model: Any) -> None:
    """Raise an error if weights are NaN or infinite, as after a training that diverged."""
    layers = [
        layer
        for layer in model._flatten_layers()
        if not all(np.isfinite(weight.value.numpy().astype(np.float32)).all() for weight in layer.weights)
    ]
    if layers:
        inner = min(
            reversed(layers), key=lambda layer: len(layer.weights)
        )  # a model also lists the weights of its layers
        raise ValueError(
            f"layer {inner.name!r} of model {model.name!r} has NaN or infinite weights, as after a training that "
            f"diverged; train it again, or load weights from before"
        )
