"""Guided backpropagation (Springenberg et al. 2014): only the positive part of the gradient passes each ReLU."""

from __future__ import annotations

from typing import Any

from ..operations import Mixing, Pointwise, StepPooling
from .steps import Backward, Step, Unsupported, Values, pulled

__all__ = ["guided"]


def guided(step: Step, conditions: set[int]) -> Backward:
    """Backward rule of a step.

    Parameters
    ----------
    step : Step
    conditions : set of int
        Values that depend on the series and are no floating point numbers: booleans and integers.

    Raises
    ------
    Unsupported
        If there may be ReLUs in it, which would stay as they are.
    """
    operation = step.operation
    decides = bool(conditions.intersection(step.inputs)) and not conditions.issuperset(step.outputs)
    if decides and not isinstance(operation, Mixing):
        raise Unsupported(step, "which depends on a condition, as a hidden ReLU does")
    if isinstance(operation, Mixing | StepPooling) and operation.hides_relu:
        raise Unsupported(step, "in which ReLUs may be hidden")
    if isinstance(operation, Pointwise) and operation.name in ("clip", "threshold"):
        raise Unsupported(step, "which may be a ReLU")
    if isinstance(operation, Pointwise) and operation.name in ("relu", "relu6"):
        return Backward(_only_positive, step.inputs, pulls=True, positive=True)
    return Backward(pulled, step.inputs, pulls=True)


def _only_positive(values: Values, received: list[Any]) -> list[Any]:
    return values.pull([values.tensors.ops.relu(one) for one in received])
