"""Guided backpropagation (Springenberg et al. 2014): only the positive part of the gradient passes each ReLU."""

from __future__ import annotations

from typing import Any

from ..operations import Mixing, Pointwise, StepPooling
from .steps import Backward, Step, Unsupported, Values

__all__ = ["guided"]


def guided(step: Step) -> Backward:
    """Backward rule of a step.

    Raises
    ------
    Unsupported
        If there may be ReLUs in it, which would stay as they are.
    """
    operation = step.operation
    if isinstance(operation, Mixing | StepPooling) and operation.hides_relu:
        raise Unsupported(step, "in which ReLUs may be hidden")
    only_positive = isinstance(operation, Pointwise) and operation.name in ("relu", "relu6")

    def rule(values: Values, received: list[Any]) -> list[Any]:
        relu = values.tensors.ops.relu
        return values.pull([relu(one) for one in received] if only_positive else received)

    return Backward(rule, step.inputs)
