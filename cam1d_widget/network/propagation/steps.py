"""A Keras graph as a list of steps, with the activations split off that are fused into layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ...frameworks.keras.symbolic import backwards, maker, sources
from ..operations import Operation, Weighted, operations

__all__ = ["Step", "read_steps", "with_norms_merged"]


@dataclass(frozen=True, eq=False)
class Step:
    """One operation on numbered tensors.

    Attributes
    ----------
    layer : Keras layer or operation
        What it belongs to.
    operation : Operation
    sources, results : tuple of int
        Tensors that it takes and makes; 0 is the series.
    """

    layer: Any
    operation: Operation
    sources: tuple[int, ...]
    results: tuple[int, ...]


def read_steps(series: Any, exit_: Any, last: Any | None) -> tuple[list[Step], int]:
    """Steps in the order of computing, and the number of the tensor that holds the logits.

    Parameters
    ----------
    series, exit_ : KerasTensor
        Where to start, and where to stop.
    last : Dense or None
        Layer behind `exit_`, to be read without its activation.
    """
    reader = _Reader()
    known = {id(series): 0}
    reader.read(exit_, known)
    logits = known[id(exit_)]
    return reader.steps, logits if last is None else reader.add(last, Weighted(last), (logits,), 1)[0]


class _Reader:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._tensors = 1

    def read(self, tensor: Any, known: dict[int, int]) -> None:
        """Steps to a tensor from those of which the number is known."""
        for made in reversed(list(backwards(tensor, lambda one: id(one) in known))):
            if id(made) in known:  # with another result of the same layer
                continue
            outputs = _call(made).output_tensors
            numbers = {id(source): known[id(source)] for source in sources(made)}
            results = self._split(made, numbers, len(outputs))
            known.update(zip(map(id, outputs), results, strict=True))

    def add(self, layer: Any, operation: Operation, numbers: tuple[int, ...], results: int) -> tuple[int, ...]:
        """One more step; the numbers of what it makes."""
        made = tuple(range(self._tensors, self._tensors + results))
        self._tensors += results
        self.steps.append(Step(layer, operation, numbers, made))
        return made

    def _split(self, made: Any, given: dict[int, int], results: int) -> tuple[int, ...]:
        """Numbers of a layer's results, from those of its sources by id; one step for each thing that it does."""
        layer, arguments = maker(made), _call(made).arguments
        call = _call_of(layer, arguments, list(given))
        current = tuple(given.values())
        for operation in operations(layer, call, [*arguments.args, *arguments.kwargs.values()], len(given)):
            current = self.add(layer, operation, current, results)
        return current


def _call(made: Any) -> Any:
    """The call of a layer that made a tensor."""
    history = made._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _call_of(layer: Any, arguments: Any, tensors: list[int]) -> Callable[..., Any]:
    """The layer as a function of its source tensors alone."""

    def call(*values: Any) -> Any:
        args, kwargs = arguments.fill_in(dict(zip(tensors, values, strict=True)))
        # `call` computes in the precision of what it is given; the layer itself would in that of its policy
        return layer.call(*args, **kwargs)

    return call


def with_norms_merged(steps: list[Step], logits: int) -> list[Step]:
    """Steps in which each BatchNormalization right behind a layer with weights is part of that layer."""
    readers = [number for step in steps for number in step.sources] + [logits]
    merged: dict[tuple[int, ...], Step] = {}
    for step in steps:
        before = merged.get(step.sources)
        if before and _takes_norm(before.operation, step.operation) and readers.count(step.sources[0]) == 1:
            del merged[step.sources]
            operation = replace(before.operation, norm=step.layer)
            step = replace(before, operation=operation, results=step.results)
        merged[step.results] = step
    return list(merged.values())


def _takes_norm(operation: Operation, behind: Operation) -> bool:
    """Whether what stands behind an operation with weights is a BatchNormalization that they can take up."""
    if not (isinstance(operation, Weighted) and isinstance(behind, Weighted)):
        return False
    return behind.kind == "norm" != operation.kind and operation.norm is None
