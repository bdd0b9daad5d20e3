"""Layer-wise relevance propagation (Bach et al. 2015): each layer distributes its relevance in shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...attribution.propagation_rules import AlphaBeta, Epsilon, Gamma, LayerRule, LayerwiseRelevance, SquaredWeights
from ..cells import Recurrence
from ..graph import Tensors
from ..operations import (
    Dense,
    MatrixProduct,
    Maximum,
    Normalize,
    Pointwise,
    Pool,
    Product,
    Rearranging,
    Reduce,
    Rescale,
    Scale,
    Sum,
)
from .recurrence import held_gates
from .steps import Backward, Linear, Step, Unsupported, Values

__all__ = ["lrp"]


@dataclass(frozen=True)
class _Known:
    """Values with a known property: never negative, between 0 and 1, or those of the series, at most rearranged."""

    positive: set[int]
    gates: set[int]
    raw: set[int]


def lrp(steps: list[Step], logits: int, rule: LayerwiseRelevance) -> Callable[[Step], Backward]:
    """Backward rule of each step of a network: relevance of its outputs to relevance of its inputs."""
    known = _known(steps)
    return lambda step: _backward(step, logits, rule, known)


def _backward(step: Step, logits: int, rule: LayerwiseRelevance, known: _Known) -> Backward:
    """Backward rule of a step.

    Raises
    ------
    Unsupported
        If there is no rule for it.
    """
    operation, inputs = step.operation, step.inputs
    if step.linear is not None:
        chosen, positive, linear = _chosen(step, logits, rule, known), inputs[0] in known.positive, step.linear
        return Backward(lambda values, received: [_weighted(chosen, linear, positive, values, received[0])], inputs)
    if isinstance(operation, Rearranging | Maximum) or _selects(operation):
        return Backward(lambda values, received: values.pull(received), inputs)
    if isinstance(operation, Sum | Rescale | Pool | Reduce):
        return Backward(lambda values, received: _shares(rule.logits, values, received), inputs)
    # Zero stays zero and the sign is kept, so that a value's relevance is its input's (Bach et al. 2015, eq. 57).
    if isinstance(operation, Pointwise) and operation.function.keeps_sign:
        return Backward(lambda values, received: received, inputs)
    if isinstance(operation, MatrixProduct) and operation.tensors == 1:
        return Backward(lambda values, received: _shares(rule.logits, values, received), inputs)
    if isinstance(operation, MatrixProduct) and operation.tensors == len(inputs) == 2:
        return Backward(lambda values, received: _halves(rule.logits, values, received), inputs)
    if isinstance(operation, Normalize) and operation.name == "softmax":
        return Backward(_tangent, inputs)
    if isinstance(operation, Recurrence):
        return Backward(partial(_recurrent, rule.logits, operation), inputs)
    if isinstance(operation, Product) and len(inputs) == 2:
        signal = inputs.index(_signal(step, known))
        return Backward(lambda values, received: [_shares(rule.logits, values, received)[signal]], (inputs[signal],))
    raise Unsupported(step)


def _selects(operation: Any) -> bool:
    """Whether each output is one of the inputs."""
    return (isinstance(operation, Pool) and operation.largest) or (
        isinstance(operation, Reduce) and operation.kind in ("max", "min")
    )


def _chosen(step: Step, logits: int, rule: LayerwiseRelevance, known: _Known) -> LayerRule:
    """Rule for a layer with weights."""
    if logits in step.outputs or isinstance(step.operation, Scale):
        first = rule.first if logits not in step.outputs and step.inputs[0] in known.raw else None
        return first or rule.logits
    if rule.first is not None and step.inputs[0] in known.raw:
        return rule.first
    return rule.dense if isinstance(step.operation, Dense) else rule.convolution


def _signal(step: Step, known: _Known) -> int:
    """Factor that receives all the relevance: the one that is no gate (Arras et al. 2017)."""
    signals = [value for value in step.inputs if value not in known.gates]
    if len(signals) != 1:
        raise Unsupported(
            step, "for it cannot tell which factor is the gate: a sigmoid, a softmax or a reciprocal root"
        )
    return signals[0]


def _known(steps: list[Step]) -> _Known:
    known = _Known(set(), set(), {0})
    for step in steps:
        operation = step.operation
        softmax = isinstance(operation, Normalize) and operation.name == "softmax"
        function = operation.function if isinstance(operation, Pointwise) else None
        rearranges = isinstance(operation, Rearranging)
        keeps_sign = operation.facts.keeps_sign and known.positive.issuperset(step.inputs)
        if softmax or keeps_sign or (function and function.never_negative):
            known.positive.update(step.outputs)
        if softmax or (function and function.gate) or (rearranges and known.gates.issuperset(step.inputs)):
            known.gates.update(step.outputs)
        if rearranges and known.raw.issuperset(step.inputs):
            known.raw.update(step.outputs)
    return known


# The rules


def _shares(rule: Epsilon, values: Values, received: list[Any]) -> list[Any]:
    """Share of each input in a sum; of a product, as if the other factor were a constant."""
    tensors = values.tensors
    ratios = [_divided(tensors, one, z, rule.epsilon) for one, z in zip(received, values.outputs, strict=True)]
    return [x * one for x, one in zip(values.inputs, values.pull(ratios), strict=True)]


def _recurrent(rule: Epsilon, operation: Recurrence, values: Values, received: list[Any]) -> list[Any]:
    """Shares in what the outputs are as functions of the input with gates held."""
    _, pull = values.tensors.vector_jacobian(held_gates(operation, values), values.inputs)
    return [values.inputs[0] * pull([_divided(values.tensors, received[0], values.outputs[0], rule.epsilon)])[0]]


def _halves(rule: Epsilon, values: Values, received: list[Any]) -> list[Any]:
    """Of a matrix product: half to either factor, each in shares (Achtibat et al. 2024, proposition 3.3)."""
    return [one / 2 for one in _shares(rule, values, received)]


def _tangent(values: Values, received: list[Any]) -> list[Any]:
    """Shares in the tangent at the input, whose constant keeps the rest (Achtibat et al. 2024, proposition 3.1)."""
    ops, ratio = values.tensors.ops, values.tensors.quotient(received[0], values.outputs[0])
    slope = values.pull([ratio])[0]
    return [ops.where(slope == 0, 0.0, values.inputs[0] * slope)]  # the scores of masked steps may be infinite


def _weighted(rule: LayerRule, linear: Linear, positive: bool, values: Values, received: Any) -> Any:
    if isinstance(rule, Epsilon):
        return _shares(rule, values, [received])[0]
    x, tensors = values.inputs[0], values.tensors
    if isinstance(rule, SquaredWeights):
        squares = tensors.ops.square(linear.kernel())
        ones = [tensors.ops.ones_like(x)]
        sums, pull = tensors.vector_jacobian(lambda one: linear.product(one, squares), ones)
        return pull([tensors.quotient(received, sums[0])])[0]
    relu = tensors.ops.relu
    halves = [x] if positive else [relu(x), -relu(-x)]
    return _by_sign(rule, linear, halves, values, received)


def _by_sign(rule: Gamma | AlphaBeta, linear: Linear, halves: list[Any], values: Values, received: Any) -> Any:
    """Rules with different weights for contributions that raise z and that lower it.

    `halves` are the inputs above and below zero, or the former alone.
    """
    tensors, relu = values.tensors, values.tensors.ops.relu
    kernel, bias = linear.kernel(), linear.bias()
    above, below = relu(kernel), -relu(-kernel)
    one_sided = isinstance(rule, AlphaBeta) and rule.beta == 0

    def sums(*halves: Any) -> list[Any]:
        pairs = [(above, below), (below, above)][: 1 if one_sided else 2]
        return [sum(map(linear.product, halves, pair[: len(halves)])) for pair in pairs]

    made, pull = tensors.vector_jacobian(sums, halves)
    if bias is not None:
        made = [value + one for value, one in zip(made, [relu(bias), -relu(-bias)], strict=False)]
    if isinstance(rule, Gamma):
        weights = _gamma(rule, tensors, values.outputs[0], made[0], received)
    else:
        weights = _alpha_beta(rule, made, received)
    return sum(half * one for half, one in zip(halves, pull(weights), strict=True))


def _gamma(rule: Gamma, tensors: Tensors, z: Any, raising: Any, received: Any) -> list[Any]:
    """Factor of each contribution that raises z, and of each that lowers it."""
    where, rises = tensors.ops.where, z >= 0
    ratio = _divided(tensors, received, z + rule.gamma * where(rises, raising, z - raising), rule.epsilon)
    return [ratio * where(rises, 1.0 + rule.gamma, 1.0), ratio * where(rises, 1.0, 1.0 + rule.gamma)]


def _alpha_beta(rule: AlphaBeta, values: list[Any], received: Any) -> list[Any]:
    parts = (rule.alpha, -rule.beta), (rule.epsilon, -rule.epsilon)
    return [part * received / (value + epsilon) for value, part, epsilon in zip(values, *parts, strict=False)]


def _divided(tensors: Tensors, numerator: Any, z: Any, epsilon: float) -> Any:
    """Ratio that stays finite; zero counts as positive."""
    return numerator / (z + tensors.ops.where(z >= 0, epsilon, -epsilon))
