"""The pass through a network and back: forward operation by operation, and back by a rule.

The network's own gradients are left as they are. All numbers are computed in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from ...attribution.propagation_rules import LayerwiseRelevance, Rescale, Rule
from ...cancellation import check_cancelled
from ..graph import CanJoin, Graph, Pull
from ..operations import Held, Masking
from .deep_lift import deep_lift
from .guided import guided
from .lrp import lrp
from .steps import Backward, Step, Unsupported, Values, joined, steps_of

__all__ = ["Propagation", "Propagations"]


Compile = Callable[[Callable[..., Any]], Callable[..., list[np.ndarray]]]
"""Compiles a function of series, targets and baseline: numpy in, numpy out."""


class Propagation:
    """One rule, on one network.

    Parameters
    ----------
    graph : Graph
    logits : int
        Value at which it starts.
    two_sided : bool
        Whether the network has one logit z for two classes, whose scores are -z and z.
    compile_ : callable
        Compiles a function of series, targets and baseline.
    rule : Rule

    Raises
    ------
    Unsupported
        If the rule does not support a layer.
    """

    def __init__(self, graph: Graph, logits: int, two_sided: bool, compile_: Compile, rule: Rule) -> None:
        self._tensors, self._two_sided = graph.tensors, two_sided
        self._compile, self._rule = compile_, rule
        self._units = int(graph.values[logits].shape[-1] or 0)
        self._graph = graph
        # LRP requires the weights; the other rules only get faster, unless calls can be joined.
        joins = not isinstance(rule, LayerwiseRelevance) and any(isinstance(one.call, CanJoin) for one in graph.nodes)
        self._steps, self._logits = steps_of(graph, logits, linear=not joins)
        self._merges = any(getattr(step.operation, "merges_instances", False) for step in self._steps)
        self._of_series = {0}  # of the steps, since some layers are taken apart into several
        for step in self._steps:
            if self._of_series.intersection(step.inputs) and not isinstance(step.operation, Held):
                self._of_series.update(step.outputs)
        of_series = [step for step in self._steps if self._of_series.issuperset(step.outputs)]
        self._back = _planned(of_series, self._logits, self._planner())
        if joins:
            self._back = joined(self._back, self._logits)
            held = [step for step in self._steps if self._of_series.isdisjoint(step.outputs)]
            self._steps = [*held, *(step for step, _ in reversed(self._back))]

    @cached_property
    def attribution(self) -> Callable[..., list[np.ndarray]]:
        """Compiled: from series, targets and baseline (of as many instances, or one) to (instance, time, channel)."""

        def attribution(x: Any, targets: Any, baseline: Any) -> Any:
            received, _ = self._propagated(x, targets, baseline)
            return received * (x - baseline) if isinstance(self._rule, Rescale) else received

        return self._compile(attribution)

    def __call__(
        self,
        x: np.ndarray,
        targets: np.ndarray,
        baseline: np.ndarray | None,
        batch_size: int,
        held: Sequence[np.ndarray] = (),
    ) -> np.ndarray:
        """Values of shape (instance, time, channel), computed in batches; `held` are the model's other inputs."""
        baseline = np.zeros_like(x[:1]) if baseline is None else baseline
        shared = not self._merges and bool((baseline == baseline[:1]).all())  # one forward pass is enough for all
        parts: list[np.ndarray] = []
        for first in range(0, len(x), batch_size):
            check_cancelled()
            part = slice(first, first + batch_size)
            others = [one if len(one) == 1 else one[part] for one in held]
            parts += self.attribution(x[part], targets[part], baseline[:1] if shared else baseline[part], *others)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _planner(self) -> Callable[[Step], Backward]:
        if isinstance(self._rule, LayerwiseRelevance):
            return lrp(self._steps, self._logits, self._rule)
        known = self._graph.values
        conditions = {one for one in self._of_series if one < len(known) and "float" not in known[one].dtype}
        return deep_lift if isinstance(self._rule, Rescale) else partial(guided, conditions=conditions)

    def _propagated(
        self, x: Any, targets: Any, baseline: Any
    ) -> tuple[Any, list[tuple[Step, Values, list[Any], list[Any]]]]:
        """What the series receives; and for each step, the last one first, what its outputs received and it sent."""
        values, pulls = self._forward(x)
        compared = self._forward(baseline)[0] if isinstance(self._rule, Rescale) else {}
        received = {self._logits: self._start(values[self._logits], targets)}
        passed = []
        for step, back in self._back:
            here, there = ((_of(side, step.inputs), _of(side, step.outputs)) for side in (values, compared))
            own = Values(self._tensors, *here, *there, pulls[step])
            arrived = [
                received[one] if one in received else self._tensors.ops.zeros_like(values[one]) for one in step.outputs
            ]
            sent = list(back.rule(own, arrived))
            passed.append((step, own, arrived, sent))
            for number, one in zip(back.to, sent, strict=True):
                received[number] = received[number] + one if number in received else one
        return received[0], passed

    def _forward(self, x: Any) -> tuple[dict[int, Any], dict[Step, Pull]]:
        """Value of every tensor, and the vector-Jacobian product of every step."""
        values, pulls = {0: x}, {}
        held = {0: x}  # values that do not depend on the series, of their own dtypes: indices, masks, numbers
        for step in self._steps:
            if self._of_series.isdisjoint(step.outputs):
                made = step.node.call(*_of(held, step.inputs))
                held.update(zip(step.outputs, made, strict=True))
                made = [self._as_summand(value, one) for value, one in zip(step.outputs, made, strict=True)]
            else:
                made, pulls[step] = self._tensors.vector_jacobian(step.in_float32, _of(values, step.inputs))
            values.update(zip(step.outputs, made, strict=True))
        return values, pulls

    def _as_summand(self, value: int, tensor: Any) -> Any:
        """A held value in float32, in which all others are computed; masks stay as they are."""
        known = self._graph.values
        return (
            tensor if value < len(known) and known[value].dtype == "bool" else self._tensors.ops.cast(tensor, "float32")
        )

    def _start(self, logits: Any, targets: Any) -> Any:
        """What the logits receive: one for the explained class, or its score."""
        ops, two_sided = self._tensors.ops, self._two_sided
        start = ops.cast(2 * targets - 1, "float32")[:, None] if two_sided else ops.one_hot(targets, self._units)
        return start * logits if self._rule.starts_at == "score" else start


