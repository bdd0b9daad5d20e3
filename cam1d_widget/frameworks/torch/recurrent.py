"""Recurrent operations of PyTorch as chains of simpler operations."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from ...network import operations as kinds
from ...network import parts
from ...network.cells import GRU, LSTM, Cell, SimpleRNN
from ...network.operations import Parameter, Parts
from .called import Called, Order

__all__ = ["parts_of"]

_CELLS: dict[str, Any] = {
    "lstm": partial(LSTM, activation="tanh", gate="sigmoid"),
    "gru": partial(GRU, activation="tanh", gate="sigmoid"),
    "rnn_tanh": partial(SimpleRNN, activation="tanh", gate="linear"),
    "rnn_relu": partial(SimpleRNN, activation="relu", gate="linear"),
}


def parts_of(called: Called) -> Parts | None:
    """Parts of a call; None for one with given states, for projected outputs, and for the last memory."""
    weights, per_layer = called.get("params"), 4 if called.get("has_biases") else 2
    if weights is None or called.place > 1 or not _starts_at_zero(called):
        return None
    ways = 2 if called["bidirectional"] else 1
    if len(weights) != per_layer * called["num_layers"] * ways:
        return None
    cells = [_cell(called, weights[first : first + per_layer]) for first in range(0, len(weights), per_layer)]
    layers = [cells[first : first + ways] for first in range(0, len(cells), ways)]
    wanted = (0, 1, 2) if called["batch_first"] else (1, 0, 2)  # axes of the module's tensors as (instance, step, ...)

    def written(writing: parts.Writing, x: int) -> int:
        x = writing.permuted(tuple(map(called.orders[0].index, wanted)), x)
        states = []
        for layer in layers:
            if called.place:
                states += [
                    parts.recurrence(cell, bool(back), sequences=False)(writing, x) for back, cell in enumerate(layer)
                ]
            x = _sequences(writing, layer, x)
        return _stacked(writing, states) if called.place else writing.permuted(_turn(wanted, called.order), x)

    return written


def _starts_at_zero(called: Called) -> bool:
    given = called.get("hx")
    states = given if isinstance(given, list | tuple) else [given]
    return not any(called.is_tensor(one) or bool(called.values(one).any()) for one in states)


def _cell(called: Called, weights: list[Any]) -> Cell:
    """Cell of one layer in one direction, from its weights (part * unit, channel)."""
    order = (1, 0, 2) if called.name == "gru" else None  # the update gate before the reset gate

    def parameter(node: Any) -> Parameter:
        def values() -> Any:
            value = called.values(node)
            chunks = value.chunk(3) if order else [value]
            return torch.cat([chunks[place] for place in order or (0,)]).t()

        return values

    kernel, recurrent, *biases = map(parameter, weights)
    bias, recurrent_bias = biases or (None, None)
    made: Cell = _CELLS[called.name](kernel, recurrent, bias, recurrent_bias)
    return made


def _sequences(writing: parts.Writing, layer: list[Cell], x: int) -> int:
    """Outputs of all steps of a layer."""
    made = []
    for back, cell in enumerate(layer):
        one = parts.recurrence(cell, bool(back), sequences=True)(writing, x)
        made.append(writing.add(kinds.Flip(1), lambda one: writing.ops.flip(one, 1), one) if back else one)
    if len(made) == 1:
        return made[0]
    return writing.add(kinds.Concatenate(2, (0, 1)), lambda *both: writing.ops.concatenate(both, axis=-1), *made)


def _stacked(writing: parts.Writing, states: list[int]) -> int:
    """Last outputs of all layers and directions, of shape (instance, layer * direction, unit)."""
    return writing.add(kinds.Pick(), lambda *all_: writing.ops.stack(all_, axis=1), *states)


def _turn(given: Order, wanted: Order) -> Order:
    return tuple(map(given.index, wanted))
