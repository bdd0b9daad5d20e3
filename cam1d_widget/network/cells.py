"""Recurrent cells: what one step of an LSTM, a GRU or a simple recurrent layer computes, and its run over a series.

The equations of a cell take tensors, or anything else with the same operators, so that rules may follow contributions
through them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from .graph import Tensors
from .operations import Mixing, Parameter

__all__ = [
    "CELL_FUNCTIONS",
    "GRU",
    "LSTM",
    "Cell",
    "CellFunction",
    "Recurrence",
    "SimpleRNN",
    "projected",
    "ran",
    "recurrent_of",
    "scanned",
]

Function = Callable[[Any], Any]


class CellFunction(NamedTuple):
    """A function of one value and its slope, each from the namespace of functions and a tensor."""

    value: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], Any]


def _sigmoid_slope(ops: Any, x: Any) -> Any:
    return ops.sigmoid(x) * ops.sigmoid(-x)


CELL_FUNCTIONS: dict[str, CellFunction] = {
    "tanh": CellFunction(lambda ops, x: ops.tanh(x), lambda ops, x: 1 - ops.square(ops.tanh(x))),
    "relu": CellFunction(lambda ops, x: ops.relu(x), lambda ops, x: ops.cast(x > 0, "float32")),
    "sigmoid": CellFunction(lambda ops, x: ops.sigmoid(x), _sigmoid_slope),
    "linear": CellFunction(lambda ops, x: x, lambda ops, x: ops.ones_like(x)),
}
"""Functions of cells by name."""


@dataclass(frozen=True)
class Cell(ABC):
    """A recurrent cell.

    Attributes
    ----------
    kernel, recurrent : Parameter
        Weights of the input and of the previous output, (channel, part * unit) and (unit, part * unit).
    bias, recurrent_bias : Parameter or None
        What is added to either product, of shape (part * unit,).
    activation, gate : str
        Keys of :data:`CELL_FUNCTIONS`: of the inputs and outputs of a cell, and of its gates.
    """

    kernel: Parameter
    recurrent: Parameter
    bias: Parameter | None
    recurrent_bias: Parameter | None
    activation: str
    gate: str
    parts: ClassVar[int]
    states: ClassVar[int]

    @abstractmethod
    def step(
        self, x: Any, states: Sequence[Any], recurrent: Any, bias: Any, gate: Function, signal: Function
    ) -> tuple[Any, ...]:
        """States after a step, the output first.

        Parameters
        ----------
        x : tensor of shape (instance, part * unit)
            Product of the input and the kernel, with the bias.
        states : sequence of tensors of shape (instance, unit)
        recurrent, bias : tensors
            Weights of the previous output, and the recurrent bias or zero.
        gate, signal : callable
            Functions of the gates, and of the values.
        """

    @property
    def functions(self) -> tuple[CellFunction, CellFunction]:
        """Functions of the gates, and of the values."""
        return CELL_FUNCTIONS[self.gate], CELL_FUNCTIONS[self.activation]


@dataclass(frozen=True)
class LSTM(Cell):
    """Long short-term memory; parts in the order input gate, forget gate, candidate, output gate."""

    parts, states = 4, 2

    def step(
        self, x: Any, states: Sequence[Any], recurrent: Any, bias: Any, gate: Function, signal: Function
    ) -> tuple[Any, ...]:
        """Output and memory."""
        output, memory = states
        input_gate, forget_gate, candidate, output_gate = _split(x + (output @ recurrent + bias), 4)
        memory = gate(forget_gate) * memory + gate(input_gate) * signal(candidate)
        return gate(output_gate) * signal(memory), memory


@dataclass(frozen=True)
class GRU(Cell):
    """Gated recurrent unit; parts in the order update gate, reset gate, candidate.

    Attributes
    ----------
    reset_after : bool
        Whether the reset gate multiplies the product with the recurrent weights, and not the previous output.
    """

    reset_after: bool = True
    parts, states = 3, 1

    def step(
        self, x: Any, states: Sequence[Any], recurrent: Any, bias: Any, gate: Function, signal: Function
    ) -> tuple[Any, ...]:
        """Output."""
        (output,) = states
        x_update, x_reset, candidate = _split(x, 3)
        if self.reset_after:
            h_update, h_reset, past = _split(output @ recurrent + bias, 3)
            past = gate(x_reset + h_reset) * past
        else:
            unit = recurrent.shape[0]
            h_update, h_reset = _split(output @ recurrent[:, : 2 * unit], 2)
            past = (gate(x_reset + h_reset) * output) @ recurrent[:, 2 * unit :]
        update = gate(x_update + h_update)
        return (update * output + (-update + 1.0) * signal(candidate + past),)


@dataclass(frozen=True)
class SimpleRNN(Cell):
    """Cell without gates."""

    parts, states = 1, 1

    def step(
        self, x: Any, states: Sequence[Any], recurrent: Any, bias: Any, gate: Function, signal: Function
    ) -> tuple[Any, ...]:
        """Output."""
        return (signal(x + (states[0] @ recurrent + bias)),)


def _split(x: Any, parts: int) -> list[Any]:
    size = x.shape[-1] // parts
    return [x[:, place * size : (place + 1) * size] for place in range(parts)]


@dataclass(frozen=True)
class Recurrence(Mixing):
    """A cell that runs over a map (instance, step, filter) in one direction, from states of zero.

    Attributes
    ----------
    cell : Cell
    backwards : bool
        Whether it starts at the last step; its outputs are in the order of computing.
    sequences : bool
        Whether it returns the outputs of all steps, and not only the last one.
    """

    cell: Cell = field(kw_only=True)
    backwards: bool = False
    sequences: bool = True


def ran(tensors: Tensors, recurrence: Recurrence, x: Any) -> Any:
    """Output of a recurrence."""
    ops, cell = tensors.ops, recurrence.cell
    gate, signal = (lambda x, one=one: one.value(ops, x) for one in cell.functions)
    recurrent, bias = recurrent_of(cell)

    def step(states: tuple[Any, ...], x: Any) -> tuple[Any, ...]:
        return cell.step(x, states, recurrent, bias, gate, signal)

    return scanned(tensors, recurrence, step, projected(tensors, recurrence, x), cell.states)


def recurrent_of(cell: Cell) -> tuple[Any, Any]:
    """Weights of the previous output, and the bias of that product or zero."""
    return cell.recurrent(), 0.0 if cell.recurrent_bias is None else cell.recurrent_bias()


def projected(tensors: Tensors, recurrence: Recurrence, x: Any, bias: bool = True) -> Any:
    """Products of all steps and the kernel, with the bias, in the order of computing: (step, instance, part * unit)."""
    ops, cell = tensors.ops, recurrence.cell
    x = ops.matmul(ops.transpose(x, (1, 0, 2)), cell.kernel())
    x = ops.flip(x, 0) if recurrence.backwards else x
    return x + cell.bias() if bias and cell.bias is not None else x


def scanned(tensors: Tensors, recurrence: Recurrence, step: Callable[..., Any], x: Any, states: int) -> Any:
    """First of several states that a function computes from those of the step before, of each step or of the last."""
    ops, unit = tensors.ops, recurrence.cell.recurrent().shape[0]
    zero = ops.zeros_like(x[0, :, :unit])

    def both(states: Any, x: Any) -> Any:
        made = step(states, x)
        return made, made  # Keras on TensorFlow requires outputs of the shape of the states

    _, made = ops.scan(both, (zero,) * states, x)
    return ops.transpose(made[0], (1, 0, 2)) if recurrence.sequences else made[0][-1]
