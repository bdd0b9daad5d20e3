"""Rules of recurrent layers: how differences and contributions of the input travel through all steps.

The equations of a cell are computed on values together with their changes. A change is a linear function of that of
the input, with factors that a rule derives from the values: the derivative of this function, transposed, is the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..cells import CellFunction, Recurrence, projected, recurrent_of, scanned
from ..graph import Tensors
from .steps import Values

__all__ = ["differences", "held_gates"]

# Differences that rounding makes meaningless; the slope replaces their ratio.
_SAME = 1e-6


def held_gates(recurrence: Recurrence, values: Values) -> Callable[[Any], list[Any]]:
    """Contributions to the outputs, as a linear function of the input, with gates held (Arras et al. 2017).

    Of the factors of a product, the signal takes all; an activation passes on what it gets.
    """

    def signal(function: CellFunction) -> Callable[[_Moving], _Moving]:
        def moved(z: _Moving) -> _Moving:
            made = function.value(z.tensors.ops, z.now)
            return z.to(made, None, z.tensors.quotient(made, z.now))

        return moved

    def gate(function: CellFunction) -> Callable[[_Moving], _Moving]:
        return lambda z: _Moving(z.tensors, function.value(z.tensors.ops, z.now))

    return _linear(recurrence, values, gate, signal)


def differences(recurrence: Recurrence, values: Values) -> Callable[[Any], list[Any]]:
    """Differences of the outputs, as a linear function of that of the input: the rescale rule in each step.

    The difference of a product is split evenly between its two factors.
    """

    def function_of(function: CellFunction) -> Callable[[_Moving], _Moving]:
        def moved(z: _Moving) -> _Moving:
            ops = z.tensors.ops
            now, before, difference = (*(function.value(ops, one) for one in (z.now, z.before)), z.now - z.before)
            same = ops.abs(difference) < _SAME
            slope = function.slope(ops, (z.now + z.before) / 2)
            return z.to(now, before, ops.where(same, slope, (now - before) / ops.where(same, 1.0, difference)))

        return moved

    return _linear(recurrence, values, function_of, function_of)


@dataclass(frozen=True)
class _Moving:
    """A tensor and its change.

    Attributes
    ----------
    now, before : tensor
        Values for the series, and for the baseline if there is one.
    change : tensor or None
        None of what is held.
    """

    tensors: Tensors
    now: Any
    before: Any = None
    change: Any = None

    @property
    def shape(self) -> Any:
        return self.now.shape

    @property
    def mean(self) -> Any:
        """Value by which the other factor of a product changes."""
        return self.now if self.before is None else (self.now + self.before) / 2

    def each(self, function: Callable[[Any], Any]) -> _Moving:
        """The same linear function of all three."""
        now, before, change = (None if one is None else function(one) for one in (self.now, self.before, self.change))
        return _Moving(self.tensors, now, before, change)

    def to(self, now: Any, before: Any, slope: Any) -> _Moving:
        """Other values, which change in proportion."""
        return _Moving(self.tensors, now, before, self.change * slope)

    def __getitem__(self, places: Any) -> _Moving:
        return self.each(lambda one: one[places])

    def __matmul__(self, kernel: Any) -> _Moving:
        return self.each(lambda one: self.tensors.ops.matmul(one, kernel))

    def __neg__(self) -> _Moving:
        return self.each(lambda one: -one)

    def __add__(self, other: Any) -> _Moving:
        if not isinstance(other, _Moving):  # a constant
            before = None if self.before is None else self.before + other
            return _Moving(self.tensors, self.now + other, before, self.change)
        before = None if self.before is None else self.before + other.before
        return _Moving(self.tensors, self.now + other.now, before, _total(self.change, other.change))

    def __mul__(self, other: _Moving) -> _Moving:
        before = None if self.before is None else self.before * other.before
        mine = None if self.change is None else self.change * other.mean
        its = None if other.change is None else other.change * self.mean
        return _Moving(self.tensors, self.now * other.now, before, _total(mine, its))


def _total(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return one + other


Functions = Callable[[CellFunction], Callable[[_Moving], _Moving]]


def _linear(recurrence: Recurrence, values: Values, gate: Functions, signal: Functions) -> Callable[[Any], list[Any]]:
    """Change of the output as a function of that of the input."""
    tensors, cell = values.tensors, recurrence.cell
    given = [values.inputs[0], *(one + tensors.ops.zeros_like(values.inputs[0]) for one in values.baseline_inputs)]
    of_gate, of_signal = cell.functions

    def function(change: Any) -> list[Any]:
        recurrent, bias = recurrent_of(cell)
        fixed = [projected(tensors, recurrence, one) for one in given]
        together = tensors.ops.concatenate([projected(tensors, recurrence, change, bias=False), *fixed], axis=-1)
        size, count = fixed[0].shape[-1], len(fixed) + 1

        def moving(parts: list[Any]) -> _Moving:
            change, now, *before = parts
            return _Moving(tensors, now, before[0] if before else None, change)

        def step(states: tuple[Any, ...], x: Any) -> tuple[Any, ...]:
            inputs = moving([x[:, place * size : (place + 1) * size] for place in range(count)])
            known = [moving(list(states[place : place + count])) for place in range(0, len(states), count)]
            made = cell.step(inputs, known, recurrent, bias, gate(of_gate), signal(of_signal))
            rows = [(one.change, one.now, *([] if one.before is None else [one.before])) for one in made]
            return tuple(part for row in rows for part in row)

        return [scanned(tensors, recurrence, step, together, count * cell.states)]

    return function
