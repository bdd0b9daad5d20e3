"""The operations of a network as propagation rules treat them: a batch normalization belongs to the layer before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ..graph import Graph, Node, Pull, Tensors
from ..operations import Convolution, Dense, Identity, Operation, Scale, Weighted
from ..parts import written_out

__all__ = ["Backward", "Linear", "Step", "Unsupported", "Values", "steps_of"]


@dataclass(frozen=True, eq=False)
class Linear:
    """W x + b with learned weights: those of a layer, times the factor of a batch normalization after it.

    Attributes
    ----------
    operation : Weighted
    norm : Scale or None
    """

    tensors: Tensors
    operation: Weighted
    norm: Scale | None = None

    def __call__(self, x: Any) -> Any:
        """Output for an input."""
        product, bias = self.product(x, self.kernel()), self.bias()
        return product if bias is None else product + bias

    def with_norm(self, norm: Operation) -> Linear | None:
        """The same followed by a batch normalization; None if it takes no (further) one, or for other operations."""
        mergeable = isinstance(self.operation, Dense | Convolution) and self.norm is None
        return replace(self, norm=norm) if mergeable and isinstance(norm, Scale) else None

    def kernel(self) -> Any:
        """W, in the shape that :meth:`product` takes."""
        kernel = self.operation.kernel()
        if self.norm is None:
            return kernel
        scale = self.norm.kernel()
        depthwise = isinstance(self.operation, Convolution) and self.operation.depthwise
        return kernel * (self.tensors.ops.reshape(scale, kernel.shape[-2:]) if depthwise else scale)

    def bias(self) -> Any | None:
        """Bias b, of shape (filter,); None without one."""
        bias = None if self.operation.bias is None else self.operation.bias()
        if self.norm is None:
            return bias
        assert self.norm.bias is not None
        shift = self.norm.bias()
        return shift if bias is None else bias * self.norm.kernel() + shift

    def product(self, x: Any, kernel: Any) -> Any:
        """W x for weights of any value."""
        return self.tensors.linear(self.operation, x, kernel)


@dataclass(frozen=True, eq=False)
class Step:
    """One operation on numbered values.

    Attributes
    ----------
    node : Node
    inputs, outputs : tuple of int
        Values that it takes and makes.
    linear : Linear or None
        The operation itself if it has learned weights.
    """

    node: Node
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    linear: Linear | None

    @property
    def operation(self) -> Any:
        """What it computes."""
        return self.node.operation

    def in_float32(self, *values: Any) -> Any:
        """Output tensors."""
        return [self.linear(*values)] if self.linear else self.node.call.in_float32(*values)


class Unsupported(ValueError):
    """States which layer a rule does not support, and why."""

    def __init__(self, step: Step, why: str = "") -> None:
        name = getattr(step.operation, "name", "")
        if not why and getattr(step.node.layer, "activation", None) is not None and name:
            why = f"whose activation is {name!r}"
        super().__init__(f"{step.node}{why and ', ' + why}")


class Values(NamedTuple):
    """Values of the tensors of a step for the series, and for the baseline where the rule compares the two.

    Attributes
    ----------
    tensors : Tensors
    inputs, outputs : list of tensors
    baseline_inputs, baseline_outputs : list of tensors
        For the baseline; of one instance if it is the same for all.
    pull : callable
        Vector-Jacobian product of the step at its inputs: from one tensor for each output to one for each input.
    """

    tensors: Tensors
    inputs: list[Any]
    outputs: list[Any]
    baseline_inputs: list[Any]
    baseline_outputs: list[Any]
    pull: Pull


class Backward(NamedTuple):
    """Backward rule of one operation.

    Attributes
    ----------
    rule : callable
        From the values of the step and what its outputs received to what each of `to` receives.
    to : tuple of int
        Inputs of the step that receive something.
    """

    rule: Callable[[Values, list[Any]], Sequence[Any]]
    to: tuple[int, ...]


def steps_of(graph: Graph, logits: int) -> tuple[list[Step], int]:
    """Steps from the series to the logits, and the number of the logits.

    Layers that consist of simpler operations are written out, identities are left out, and a batch normalization right
    after a layer with weights is merged into it.
    """
    same: dict[int, int] = {}  # outputs of identities
    steps: dict[tuple[int, ...], Step] = {}
    readers: Counter[int] = Counter()
    for node in written_out(graph, graph.between([0], [logits])):
        inputs = tuple(same.get(value, value) for value in node.inputs)
        readers.update(inputs)
        if isinstance(node.operation, Identity):
            same[node.outputs[0]] = inputs[0]
            continue
        operation, linear = node.operation, None
        if isinstance(operation, Weighted) and not operation.rounds:
            linear = Linear(graph.tensors, operation)
        steps[node.outputs] = Step(node, inputs, node.outputs, linear)
    logits = same.get(logits, logits)
    readers[logits] += 1
    for step in list(steps.values()):
        before = steps.get(step.inputs)
        merged = before and before.linear and before.linear.with_norm(step.operation)
        if before and merged and readers[step.inputs[0]] == 1:
            del steps[step.inputs]
            steps[step.outputs] = replace(before, outputs=step.outputs, linear=merged)
    return list(steps.values()), logits
