"""Operations of an exported module as functions of values of the graph."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cached_property
from typing import Any

import numpy as np
import torch

from ...network.graph import Call, Node
from .called import Order
from .constants import Constants
from .export import evaluated, sizes_of
from .tape import Tape
from .tensors import no_inference_mode, tensor_of

__all__ = ["AtenCall"]


class AtenCall:
    """Operations of the exported module as a function of values of the graph.

    Parameters
    ----------
    nodes : sequence of torch.fx.Node
        Operations in their order.
    inputs, outputs : sequence of (torch.fx.Node, Order)
        Tensors that are given and returned, with their orders of axes.
    constants : Constants
    """

    def __init__(
        self,
        nodes: Sequence[Any],
        inputs: Sequence[tuple[Any, Order]],
        outputs: Sequence[tuple[Any, Order]],
        constants: Constants,
    ) -> None:
        self.operations, self._constants = tuple(nodes), constants
        """Calls of operations, in their order."""
        self._given, self._outputs = list(inputs), list(outputs)
        self._inputs = [(node.meta["val"].dtype, _unless_same(_inverse(order))) for node, order in inputs]
        self._orders = [_unless_same(order) for _, order in outputs]
        self._batch = _batch_in([node for node, _ in inputs])
        self._turned: dict[Any, tuple[Any, Order]] = {}
        """Tensors that are others, with the order of their axes."""
        self._positive: Set[Any] = frozenset()
        """Operations of whose output only the positive part of the gradient passes."""
        self._tapes: dict[bool, Tape] = {}

    @classmethod
    def joined(
        cls, nodes: Sequence[Node], known: Set[int], wanted: Sequence[int], positive: Set[int] = frozenset()
    ) -> tuple[list[int], Call] | None:
        """One call in the place of those of several nodes, and the values that it takes; None if it is not equal."""
        calls: list[AtenCall] = [node.call for node in nodes if isinstance(node.call, cls)]
        if len(calls) < len(nodes) or any(call._constants is not calls[0]._constants for call in calls):
            return None
        operations = dict.fromkeys(one for call in calls for one in call.operations)
        given: dict[Any, tuple[int, Order]] = {}
        made: dict[int, tuple[Any, Order]] = {}
        turned: dict[Any, tuple[Any, Order]] = {}
        for node, call in zip(nodes, calls, strict=True):
            for value, (tensor, order) in zip(node.inputs, call._given, strict=True):
                if value in known:
                    given.setdefault(tensor, (value, order))
                    continue
                maker, own = made.get(value, (None, ()))
                if maker is tensor and own == order:
                    continue
                # The value is another tensor where it is made, as before a dropout or a transposition.
                if maker is None or len(own) != len(order) or tensor in operations or tensor in given:
                    return None
                turn = maker, tuple(own[axis] for axis in _inverse(order))
                if turned.setdefault(tensor, turn) != turn:
                    return None
            for value, (tensor, order) in zip(node.outputs, call._outputs, strict=True):
                made[value] = tensor, order
        if known & made.keys() or operations.keys() & given.keys() or not made.keys() >= set(wanted):
            return None
        if any(tensor not in (*operations, *given, *turned) for tensor, _ in made.values()):
            return None
        filtered = {made[value][0] for value in positive}
        if not filtered <= operations.keys():
            return None
        inputs = [(tensor, order) for tensor, (_, order) in given.items()]
        call = cls(list(operations), inputs, [made[value] for value in wanted], calls[0]._constants)
        call._turned, call._positive = turned, filtered
        return [value for value, _ in given.values()], call

    def __call__(self, *values: Any) -> list[Any]:
        """Output tensors, in the precision of the module; arrays from arrays."""
        if isinstance(values[0], np.ndarray):
            with no_inference_mode(), torch.no_grad():
                made = self(*(tensor_of(one, self._constants.device) for one in values))
            return [(one.float() if one.dtype == torch.bfloat16 else one).cpu().numpy() for one in made]
        return self._computed(values, float32=False)

    def in_float32(self, *values: Any) -> list[Any]:
        """Output tensors, computed in float32."""
        return self._computed(values, float32=True)

    def _computed(self, values: Sequence[Any], float32: bool) -> list[Any]:
        if float32 not in self._tapes:
            inputs, outputs = ([node for node, _ in pairs] for pairs in (self._given, self._outputs))
            tape = Tape(self.operations, inputs, self._turned, outputs, self._constants, float32, self._positive)
            self._tapes[float32] = tape
        given = [
            _permuted(value if float32 or value.dtype is dtype else value.to(dtype), order)
            for (dtype, order), value in zip(self._inputs, values, strict=True)
        ]
        place, axis, per_instance = self._batch
        made = self._tapes[float32](given, given[place].shape[axis] // per_instance)
        return [_permuted(one, order) for one, order in zip(made, self._orders, strict=True)]

    def weights(self) -> list[np.ndarray]:
        """Current values of all parameters."""
        values = self._all_constants([], 1)
        return [one.cpu().float().numpy() for one in values if isinstance(one, torch.Tensor)]

    @cached_property
    def _all_constants(self) -> Tape:
        """What the operations take besides the series."""
        sources = {one for node in self.operations for one in node.all_input_nodes}
        found = sources - {*self.operations, *(node for node, _ in self._given)}
        return Tape([], [], {}, sorted(found, key=lambda one: str(one.name)), self._constants, float32=False)


def _inverse(order: Order) -> Order:
    return tuple(map(order.index, range(len(order))))


def _unless_same(order: Order) -> Order | None:
    """An order of axes; None if it leaves them as they are, since each permutation takes microseconds."""
    return None if order == tuple(range(len(order))) else order


def _permuted(value: torch.Tensor, order: Order | None) -> torch.Tensor:
    return value if order is None else value.permute(order)


def _batch_in(inputs: Sequence[Any]) -> tuple[int, int, int]:
    """Where the batch size is found: which tensor, which of its axes, and the size for one instance."""
    for place, node in enumerate(inputs):
        for axis, size in enumerate(sizes_of(node)):
            if not isinstance(size, int):
                return place, axis, evaluated(size, 1)
    return 0, 0, 1
