"""The operations of a network as propagation rules treat them: a batch normalization belongs to the layer before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

from ..graph import CanJoin, Graph, Node, Pull, Tensors
from ..operations import Convolution, Dense, Identity, Operation, Scale, Weighted
from ..parts import written_out

__all__ = ["Backward", "Linear", "Step", "Unsupported", "Values", "joined", "pulled", "steps_of"]


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
    pulls : bool
        Whether the rule is the step's own vector-Jacobian product.
    positive : bool
        Whether it is that product of the positive part alone of what the outputs received.
    """

    rule: Callable[[Values, list[Any]], Sequence[Any]]
    to: tuple[int, ...]
    pulls: bool = False
    positive: bool = False


def pulled(values: Values, received: list[Any]) -> list[Any]:
    """The vector-Jacobian product of a step as its rule."""
    return values.pull(received)


def steps_of(graph: Graph, logits: int, linear: bool = True) -> tuple[list[Step], int]:
    """Steps from the series to the logits, and the number of the logits.

    Layers that consist of simpler operations are written out, identities are left out, and a batch normalization right
    after a layer with weights is merged into it, unless steps are not taken as `linear`.
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
        operation, own = node.operation, None
        if linear and isinstance(operation, Weighted) and not operation.rounds:
            own = Linear(graph.tensors, operation)
        steps[node.outputs] = Step(node, inputs, node.outputs, own)
    logits = same.get(logits, logits)
    readers[logits] += 1
    for step in list(steps.values()):
        before = steps.get(step.inputs)
        merged = before and before.linear and before.linear.with_norm(step.operation)
        if before and merged and readers[step.inputs[0]] == 1:
            del steps[step.inputs]
            steps[step.outputs] = replace(before, outputs=step.outputs, linear=merged)
    return list(steps.values()), logits


def joined(planned: Sequence[tuple[Step, Backward]], logits: int) -> list[tuple[Step, Backward]]:
    """The same, from the last step back, with one step in the place of a chain of vector-Jacobian products."""
    readers = Counter([logits, *(value for step, _ in planned for value in step.inputs)])
    chains: list[list[tuple[Step, Backward]]] = []
    for step, back in planned:
        after, later = chains[-1][-1] if chains else (None, None)
        follows = after and after.inputs == step.outputs and readers[step.outputs[0]] == 1
        if follows and back.pulls and later and later.pulls:
            chains[-1].append((step, back))
        else:
            chains.append([(step, back)])
    return [one for chain in chains for one in _as_one(chain)]


def _as_one(chain: list[tuple[Step, Backward]]) -> list[tuple[Step, Backward]]:
    """One step in the place of those of a chain, the last one first; the chain if there is no such call."""
    last, (first, _) = chain[0][0], chain[-1]
    call, known = last.node.call, frozenset(first.inputs)
    nodes = [replace(step.node, inputs=step.inputs) for step, _ in reversed(chain)]
    positive = {value for step, back in chain if back.positive for value in step.outputs}
    joins = len(chain) > 1 and isinstance(call, CanJoin)
    one = cast(CanJoin, call).joined(nodes, known, last.outputs, positive) if joins else None
    if one is None or tuple(one[0]) != first.inputs:
        return chain
    joint = replace(last, node=replace(last.node, call=one[1]), inputs=first.inputs)
    return [(joint, Backward(pulled, first.inputs, pulls=True))]
