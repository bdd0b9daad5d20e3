"""What each step of a layer sees of the series: one rule for each kind of operation on the way.

A value has at most one axis on which time runs, which need not be the first: a series may be permuted, or reshaped to
(time, channel, 1) for two-dimensional layers. After a pooling over time there is none, and none can be restored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..attribution.receptive_field import ReceptiveField, union
from . import operations as ops
from .graph import Graph, Node
from .order_of_steps import is_pointwise, keeps_steps

__all__ = ["SOME_LENGTH", "Seen", "fields_between", "fields_of", "receptive_field_of", "seen_after"]

SOME_LENGTH = 512
"""Series length at which models of any length are analyzed."""


class Seen(NamedTuple):
    """Receptive field of a value, and its time axis.

    `axis` is None if time has been reduced away; the field then covers all that the value depends on. If the series has
    been divided into windows, `windows` is their number; `axis` counts the windows, the next axis the steps in each.
    """

    field: ReceptiveField
    axis: int | None
    windows: int | None = None


class _Step(NamedTuple):
    """One operation that is applied: its node, the number of the output, and the shapes of both sides."""

    node: Node
    shapes: list[tuple[int | None, ...]]
    shape: tuple[int | None, ...]

    @property
    def rank(self) -> int:
        return len(self.shape)


def receptive_field_of(graph: Graph, value: int, length: int) -> ReceptiveField:
    """What each step of a map (batch, step, filter) sees of a series of `length` samples.

    Raises
    ------
    ValueError
        If a layer on the way moves steps in an unknown way.
    """
    return placed(graph, value, fields_of(graph, length, [value])[value])


def placed(graph: Graph, value: int, seen: Seen | ValueError) -> ReceptiveField:
    """Receptive field of a map (batch, step, filter) whose steps follow each other in time; an error otherwise."""
    if isinstance(seen, ValueError):
        raise seen
    node = graph.makers[value]
    if seen.axis != 1 or seen.windows or graph.values[value].rank != 3:
        raise _not_known(_Step(node, [], graph.values[value].shape), [seen])
    if (np.diff(seen.field.centers) < 0).any():
        raise ValueError(
            f"the steps of layer {node.name!r} do not follow each other in time, so its map cannot be placed; "
            f"name a layer before the branches with layer="
        )
    return seen.field


def fields_of(graph: Graph, length: int, wanted: Iterable[int]) -> dict[int, Seen | ValueError]:
    """Receptive fields of values, and of all on which they depend; the reason for those that are unknown.

    Values that do not depend on the series are left out.
    """
    known: dict[int, Seen | ValueError] = {0: Seen(ReceptiveField.of_input(length), 1)}
    for node in graph.series_nodes([0], wanted):
        inputs = [known[value] for value in node.inputs if value in graph.of_series]
        fault = next((one for one in inputs if isinstance(one, ValueError)), None)
        for value in node.outputs:
            known[value] = fault or seen_after(graph, node, value, inputs)  # type: ignore[arg-type]
    return known


def fields_between(graph: Graph, entry: int, wanted: int, steps: int | None = None) -> dict[int, Seen]:
    """Receptive fields of the values after a map (batch, step, filter), in steps of it; unknown ones are left out.

    `steps` is the number of steps of the map, if it depends on the length of the series.
    """
    known = {entry: Seen(ReceptiveField.of_input(steps or graph.values[entry].shape[1] or SOME_LENGTH), 1)}
    for node in graph.series_nodes([entry], [wanted]):
        inputs = [value for value in node.inputs if value in graph.of_series]
        if all(value in known for value in inputs):
            found = {value: seen_after(graph, node, value, [known[one] for one in inputs]) for value in node.outputs}
            known.update({value: seen for value, seen in found.items() if isinstance(seen, Seen)})
    return known


def seen_after(graph: Graph, node: Node, value: int, seen: list[Seen]) -> Seen | ValueError:
    """Receptive field of one output of a node, from those of its inputs; the reason if it is unknown."""
    if all(one.axis is None for one in seen):
        return Seen(union(one.field for one in seen), None)
    inputs = [one for one in node.inputs if one in graph.of_series]
    step = _Step(node, [graph.values[one].shape for one in inputs], graph.values[value].shape)
    rule = next(rule for kind, rule in _RULES if isinstance(node.operation, kind))
    windowed = any(one.windows for one in seen)
    try:
        made = _in_windows(rule, step, seen) if windowed else rule(node.operation, step, seen)
    except ValueError as fault:
        return fault
    axes = {made.axis} if made.windows is None or made.axis is None else {made.axis, made.axis + 1}
    return made._replace(field=made.field.fixed()) if axes & node.operation.facts.parameter_axes else made


# Time on two axes


def _in_windows(rule: Callable[[Any, _Step, list[Seen]], Seen], step: _Step, seen: list[Seen]) -> Seen:
    """After an operation that does the same in each window, by the rule for one window."""
    (field, axis, windows), operation = seen[0], step.node.operation
    assert axis is not None
    if any(one[1:] != (axis, windows) for one in seen) or windows is None:
        raise _not_known(step, seen)
    size, whole = len(field) // windows, Seen(field, axis, windows)
    if isinstance(operation, ops.Reshape):
        return _windows_reshaped(operation, step, whole)
    if isinstance(operation, ops.Permute):
        order = operation.order or ()
        if (axis, axis + 1) not in pairwise(order):
            raise _not_known(step, seen)
        return whole._replace(axis=order.index(axis))
    if isinstance(operation, ops.Reduce) and {axis, axis + 1} <= operation.axes:
        return _without_time(seen)
    if _joins_windows(operation, axis) or step.rank <= axis or step.shape[axis] != windows:
        raise _not_known(step, seen)
    if isinstance(operation, ops.Mixing | ops.Pick | ops.TransposedConvolution | ops.StepPooling):
        if not getattr(operation, "distributed", False):
            raise _not_known(step, seen)
        one = Seen(ReceptiveField.of_input(size).windowed(size), None)
    else:
        one = rule(operation, step, [Seen(ReceptiveField.of_input(size), axis + 1)] * len(seen))
    if len(seen) > 1:  # merged step by step
        return whole._replace(field=union(other.field for other in seen))
    made = field.within(one.field, windows)
    if one.axis is None:
        return Seen(made, axis)
    if one.axis != axis + 1:
        raise _not_known(step, seen)
    return Seen(made, axis, windows)


def _joins_windows(operation: Any, axis: int) -> bool:
    """Whether an operation does anything along an axis of windows."""
    place = axis - 1
    if isinstance(operation, ops.Convolution | ops.Pool):
        return bool(operation.size[place] != 1 or operation.strides[place] != 1)
    if isinstance(operation, ops.Pad | ops.Crop):
        return any(_ends_along(operation.ends, axis))
    if isinstance(operation, ops.Upsample):
        return bool(operation.size[place] != 1)
    along = {operation.axis} if isinstance(operation, ops.Slice | ops.Concatenate) else set()
    along |= set(operation.axes) if isinstance(operation, ops.Reduce | ops.Normalize) else set()
    return axis in along or (isinstance(operation, ops.Concatenate) and axis + 1 in along)


def _windows_reshaped(operation: ops.Reshape, step: _Step, seen: Seen) -> Seen:
    """Steps of all windows in a row, or those of each window as filters, or two axes as before."""
    before, after, axis, windows = step.shapes[0], step.shape, seen.axis, seen.windows
    assert axis is not None
    assert windows is not None
    size = len(seen.field) // windows
    for place in range(1, len(after) - 1) if operation.order is None else ():
        if _values(after[1:place]) != _values(before[1:axis]):
            continue
        if after[place] == windows and after[place + 1] == size and place + 2 < len(after):
            return seen._replace(axis=place)
        if after[place] == windows * size:
            return Seen(seen.field, place)
        if after[place] == windows:
            return Seen(seen.field.within(ReceptiveField.of_input(size).windowed(size), windows), place)
    if all(one == 1 for one in after[1:-1]):
        return _without_time([seen])
    raise _not_known(step, [seen])


def _everything(seen: Seen) -> Seen:
    """The same, but every step sees all samples."""
    return Seen(seen.field.blurred(0, seen.field.length), seen.axis)


def _without_time(seen: list[Seen]) -> Seen:
    """After an operation that combines all steps, such as a pooling or a Flatten."""
    length = seen[0].field.length
    return Seen(ReceptiveField.of_input(length).windowed(length), None)


def _windowed(operation: ops.Convolution | ops.Pool, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    if axis is None or axis == step.rank - 1:
        return _without_time(seen)
    dilation = operation.dilation[axis - 1] if isinstance(operation, ops.Convolution) else 1
    size, stride, padding = operation.size[axis - 1], operation.strides[axis - 1], operation.padding
    if not isinstance(padding, str):
        field, padding = field.padded(*padding[axis - 1]), "valid"
    return Seen(field.windowed(size, stride, dilation, padding), axis)


def _padded(operation: ops.Pad, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    return Seen(field.padded(*_ends_along(operation.ends, axis), operation.mode), axis)


def _cropped(operation: ops.Crop, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    return Seen(field.cropped(*_ends_along(operation.ends, axis)), axis)


def _repeated(operation: ops.Upsample, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    if axis is None or axis == step.rank - 1:
        return seen[0]
    return Seen(field.repeated(operation.size[axis - 1]), axis)


def _merged(operation: ops.Operation, step: _Step, seen: list[Seen]) -> Seen:
    """Branches that meet, with time on the same axis, counted from the last; those without time meet every step."""
    axes = {
        one.axis + step.rank - len(shape) for one, shape in zip(seen, step.shapes, strict=True) if one.axis is not None
    }
    if len(axes) > 1:
        raise _not_known(step, seen)
    axis = axes.pop()
    if isinstance(operation, ops.Concatenate) and operation.axis == axis:
        if operation.constant or len(seen) < len(step.node.inputs):  # which of the steps it makes is not known
            raise _not_known(step, seen)
        return Seen(reduce(ReceptiveField.joined, [seen[place].field for place in operation.order]), axis)
    if step.shape[axis] not in {shape[axis - step.rank] for shape in step.shapes if len(shape) >= step.rank - axis}:
        raise _not_known(step, seen)  # one step is repeated, to the length of a constant
    return Seen(union(one.field for one in sorted(seen, key=lambda one: one.axis is None)), axis)


def _dense(operation: ops.Dense, step: _Step, seen: list[Seen]) -> Seen:
    return _without_time(seen) if seen[0].axis == step.rank - 1 else seen[0]


def _normalized(operation: ops.Normalize, step: _Step, seen: list[Seen]) -> Seen:
    axis = seen[0].axis
    if axis not in operation.axes:
        return seen[0]
    if step.shape[axis] != step.shapes[0][axis]:  # as after a gated linear unit
        raise _not_known(step, seen)
    return _everything(seen[0])


def _spread(operation: ops.Spread, step: _Step, seen: list[Seen]) -> Seen:
    """Axes from the new one on are counted on."""
    field, axis, windows = seen[0]
    return Seen(field, axis if axis is None or axis < operation.axis else axis + 1, windows)


def _multiplied(operation: ops.MatrixProduct, step: _Step, seen: list[Seen]) -> Seen:
    """A product of matrices that sums over the steps of both, as that of attention weights and a map, leaves none."""
    if operation.transposes is not None and len(step.shapes) == 2:
        first, second = (len(shape) - 1 for shape in step.shapes)
        if [one.axis for one in seen] == [first, second if operation.transposes else second - 1]:
            return _without_time(seen)
    return _mixed(operation, step, seen)


def _reshaped(operation: ops.Reshape, step: _Step, seen: list[Seen]) -> Seen:
    """Time keeps its own axis if there is one of its length, with as many values before it."""
    field, axis, *_ = seen[0]
    before, after = step.shapes[0], step.shape
    assert axis is not None
    if operation.order is not None:
        before, axis = tuple(before[one] for one in operation.order), operation.order.index(axis)
    for place, steps in enumerate(after):
        as_long = steps == before[axis] and steps in (None, len(field))  # fixed, it takes series of one length alone
        if place and as_long and _values(after[1:place]) == _values(before[1:axis]):
            return Seen(field, place)
    if all(size == 1 for size in after[1:-1]):
        return _without_time(seen)
    return _cut_into_windows(before, axis, step, field)


def _cut_into_windows(before: tuple[int | None, ...], axis: int, step: _Step, field: ReceptiveField) -> Seen:
    """Time on two axes or, where the steps of a window are filters, on one."""
    after, length = step.shape, before[axis]
    if length != len(field):  # a layer for series of one length, and these have another
        raise _not_known(step, [Seen(field, axis)])
    for place in range(1, len(after) - 1):
        windows = after[place]
        if _values(after[1:place]) != _values(before[1:axis]) or not windows or length % windows:
            continue
        size, filters = length // windows, _values(before[axis + 1 :])
        cut = field.in_windows(windows)
        if after[place + 1] == size and place + 2 < len(after) and _values(after[place + 2 :]) == filters:
            return Seen(cut, place, windows)
        if _values(after[place + 1 :]) == size * filters:
            return Seen(cut.within(ReceptiveField.of_input(size).windowed(size), windows), place)
    raise _not_known(step, [Seen(field, axis)])


def _values(sizes: tuple[int | None, ...]) -> float:
    """Number of values on axes of these sizes; nothing is equal to it where one is open."""
    return float("nan") if None in sizes else prod(sizes)  # type: ignore[arg-type]


def _permuted(operation: ops.Permute, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    if operation.order is None or operation.order[0] != 0 or axis is None:
        raise _not_known(step, seen)
    return Seen(field, operation.order.index(axis))


def _sliced(operation: ops.Slice, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    assert axis is not None
    if axis != operation.axis:
        return Seen(field, axis - (not operation.keepdims and operation.axis < axis))
    field = field.cropped(operation.start, len(field) - operation.stop)
    if not operation.keepdims:
        return Seen(field, None)
    return Seen(field.windowed(1, operation.step) if operation.step > 1 else field, axis)


def _reduced(operation: ops.Reduce, step: _Step, seen: list[Seen]) -> Seen:
    field, axis, *_ = seen[0]
    if axis is None or axis in operation.axes:
        return _without_time(seen)
    return Seen(field, axis if operation.keepdims else axis - sum(one < axis for one in operation.axes))


def _mixed(operation: ops.Operation, step: _Step, seen: list[Seen]) -> Seen:
    """Recurrence, attention and unknown layers: every step sees all samples and keeps its position."""
    node, axes = step.node, getattr(operation, "axes", None)
    if axes is not None:
        return _along(axes, step, seen[0])
    if getattr(operation, "distributed", False) and seen[0].axis == 1:
        return Seen(seen[0].field, 1 if step.rank > 2 else None)
    if getattr(operation, "refusal", ""):
        raise ValueError(operation.refusal)  # type: ignore[attr-defined]
    if getattr(operation, "activation", False):
        return _activated(step, seen[0])
    longest = max((one for one in seen if one.axis is not None), key=lambda one: len(one.field))
    if step.rank != 3 or step.shape[1] == 1 or getattr(operation, "states", False):
        return _without_time(seen)
    if longest.axis != 1 or step.shape[1] not in (len(longest.field), None) or _may_move_steps(operation):
        raise _not_known(step, seen)
    if not _keeps_steps(operation, step):
        raise ValueError(
            f"{node} does not keep its steps in order: a step of its output does not depend most on the same step of "
            f"its input, so its map cannot be placed in time; name a layer before it with layer="
        )
    return _everything(longest)


def _along(axes: frozenset[int], step: _Step, seen: Seen) -> Seen:
    """After an operation that moves or mixes values along some axes only."""
    if seen.axis in axes:
        raise ValueError(
            f"{step.node} moves or adds up steps along the time axis, so its map cannot be placed in time; name a "
            f"layer before it with layer="
        )
    return seen


def _may_move_steps(operation: ops.Operation) -> bool:
    """Whether it is a function, such as a slice, a flip or a roll, and not a layer."""
    return isinstance(operation, ops.Pick) or getattr(operation, "function", False)


def _keeps_steps(operation: ops.Operation, step: _Step) -> bool:
    if isinstance(operation, ops.TransposedConvolution):
        return step.shape[1] is not None
    known = getattr(operation, "keeps_order", None)
    if known is not None:
        return bool(known)
    shape = step.shapes[0][1:]
    if len(step.shapes) != 1 or len(shape) != 2 or None in shape:
        return False
    return keeps_steps(step.node, shape)  # type: ignore[arg-type]


def _activated(step: _Step, seen: Seen) -> Seen:
    """After an activation of the user's, which may be any function or layer."""
    shape: list[Any] = [len(seen.field) if axis == seen.axis else size for axis, size in enumerate(step.shape)][1:]
    if seen.axis is not None and None not in shape and is_pointwise(step.node, shape, seen.axis):
        return seen
    raise _not_known(step, [seen])


