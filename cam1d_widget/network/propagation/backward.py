"""What the rules of propagation share: what a step has seen, and the transposed of what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import tensorflow as tf

from .steps import Step

__all__ = ["Backward", "Seen", "Unsupported", "taped", "transposed"]


class Unsupported(ValueError):
    """Says which layer a rule cannot go through, and what about it."""

    def __init__(self, step: Step, why: str = "") -> None:
        name = getattr(step.operation, "name", "")
        if not why and getattr(step.layer, "activation", None) is not None and name:
            why = f"whose activation is {name!r}"
        super().__init__(f"layer {step.layer.name!r} ({type(step.layer).__name__}){why and ', ' + why}")


@dataclass(frozen=True)
class Seen:
    """Values of a step's tensors for the series, and for the baseline where the rule compares the two.

    Attributes
    ----------
    inputs, outputs : list of Tensor
    inputs_there, outputs_there : list of Tensor
        For the baseline; of one instance where it is the same for all.
    pull : callable
        Vector-Jacobian product of the step at its inputs: from one tensor for each output to one for each input.
    """

    inputs: list[tf.Tensor]
    outputs: list[tf.Tensor]
    inputs_there: list[tf.Tensor]
    outputs_there: list[tf.Tensor]
    pull: Callable[[list[tf.Tensor]], list[tf.Tensor]]


class Backward(NamedTuple):
    """How a step hands back what it was given.

    Attributes
    ----------
    hand : callable
        From what was seen and what was given to each result, what goes to each of `to`.
    to : tuple of int
        Tensors that it goes to: all sources of the step, or some.
    """

    hand: Callable[[Seen, list[tf.Tensor]], Sequence[tf.Tensor]]
    to: tuple[int, ...]


def taped(
    function: Callable[..., Any], inputs: list[tf.Tensor]
) -> tuple[list[tf.Tensor], Callable[[list[tf.Tensor]], list[tf.Tensor]]]:
    """Values of a function in float32, and its vector-Jacobian product, to be asked for once."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        made = function(*inputs)
        outputs = [tf.cast(one, tf.float32) for one in (made if isinstance(made, list | tuple) else [made])]

    def pull(given: list[tf.Tensor]) -> list[tf.Tensor]:
        zero = tf.UnconnectedGradients.ZERO
        return list(tape.gradient(outputs, inputs, output_gradients=given, unconnected_gradients=zero))

    return outputs, pull


def transposed(function: Callable[..., Any], inputs: list[tf.Tensor], given: list[tf.Tensor]) -> list[tf.Tensor]:
    """Vector-Jacobian product of a function, for each of its inputs."""
    return taped(function, inputs)[1](given)
