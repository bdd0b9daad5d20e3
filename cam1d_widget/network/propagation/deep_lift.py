"""DeepLIFT's rescale rule (Shrikumar et al. 2017): multipliers from differences to a baseline."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..cells import Recurrence
from ..operations import MatrixProduct, Maximum, Normalize, Pointwise, Pool, Product, Reduce
from .recurrence import differences
from .steps import Backward, Step, Unsupported, Values, pulled

__all__ = ["deep_lift"]

# Differences that rounding makes meaningless; the slope replaces their ratio.
_SAME = 1e-6
# Differences of logarithms at which the logarithmic mean is the arithmetic one in float32.
_NEAR = 1e-3


def deep_lift(step: Step) -> Backward:
    """Backward rule of a step: multipliers of its outputs to multipliers of its inputs.

    Raises
    ------
    Unsupported
        If there is no rule for it.
    """
    operation = step.operation
    if isinstance(operation, Pointwise):
        rule: Any = partial(_ratio, step)
    elif isinstance(operation, Maximum) or _takes_maximum(operation):
        rule = partial(_largest, step)
    elif isinstance(operation, Product) or (
        isinstance(operation, MatrixProduct) and operation.tensors == len(step.inputs) == 2
    ):
        rule = partial(_product, step)
    elif isinstance(operation, Normalize) and operation.name == "softmax":
        rule = partial(_softmax, operation)
    elif isinstance(operation, Recurrence):
        rule = partial(_recurrent, operation)
    elif operation.facts.affine:
        rule = pulled
    else:
        raise Unsupported(step)
    return Backward(rule, step.inputs, pulls=rule is pulled)


def _takes_maximum(operation: Any) -> bool:
    return (isinstance(operation, Pool) and operation.largest) or (
        isinstance(operation, Reduce) and operation.kind == "max"
    )


def _ratio(step: Step, values: Values, received: list[Any]) -> list[Any]:
    """Difference of the outputs divided by that of the inputs, value by value."""
    ops = values.tensors.ops
    x, baseline = values.inputs[0], values.baseline_inputs[0]
    difference = x - baseline
    rise = values.outputs[0] - values.baseline_outputs[0]
    if step.operation.name == "relu" and step.operation.facts.homogeneous:  # rounding does not affect its ratios
        ratio, same = values.tensors.quotient(rise, difference), difference == 0
        return [received[0] * ops.where(same, ops.cast(x > 0, x.dtype), ratio)]
    same = ops.abs(difference) < _SAME
    slope = _transposed(step, values, [(x + baseline) / 2], [ops.ones_like(x)])[0]
    return [received[0] * ops.where(same, slope, rise / ops.where(same, 1.0, difference))]


def _largest(step: Step, values: Values, received: list[Any]) -> list[Any]:
    """A rise belongs to the largest input now, a fall to the largest of the baseline (Lundberg and Lee 2017)."""
    ops = values.tensors.ops
    pairs = zip(values.inputs, values.baseline_inputs, strict=True)
    baseline = [one + ops.zeros_like(x) for x, one in pairs]
    now, before = values.outputs[0], values.baseline_outputs[0]
    top = ops.maximum(now, before)
    rises = values.pull([received[0] * (top - before)])
    falls = _transposed(step, values, baseline, [received[0] * (now - top)])
    # Where anything is assigned, the input differs: it exceeds the largest before, or is exceeded by the largest now.
    return [
        values.tensors.quotient(rise + fall, x - one)
        for rise, fall, x, one in zip(rises, falls, values.inputs, baseline, strict=True)
    ]


def _product(step: Step, values: Values, received: list[Any]) -> list[Any]:
    """Either factor's difference times the mean of the other's two values: Shapley values of the two."""
    pairs = zip(values.inputs, values.baseline_inputs, strict=True)
    return _transposed(step, values, [0.5 * x + 0.5 * baseline for x, baseline in pairs], received)


def _softmax(operation: Normalize, values: Values, received: list[Any]) -> list[Any]:
    """The rescale rule for s = exp(x - n), where n is the logarithm of the normalizing sum.

    The multiplier of x - n is the logarithmic mean l of s and its baseline's value. Since the differences of s add up
    to zero, that of n is the mean of those of x with weights l, which makes it exact.
    """
    ops, axes = values.tensors.ops, tuple(operation.axes)
    s, before = values.outputs[0], values.baseline_outputs[0]
    logs = [x - ops.logsumexp(x, axes, keepdims=True) for x in (values.inputs[0], values.baseline_inputs[0])]
    difference = logs[0] - logs[1]
    same = (ops.abs(difference) < _NEAR) | (s == before)  # both are zero where the scores are minus infinity
    slope = ops.where(same, (s + before) / 2, (s - before) / ops.where(same, 1.0, difference))
    total = ops.sum(slope, axes, keepdims=True)
    pulled = ops.sum(slope * received[0], axes, keepdims=True) / total
    return [slope * (received[0] - pulled)]


def _recurrent(operation: Recurrence, values: Values, received: list[Any]) -> list[Any]:
    return values.tensors.vector_jacobian(differences(operation, values), values.inputs)[1](received)


def _transposed(step: Step, values: Values, inputs: list[Any], received: list[Any]) -> list[Any]:
    """Vector-Jacobian product of a step at other inputs."""
    return values.tensors.vector_jacobian(step.in_float32, inputs)[1](received)
