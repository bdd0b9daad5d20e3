"""Layer-wise relevance propagation (Bach et al. 2015): each layer hands its score on by shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from ...attribution.propagation_rules import AlphaBeta, Epsilon, Gamma, LayerRule, LayerwiseRelevance, SquaredWeights
from ..operations import Largest, Pointwise, Product, Rearranged, Summed, Weighted
from .backward import Backward, Seen, Unsupported, taped
from .steps import Step

__all__ = ["lrp"]

# Zero stays zero and the sign is kept, so that a value's relevance is its input's (Bach et al. 2015, eq. 57).
_PASSING = frozenset(
    "relu relu6 leakyrelu prelu elu selu celu gelu silu swish hardsilu hardswish mish tanh hardtanh tanhshrink "
    "softshrink hardshrink softsign".split()
)
_NEVER_NEGATIVE = frozenset("relu relu6 sigmoid hardsigmoid softplus exponential exp square absolute softmax".split())
_GATES = frozenset("sigmoid hardsigmoid softmax".split())
_SIGN_KEEPING = frozenset(
    "MaxPooling1D AveragePooling1D GlobalMaxPooling1D GlobalAveragePooling1D Flatten Reshape Permute ZeroPadding1D "
    "Cropping1D UpSampling1D RepeatVector Add Average Concatenate".split()
)


@dataclass(frozen=True)
class _Known:
    """What is known of tensors from the steps that make them, by number."""

    positive: set[int]
    gates: set[int]
    raw: set[int]


def lrp(steps: list[Step], logits: int, rule: LayerwiseRelevance) -> Callable[[Step], Backward]:
    """For a network, how relevance goes back through each of its steps; see :func:`_back`."""
    known = _known(steps)
    return lambda step: _back(step, logits, rule, known)


def _back(step: Step, logits: int, rule: LayerwiseRelevance, known: _Known) -> Backward:
    """How relevance goes back through a step.

    Raises
    ------
    Unsupported
        If there is no rule for what it does.
    """
    operation, everywhere = step.operation, step.sources
    if isinstance(operation, Weighted):
        chosen, positive = _chosen(step, logits, rule, known), everywhere[0] in known.positive
        return Backward(lambda seen, given: [_weighted(chosen, operation, positive, seen, given[0])], everywhere)
    if isinstance(operation, Rearranged | Largest):
        return Backward(lambda seen, given: seen.pull(given), everywhere)
    if isinstance(operation, Summed):
        return Backward(lambda seen, given: _shares(rule.logits, seen, given), everywhere)
    if isinstance(operation, Pointwise) and operation.name in _PASSING:
        return Backward(lambda seen, given: given, everywhere)
    if isinstance(operation, Product):
        signal = everywhere.index(_signal(step, known))
        return Backward(lambda seen, given: [_shares(rule.logits, seen, given)[signal]], (everywhere[signal],))
    raise Unsupported(step)


def _chosen(step: Step, logits: int, rule: LayerwiseRelevance, known: _Known) -> LayerRule:
    """Rule for a layer with weights."""
    kind = step.operation.kind  # type: ignore[union-attr]
    if logits in step.results:
        return rule.logits
    if rule.first is not None and step.sources[0] in known.raw:
        return rule.first
    return {"dense": rule.dense, "convolution": rule.convolution, "norm": rule.logits}[kind]


def _signal(step: Step, known: _Known) -> int:
    """Factor that takes all the relevance: the one that is no gate (Arras et al. 2017)."""
    signals = [number for number in step.sources if number not in known.gates]
    if len(signals) != 1:
        raise Unsupported(step, "for it cannot tell which factor is the gate: a sigmoid or a softmax")
    return signals[0]


def _known(steps: list[Step]) -> _Known:
    known = _Known(set(), set(), {0})
    for step in steps:
        name = getattr(step.operation, "name", "")
        only_sorted = isinstance(step.operation, Rearranged)
        if name in _NEVER_NEGATIVE or (_keeps_sign(step) and known.positive.issuperset(step.sources)):
            known.positive.update(step.results)
        if name in _GATES or (only_sorted and known.gates.issuperset(step.sources)):
            known.gates.update(step.results)
        if only_sorted and known.raw.issuperset(step.sources):
            known.raw.update(step.results)
    return known


def _keeps_sign(step: Step) -> bool:
    adds_number = type(step.layer).__name__ == "Add" and len(step.sources) == 1
    unweighted = isinstance(step.operation, Rearranged | Summed | Largest)
    return unweighted and type(step.layer).__name__ in _SIGN_KEEPING and not adds_number


# The rules


def _shares(rule: Epsilon, seen: Seen, given: list[tf.Tensor]) -> list[tf.Tensor]:
    """Share of each input in a sum; of a product, as if the other factor were a constant."""
    ratios = [_divided(one, z, rule.epsilon) for one, z in zip(given, seen.outputs, strict=True)]
    return [x * one for x, one in zip(seen.inputs, seen.pull(ratios), strict=True)]


def _weighted(rule: LayerRule, operation: Weighted, positive: bool, seen: Seen, given: tf.Tensor) -> tf.Tensor:
    if isinstance(rule, Epsilon):
        return _shares(rule, seen, [given])[0]
    x = seen.inputs[0]
    if isinstance(rule, SquaredWeights):
        squares = tf.square(operation.kernel())
        sums, pull = taped(lambda ones: operation.product(ones, squares), [tf.ones_like(x)])
        return pull([tf.math.divide_no_nan(given, sums[0])])[0]
    return _by_sign(rule, operation, [x] if positive else [tf.nn.relu(x), -tf.nn.relu(-x)], seen.outputs[0], given)


def _by_sign(
    rule: Gamma | AlphaBeta, operation: Weighted, halves: list[tf.Tensor], z: tf.Tensor, given: tf.Tensor
) -> tf.Tensor:
    """Rules that weigh what raises z and what lowers it in different ways.

    `halves` are the inputs above and below zero, or the former alone.
    """
    kernel, bias = operation.kernel(), operation.bias()
    above, below = tf.nn.relu(kernel), -tf.nn.relu(-kernel)
    one_sided = isinstance(rule, AlphaBeta) and rule.beta == 0

    def sums(*halves: tf.Tensor) -> list[tf.Tensor]:
        pairs = [(above, below), (below, above)][: 1 if one_sided else 2]
        return [sum(map(operation.product, halves, pair[: len(halves)])) for pair in pairs]

    values, pull = taped(sums, halves)
    biases = [tf.nn.relu(bias), -tf.nn.relu(-bias)]
    values = [value + one for value, one in zip(values, biases, strict=False)]
    weights = _gamma(rule, z, values[0], given) if isinstance(rule, Gamma) else _alpha_beta(rule, values, given)
    return sum(half * one for half, one in zip(halves, pull(weights), strict=True))


def _gamma(rule: Gamma, z: tf.Tensor, raising: tf.Tensor, given: tf.Tensor) -> list[tf.Tensor]:
    """What each raising and each lowering contribution is multiplied by."""
    rises = z >= 0
    ratio = _divided(given, z + rule.gamma * tf.where(rises, raising, z - raising), rule.epsilon)
    return [ratio * tf.where(rises, 1.0 + rule.gamma, 1.0), ratio * tf.where(rises, 1.0, 1.0 + rule.gamma)]


def _alpha_beta(rule: AlphaBeta, values: list[tf.Tensor], given: tf.Tensor) -> list[tf.Tensor]:
    parts = (rule.alpha, -rule.beta), (rule.epsilon, -rule.epsilon)
    return [part * given / (value + epsilon) for value, part, epsilon in zip(values, *parts, strict=False)]


def _divided(given: tf.Tensor, z: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Ratio that stays finite; zero counts as positive."""
    return given / (z + tf.where(z >= 0, epsilon, -epsilon))
