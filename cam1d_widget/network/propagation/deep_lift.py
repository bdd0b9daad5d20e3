"""DeepLIFT's rescale rule (Shrikumar et al. 2017): multipliers from differences to a baseline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import tensorflow as tf

from ..operations import Largest, Opaque, Operation, Pointwise, Product
from .backward import Backward, Seen, Unsupported, transposed
from .steps import Step

__all__ = ["deep_lift"]

# Differences that rounding makes meaningless; the slope stands in for their ratio.
_SAME = 1e-6


def deep_lift(step: Step) -> Backward:
    """How multipliers go back through a step.

    Raises
    ------
    Unsupported
        If there is no rule for what it does.
    """
    if isinstance(step.operation, Opaque):
        raise Unsupported(step)
    return Backward(partial(_HANDS.get(type(step.operation), _linear), step.operation), step.sources)


def _linear(_: Operation, seen: Seen, given: list[tf.Tensor]) -> list[tf.Tensor]:
    return seen.pull(given)


def _ratio(operation: Pointwise, seen: Seen, given: list[tf.Tensor]) -> list[tf.Tensor]:
    """Difference of the outputs by that of the inputs, each value for itself."""
    x, there = seen.inputs[0], seen.inputs_there[0]
    difference = x - there
    rise = seen.outputs[0] - seen.outputs_there[0]
    if operation.name == "relu":  # of which rounding spoils no ratio
        ratio, same = tf.math.divide_no_nan(rise, difference), difference == 0
        return [given[0] * tf.where(same, tf.cast(x > 0, x.dtype), ratio)]
    same = tf.abs(difference) < _SAME
    slope = transposed(operation.call, [(x + there) / 2], [tf.ones_like(x)])[0]
    return [given[0] * tf.where(same, slope, rise / tf.where(same, 1.0, difference))]


def _largest(operation: Largest, seen: Seen, given: list[tf.Tensor]) -> list[tf.Tensor]:
    """A rise is owed to what is largest now, a fall to what was largest there (as Lundberg and Lee 2017 split it)."""
    there = [tf.broadcast_to(one, tf.shape(x)) for x, one in zip(seen.inputs, seen.inputs_there, strict=True)]
    now, before = seen.outputs[0], seen.outputs_there[0]
    top = tf.maximum(now, before)
    rises = seen.pull([given[0] * (top - before)])
    falls = transposed(operation.call, there, [given[0] * (now - top)])
    # where anything is owed, the input differs: it beats what was largest, or was beaten by what is
    return [
        tf.math.divide_no_nan(rise + fall, x - one)
        for rise, fall, x, one in zip(rises, falls, seen.inputs, there, strict=True)
    ]


def _product(operation: Product, seen: Seen, given: list[tf.Tensor]) -> list[tf.Tensor]:
    """Either factor's difference times the mean of the other's two values: Shapley values of the two."""
    middle = [(x + there) / 2 for x, there in zip(seen.inputs, seen.inputs_there, strict=True)]
    return transposed(operation.call, middle, given)


_HANDS: dict[type, Callable[..., list[tf.Tensor]]] = {
    Pointwise: _ratio,
    Largest: _largest,
    Product: _product,
}
