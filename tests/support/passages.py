"""What a rule propagates through each operation of a network."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cam1d_widget.attribution.propagation_rules import Rescale
from cam1d_widget.network.propagation.propagation import Propagation
from cam1d_widget.network.propagation.steps import Step, Values


class Passage(NamedTuple):
    """Values of one operation, and what a rule propagated through it.

    Contributions for DeepLIFT, relevance for LRP, and what replaces the gradient for Guided Backprop: what each output
    `received`, and what each input got from it (`sent`), gates left out.
    """

    layer: str
    operation: str
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    received: list[np.ndarray]
    sent: list[np.ndarray]


def passages(propagation: Propagation, x: np.ndarray, targets: np.ndarray, baseline: np.ndarray) -> list[Passage]:
    """Passages from the logits back to the series, computed without compilation."""
    _, passed = propagation._propagated(*map(propagation._tensors.ops.convert_to_tensor, (x, targets, baseline)))
    return [_passage(*one, times_difference=isinstance(propagation._rule, Rescale)) for one in passed]


def _passage(step: Step, values: Values, received: list[Any], sent: list[Any], times_difference: bool) -> Passage:
    if times_difference:
        outputs = zip(received, values.outputs, values.baseline_outputs, strict=True)
        received = [one * (z - baseline) for one, z, baseline in outputs]
        inputs = zip(sent, values.inputs, values.baseline_inputs, strict=True)
        sent = [one * (x - baseline) for one, x, baseline in inputs]
    parts = (list(map(np.asarray, part)) for part in (values.inputs, values.outputs, received, sent))
    return Passage(step.node.name, type(step.operation).__name__, *parts)
