"""What the rules of propagation share: what a step has seen, and the transposed of what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import tensorflow as tf

from .steps import Step

__all__ = ["Backward", "Seen", "Unsupported", "transposed"]


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
    """

    inputs: list[tf.Tensor]
    outputs: list[tf.Tensor]
    inputs_there: list[tf.Tensor]
    outputs_there: list[tf.Tensor]


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


def transposed(function: Callable[..., Any], inputs: Sequence[tf.Tensor], given: Any) -> list[tf.Tensor]:
    """Vector-Jacobian product of a function, for each of its inputs."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = function(*inputs)
    flat = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    given = [tf.cast(one, output.dtype) for one, output in zip(given, flat, strict=True)]
    zero = tf.UnconnectedGradients.ZERO
    return list(tape.gradient(flat, list(inputs), output_gradients=given, unconnected_gradients=zero))
