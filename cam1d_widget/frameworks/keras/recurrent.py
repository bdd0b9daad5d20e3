"""Keras' recurrent layers as chains of simpler operations."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ...network import operations as kinds
from ...network import parts
from ...network.cells import CELL_FUNCTIONS, GRU, LSTM, Cell, SimpleRNN
from ...network.operations import Parameter, Parts
from .called import Called
from .parameters import parameter, rounds

__all__ = ["parts_of"]


def parts_of(called: Called) -> Parts | None:
    """Parts of a call of a recurrent layer; None for one with given states, and for cells without a rule."""
    layer = called.layer
    if called.named.keys() - {"sequence", "sequences", "inputs", "training"} or getattr(layer, "return_state", False):
        return None
    if not hasattr(layer, "forward_layer"):
        return _one_way(layer)
    ways = [_one_way(layer.forward_layer), _one_way(layer.backward_layer)]
    if None in ways or layer.merge_mode not in _MERGED:
        return None
    return _both_ways(layer, ways)  # type: ignore[arg-type]


_MERGED: dict[str, tuple[kinds.Operation, Any]] = {
    "concat": (kinds.Concatenate(-1, (0, 1)), lambda one, other: ops.concatenate([one, other], axis=-1)),
    "sum": (kinds.Sum(), lambda one, other: one + other),
    "ave": (kinds.Sum(), lambda one, other: (one + other) / 2),
}


def _both_ways(layer: Any, ways: list[Parts]) -> Parts:
    operation, function = _MERGED[layer.merge_mode]

    def written(writing: parts.Writing, x: int) -> int:
        there, back = (way(writing, x) for way in ways)
        if layer.return_sequences:
            back = writing.add(kinds.Flip(1), lambda one: ops.flip(one, 1), back)
        return writing.add(operation, function, there, back)

    return written


def _one_way(layer: Any) -> Parts | None:
    cell = _cell_of(getattr(layer, "cell", None))
    return None if cell is None else parts.recurrence(cell, bool(layer.go_backwards), bool(layer.return_sequences))


def _cell_of(cell: Any) -> Cell | None:
    """A cell of Keras; None for others, and for activations without a rule."""
    kind = type(cell)
    functions = [getattr(cell, name, keras.activations.linear) for name in ("activation", "recurrent_activation")]
    names = [getattr(one, "__name__", "") for one in functions]
    known = all(
        name in CELL_FUNCTIONS and one.__module__.startswith("keras.")
        for name, one in zip(names, functions, strict=True)
    )
    if kind.__module__.split(".")[0] != "keras" or kind.__name__ not in _CELLS or not known or rounds(cell):
        return None
    options: dict[str, Any] = {"reset_after": bool(cell.reset_after)} if kind.__name__ == "GRUCell" else {}
    biases = _biases(cell, bool(options.get("reset_after")))
    return _CELLS[kind.__name__](
        lambda: parameter(cell.kernel), lambda: parameter(cell.recurrent_kernel), *biases, names[0], names[1], **options
    )


_CELLS: dict[str, Any] = {"LSTMCell": LSTM, "GRUCell": GRU, "SimpleRNNCell": SimpleRNN}


def _biases(cell: Any, two: bool) -> tuple[Parameter | None, Parameter | None]:
    if not cell.use_bias:
        return None, None
    if not two:
        return lambda: parameter(cell.bias), None
    return lambda: parameter(cell.bias)[0], lambda: parameter(cell.bias)[1]