def _not_known(step: _Step, seen: list[Seen]) -> ValueError:
    steps = max(len(one.field) for one in seen)
    return ValueError(
        f"{step.node} computes {step.shape[1]} steps from {steps} in an unknown way, so its map cannot be placed "
        f"in time; name a layer before it with layer="
    )


_RULES: list[tuple[type, Callable[[Any, _Step, list[Seen]], Seen]]] = [
    (ops.Convolution, _windowed),
    (ops.Pool, _windowed),
    (ops.Pad, _padded),
    (ops.Crop, _cropped),
    (ops.Upsample, _repeated),
    (ops.Slice, _sliced),
    (ops.Reshape, _reshaped),
    (ops.Permute, _permuted),
    (ops.Spread, _spread),
    (ops.Reduce, _reduced),
    (ops.Dense, _dense),
    (ops.Normalize, _normalized),
    (ops.MatrixProduct, _multiplied),
    (ops.Mixing, _mixed),
    (ops.Pick, _mixed),
    (ops.TransposedConvolution, _mixed),
    (ops.StepPooling, _mixed),
    (ops.Operation, _merged),
]


def _ends_along(ends: tuple[tuple[int, int], ...], axis: int | None) -> tuple[int, int]:
    """What is added or removed at both ends of an axis; nothing at the filters."""
    return ends[axis - 1] if axis is not None and axis <= len(ends) else (0, 0)
