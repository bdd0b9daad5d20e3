"""Guided backpropagation (Springenberg et al. 2014): the gradient, of which ReLUs let only the positive part pass."""

from __future__ import annotations

import tensorflow as tf

from ..operations import Opaque, Pointwise
from .backward import Backward, Seen, Unsupported
from .steps import Step

__all__ = ["guided"]


def guided(step: Step) -> Backward:
    """How the gradient goes back through a step.

    Raises
    ------
    Unsupported
        If ReLUs may be hidden in it, which would stay as they are.
    """
    operation = step.operation
    if isinstance(operation, Opaque) and _may_hide_relu(step.layer, operation):
        raise Unsupported(step, "in which ReLUs may be hidden")
    only_positive = isinstance(operation, Pointwise) and operation.name in ("relu", "relu6")

    def hand(seen: Seen, given: list[tf.Tensor]) -> list[tf.Tensor]:
        return seen.pull([tf.nn.relu(one) for one in given] if only_positive else given)

    return Backward(hand, step.sources)


def _may_hide_relu(layer: object, operation: Opaque) -> bool:
    if not operation.made_by_keras:
        return True
    inside = layer._flatten_layers() if hasattr(layer, "_flatten_layers") else []
    return any("relu" in _activations(one) or type(one).call.__module__.split(".")[0] != "keras" for one in inside)


def _activations(layer: object) -> str:
    functions = [getattr(layer, name, None) for name in ("activation", "recurrent_activation")]
    return " ".join(
        [type(layer).__name__, *(getattr(one, "__name__", type(one).__name__) for one in functions)]
    ).lower()
