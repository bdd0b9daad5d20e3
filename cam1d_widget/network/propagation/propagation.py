"""The pass through a Keras network and back: forward step by step, and back by a rule.

The model is read, not called as a whole and never changed: each layer is computed from its own weights, and nothing
is put in place of TensorFlow's gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from ...attribution.propagation_rules import LayerwiseRelevance, Rescale, Rule
from ...cancellation import go_on
from ...frameworks.keras.engine_tensorflow import Compiled
from ...frameworks.keras.symbolic import kinds
from ..operations import Weighted
from .backward import Backward, Seen, Unsupported, taped
from .deep_lift import deep_lift
from .guided import guided
from .lrp import lrp
from .steps import Step, read_steps, with_norms_merged

__all__ = ["Passage", "Propagation", "Propagations"]

Values = dict[int, tf.Tensor]


class Passage(NamedTuple):
    """What one layer saw, what it was given, and what it handed on.

    Attributes
    ----------
    layer, operation : str
        Its name, and the name of what it does in :mod:`.operations`: a layer with an activation does two things.
    inputs, outputs : list of ndarray
        Values of each tensor that it took and made.
    given : list of ndarray
        What it was given for each that it made.
    handed : list of ndarray
        What it handed to each that it took, gates left out.
    """

    layer: str
    operation: str
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    given: list[np.ndarray]
    handed: list[np.ndarray]


class Propagation:
    """One rule, on one network.

    Parameters
    ----------
    series, exit_, last
        As for :func:`~.steps.read_steps`.
    two_sided : bool
        Whether the one logit z stands for two classes, with the scores -z and z.
    jit_compile : bool
        Whether a series by itself goes through XLA.
    rule : Rule

    Raises
    ------
    Unsupported
        If the rule cannot go through a layer.
    """

    def __init__(
        self, series: Any, exit_: Any, last: Any | None, two_sided: bool, jit_compile: bool, rule: Rule
    ) -> None:
        steps, self._logits = read_steps(series, exit_, last)
        steps = with_norms_merged(steps, self._logits)  # as LRP wants it; the others only get faster
        self._rule, self._two_sided, self._jit_compile = rule, two_sided, jit_compile
        self._shape = [None, *series.shape[1:]]
        self._units = int(exit_.shape[-1] if last is None else last.units)
        self._steps = steps
        self._back = _planned(steps, self._logits, self._planner())

    @cached_property
    def attribution(self) -> Compiled:
        """Compiled: from series, targets and baseline (of as many instances, or one) to (instance, time, channel).

        One trace serves batches of any size.
        """
        series, targets = tf.TensorSpec(self._shape, tf.float32), tf.TensorSpec([None], tf.int32)

        def attribution(x: tf.Tensor, targets: tf.Tensor, baseline: tf.Tensor) -> tf.Tensor:
            given, _ = self._propagated(x, targets, baseline)
            return given * (x - baseline) if isinstance(self._rule, Rescale) else given

        return Compiled(attribution, series, targets, series, autograph=False, jit_compile=self._jit_compile)

    def __call__(self, x: np.ndarray, targets: np.ndarray, baseline: np.ndarray | None, batch_size: int) -> np.ndarray:
        """Values of shape (instance, time, channel), some instances at a time."""
        there = np.zeros_like(x[:1]) if baseline is None else baseline
        shared = bool((there == there[:1]).all())  # one pass through the network will do for it
        parts: list[np.ndarray] = []
        for first in range(0, len(x), batch_size):
            go_on()
            part = slice(first, first + batch_size)
            parts += self.attribution(x[part], targets[part], there[:1] if shared else there[part])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def passages(self, x: np.ndarray, targets: np.ndarray, baseline: np.ndarray) -> list[Passage]:
        """What went through each layer, from the logits back to the series.

        Contributions for DeepLIFT, relevance for LRP, and what stands in for the gradient for Guided Backprop.
        """
        _, passed = self._propagated(tf.constant(x), tf.constant(targets), tf.constant(baseline))
        return [self._passage(*one) for one in passed]

    def _passage(self, step: Step, seen: Seen, given: list[tf.Tensor], handed: list[tf.Tensor]) -> Passage:
        if isinstance(self._rule, Rescale):
            given = [one * (z - there) for one, z, there in zip(given, seen.outputs, seen.outputs_there, strict=True)]
            handed = [one * (x - there) for one, x, there in zip(handed, seen.inputs, seen.inputs_there, strict=True)]
        name, operation = step.layer.name, type(step.operation).__name__
        return Passage(
            name, operation, *([one.numpy() for one in part] for part in (seen.inputs, seen.outputs, given, handed))
        )

    def _planner(self) -> Callable[[Step], Backward]:
        if isinstance(self._rule, LayerwiseRelevance):
            return lrp(self._steps, self._logits, self._rule)
        return deep_lift if isinstance(self._rule, Rescale) else guided

    def _propagated(
        self, x: tf.Tensor, targets: tf.Tensor, baseline: tf.Tensor
    ) -> tuple[tf.Tensor, list[tuple[Step, Seen, list[tf.Tensor], list[tf.Tensor]]]]:
        values, pulls = self._forward(x)
        there = self._forward(baseline)[0] if isinstance(self._rule, Rescale) else {}
        given = {self._logits: self._start(values[self._logits], targets)}
        passed = []
        for step, back in self._back:
            inputs, outputs = _of(values, step.sources), _of(values, step.results)
            seen = Seen(inputs, outputs, _of(there, step.sources), _of(there, step.results), pulls[step])
            asked = [given.get(one, tf.zeros_like(values[one])) for one in step.results]
            handed = list(back.hand(seen, asked))
            passed.append((step, seen, asked, handed))
            for number, one in zip(back.to, handed, strict=True):
                given[number] = given[number] + one if number in given else one
        return given[0], passed

    def _forward(self, x: tf.Tensor) -> tuple[Values, dict[Step, Any]]:
        """Values of every tensor, and the vector-Jacobian product of every step."""
        values, pulls = {0: x}, {}
        for step in self._steps:
            operation = step.operation
            function = operation if isinstance(operation, Weighted) else operation.call
            made, pulls[step] = taped(function, _of(values, step.sources))
            values.update(zip(step.results, made, strict=True))
        return values, pulls

    def _start(self, logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """What the logits are given: one for the explained class, or its score."""
        if self._two_sided:
            signs = tf.cast(2 * targets - 1, tf.float32)[:, tf.newaxis]
        else:
            signs = tf.one_hot(targets, self._units)
        return signs * logits if self._rule.starts_at == "score" else signs


def _of(values: Values, numbers: tuple[int, ...]) -> list[tf.Tensor]:
    return [values[number] for number in numbers if number in values]


def _planned(steps: list[Step], logits: int, plan: Callable[[Step], Backward]) -> list[tuple[Step, Backward]]:
    """Steps that the logits owe something to, from the last one back."""
    for step in steps:
        if "Masking" in kinds(step.layer):  # the mask goes round the layers, to be read by later ones
            raise Unsupported(step, "whose mask has no rule")
    reached, planned = {logits}, []
    for step in reversed(steps):
        if reached.intersection(step.results):
            back = plan(step)
            reached.update(back.to)
            planned.append((step, back))
    return planned


class Propagations:
    """Every rule, on one network, each compiled when it is first asked for; parameters as of :class:`Propagation`."""

    def __init__(self, series: Any, exit_: Any, last: Any | None, two_sided: bool, jit_compile: bool = False) -> None:
        self._network = series, exit_, last, two_sided, jit_compile
        self._made: dict[Rule, Propagation] = {}

    def __call__(self, rule: Rule) -> Propagation:
        """Pass of one rule.

        Raises
        ------
        ValueError
            If the rule cannot go through a layer.
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