def _of(values: dict[int, Any], numbers: tuple[int, ...]) -> list[Any]:
    return [values[number] for number in numbers if number in values]


def _planned(steps: list[Step], logits: int, plan: Callable[[Step], Backward]) -> list[tuple[Step, Backward]]:
    """Steps on which the logits depend, from the last one back."""
    for step in steps:
        if isinstance(step.operation, Masking):  # later layers read the mask, which no rule follows
            raise Unsupported(step, "whose mask has no rule")
        if getattr(step.operation, "rounds", False):
            raise Unsupported(step, "which is quantized")
    reached, planned = {logits}, []
    for step in reversed(steps):
        if reached.intersection(step.outputs):
            back = plan(step)
            reached.update(back.to)
            planned.append((step, back))
    return planned


class Propagations:
    """Every rule, on one network, each compiled on first use; parameters as of :class:`Propagation`."""

    def __init__(self, graph: Graph, logits: int, two_sided: bool, compile_: Compile) -> None:
        self._network = graph, logits, two_sided, compile_
        self._made: dict[Rule, Propagation] = {}

    def __call__(self, rule: Rule) -> Propagation:
        """Pass of one rule.

        Raises
        ------
        ValueError
            If the rule does not support a layer.
        """
        if rule not in self._made:
            try:
                self._made[rule] = Propagation(*self._network, rule)
            except Unsupported as reason:
                raise ValueError(
                    f"{rule.label} cannot go through {reason}; use Integrated Gradients or Occlusion instead"
                ) from None
        return self._made[rule]

    def refusal(self, rule: Rule) -> str | None:
        """Why a rule cannot go through the network; None where it can."""
        try:
            self(rule)
        except ValueError as reason:
            return str(reason)
        return None
