"""What each step of a Keras layer sees of the series: one rule for each kind of layer on the way.

A tensor has at most one axis on which time runs, which need not be the first: a series may be permuted, or reshaped to
(time, channel, 1) for two-dimensional layers. Behind a pooling over time there is none, and nothing brings it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import reduce
from math import prod
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from ..attribution.receptive_field import ReceptiveField, union
from ..frameworks.keras.layer_table import IDLE, activation_of, axes_of_parameters
from ..frameworks.keras.symbolic import backwards, computed_by_keras, kinds, maker, sources

__all__ = ["SOME_LENGTH", "Seen", "fields_between", "receptive_field_of", "time_axis_of"]

SOME_LENGTH = 512
"""Series length at which models of any length are analyzed."""

# Step by step: the output at a step depends on the input at that step alone.
_POINTWISE = IDLE | frozenset(
    "Activation ReLU LeakyReLU PReLU ELU BatchNormalization Rescaling Normalization Masking Relu Relu6 Elu Selu Gelu "
    "Silu Sigmoid HardSigmoid HardSilu Tanh Softplus Softsign LogSigmoid Mish Negative Abs Absolute Exp Expm1 Log "
    "Log1p Sqrt Square Power Sin Cos Sign Clip Cast".split()
)
_MERGING = frozenset("Add Subtract Multiply Divide TrueDivide Average Maximum Minimum Concatenate".split())
# Over the last axis only, these are pointwise as well.
_NORMALIZING = frozenset("LayerNormalization RMSNormalization UnitNormalization Softmax LogSoftmax".split())
_NORMALIZING_ACTIVATIONS = frozenset("softmax log_softmax sparsemax glu".split())
# Keras' own layers that may mix steps in any way: with an equation, or with a function of the user's.
_OF_ANY_ORDER = frozenset({"EinsumDense", "Lambda"})
_CONVOLVING = frozenset("Conv1D SeparableConv1D DepthwiseConv1D Conv2D SeparableConv2D DepthwiseConv2D".split())
_POOLING = frozenset("MaxPooling1D AveragePooling1D MaxPooling2D AveragePooling2D".split())


# Steps at which the order of a layer is tried, at least: with all channels changed together, and with each alone.
_TRIED, _TRIED_ALONE = 64, 4
# Numbers in the maps of one trial, if so few steps do not take more.
_NUMBERS = 2**22
# Draws of noise before a layer that fails narrowly is refused.
_DRAWS = 8
# Neighbors among the tried steps over which the influences on one filter are summed.
_NEIGHBORS = 8


_TRIED_LAYERS: WeakKeyDictionary[Any, dict[Any, bool]] = WeakKeyDictionary()


class Seen(NamedTuple):
    """Receptive field of a tensor, and its time axis.

    `axis` is None if time has been reduced away; the field then covers all that the tensor depends on.
    """

    field: ReceptiveField
    axis: int | None


def receptive_field_of(tensor: Any, length: int) -> ReceptiveField:
    """What each step of a map (batch, step, filter) sees of an input of `length` samples.

    Raises
    ------
    ValueError
        If a layer on the way moves steps about in a way that is not known.
    """
    seen = _carried(tensor, length)
    if seen.axis != 1 or len(tensor.shape) != 3:
        raise _not_known(tensor, [seen])
    if (np.diff(seen.field.centers) < 0).any():
        raise ValueError(
            f"the steps of layer {maker(tensor).name!r} do not follow each other in time, so its map cannot be placed; "
            f"name a layer in front of the branches with layer="
        )
    return seen.field


def time_axis_of(tensor: Any, length: int) -> int | None:
    """Axis of a tensor on which time runs; None where there is none."""
    return _carried(tensor, length).axis


def fields_between(entry: Any, tensors: list[Any]) -> dict[int, Seen]:
    """Receptive fields of tensors on the steps of a map (batch, step, filter), by id; unknown ones are left out."""
    start = Seen(ReceptiveField.of_input(entry.shape[1] or SOME_LENGTH), 1)
    known = {id(entry): start}
    for made in reversed(tensors):
        seen = [known[id(source)] for source in sources(made) if id(source) in known]
        if seen and len(seen) == len(sources(made)):
            try:
                known[id(made)] = _after(made, seen, start.field.length)
            except ValueError:
                continue
    return known


def _carried(tensor: Any, length: int) -> Seen:
    """Receptive field of a tensor, computed from those of all tensors before it."""
    known: dict[int, Seen] = {}
    for made in reversed(list(backwards(tensor, lambda _: False))):
        known[id(made)] = _after(made, [known[id(source)] for source in sources(made)], length)
    return known[id(tensor)]


def _after(tensor: Any, seen: list[Seen], length: int) -> Seen:
    """Receptive field after the layer that made a tensor, from those before it."""
    layer = maker(tensor)
    if not seen:
        return Seen(ReceptiveField.of_input(length), 1)
    if all(one.axis is None for one in seen):
        return Seen(union(one.field for one in seen), None)
    if getattr(layer, "data_format", None) == "channels_first":
        raise ValueError(f"layer {layer.name!r} has data_format='channels_first'; give it (batch, step, filter) maps")
    rule = next((rule for names, rule in _RULES if kinds(layer) & names), None)
    if rule is None:
        return _mixed(layer, tensor, seen)
    made = _activated(layer, tensor, rule(layer, tensor, seen))
    return Seen(made.field.fixed(), made.axis) if made.axis in axes_of_parameters(tensor) else made


def _activated(layer: Any, tensor: Any, seen: Seen) -> Seen:
    """Receptive field after a layer's activation, which may be any function or layer."""
    activation = getattr(layer, "activation", None)
    if activation is None or seen.axis is None:
        return seen
    name = activation_of(layer)
    if name in _NORMALIZING_ACTIVATIONS and not hasattr(activation, "axis"):
        return _everything(seen) if seen.axis == len(tensor.shape) - 1 else seen
    if name:
        return _normalized(activation, tensor, [seen]) if kinds(activation) & _NORMALIZING else seen
    shape = [len(seen.field) if axis == seen.axis else size for axis, size in enumerate(tensor.shape)][1:]
    if None not in shape and _is_pointwise(activation, shape, seen.axis):
        return seen
    raise _not_known(tensor, [seen])


def _everything(seen: Seen) -> Seen:
    """The same, but every step sees all samples."""
    return Seen(seen.field.blurred(0, seen.field.length), seen.axis)


def _without_time(seen: list[Seen]) -> Seen:
    """Behind what looks at all steps: a pooling, a Flatten, the filters of steps that have become filters."""
    length = seen[0].field.length
    return Seen(ReceptiveField.of_input(length).windowed(length), None)


def _windowed(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    field, axis = seen[0]
    if axis == len(tensor.shape) - 1:
        return _without_time(seen)
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    stride, dilation = _along(layer.strides, axis), _along(getattr(layer, "dilation_rate", 1), axis)
    return Seen(field.windowed(_along(size, axis), stride, dilation, layer.padding), axis)


def _padded(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    field, axis = seen[0]
    return Seen(field.padded(*_ends_along(layer.padding, axis)), axis)


def _cropped(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    field, axis = seen[0]
    return Seen(field.cropped(*_ends_along(layer.cropping, axis)), axis)


def _repeated(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    field, axis = seen[0]
    return seen[0] if axis == len(tensor.shape) - 1 else Seen(field.repeated(_along(layer.size, axis)), axis)


def _merged(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    """Branches that meet, with time on the same axis, counted from the last; those without time meet every step."""
    rank = len(tensor.shape)
    ranks = [len(source.shape) for source in sources(tensor)]
    axes = {one.axis + rank - own for one, own in zip(seen, ranks, strict=True) if one.axis is not None}
    if len(axes) > 1:
        raise _not_known(tensor, seen)
    axis = axes.pop()
    if "Concatenate" in kinds(layer) and layer.axis % rank == axis:
        return Seen(reduce(ReceptiveField.joined, [one.field for one in seen]), axis)
    return Seen(union(one.field for one in sorted(seen, key=lambda one: one.axis is None)), axis)


def _dense(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    return _without_time(seen) if seen[0].axis == len(tensor.shape) - 1 else seen[0]


def _normalized(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    everywhere = any(one % len(tensor.shape) == seen[0].axis for one in axes)
    return _everything(seen[0]) if everywhere else seen[0]


def _reshaped(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    """Time stays on an axis of its own if one is as long, with as many values in front of it."""
    field, axis = seen[0]
    before, after = sources(tensor)[0].shape, tensor.shape
    for place, steps in enumerate(after):
        as_long = steps == before[axis] and steps in (None, len(field))  # fixed, it takes series of one length alone
        if place and as_long and _values(after[1:place]) == _values(before[1:axis]):
            return Seen(field, place)
    if all(size == 1 for size in after[1:-1]):
        return _without_time(seen)
    raise _not_known(tensor, seen)


def _values(sizes: tuple[int | None, ...]) -> float:
    """Number of values on axes of these sizes; nothing is equal to it where one is open."""
    return float("nan") if None in sizes else prod(sizes)  # type: ignore[arg-type]


def _permuted(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    field, axis = seen[0]
    order = [0, *layer.dims] if "Permute" in kinds(layer) else layer.axes
    if order is None or order[0] != 0:
        raise _not_known(tensor, seen)
    return Seen(field, list(order).index(axis))


def _reduced(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    """Behind a mean, sum or maximum over some axes."""
    field, axis = seen[0]
    rank = len(sources(tensor)[0].shape)
    axes = layer.axis if isinstance(layer.axis, list | tuple) else range(rank) if layer.axis is None else [layer.axis]
    gone = {one % rank for one in axes}
    if axis is None or axis in gone:
        return _without_time(seen)
    return Seen(field, axis if layer.keepdims else axis - sum(one < axis for one in gone))


def _mixed(layer: Any, tensor: Any, seen: list[Seen]) -> Seen:
    """Recurrence, attention and unknown layers: every step sees all samples and keeps its position."""
    longest = max((one for one in seen if one.axis is not None), key=lambda one: len(one.field))
    if len(tensor.shape) != 3 or tensor.shape[1] == 1:
        return _without_time(seen)
    if longest.axis != 1 or tensor.shape[1] not in (len(longest.field), None) or "Layer" not in kinds(layer):
        raise _not_known(tensor, seen)  # a function, such as a slice, a flip or a roll, may move steps
    if not _keeps_steps(layer, tensor):
        raise ValueError(
            f"layer {layer.name!r} ({type(layer).__name__}) does not keep its steps in order: a step of its output "
            f"does not depend most on the same step of its input, so its map cannot be placed in time; name a layer "
            f"before it with layer="
        )
    return _everything(longest)


def _keeps_steps(layer: Any, tensor: Any) -> bool:
    """Whether each step of a layer's output belongs to the same step of its input.

    Keras' own layers are known to, recurrent ones and attention; all others are tried.
    """
    if any(getattr(one, "go_backwards", False) for one in (layer, getattr(layer, "forward_layer", None))):
        return False
    before = sources(tensor)
    if computed_by_keras(layer) and not kinds(layer) & _OF_ANY_ORDER:
        if "Dot" in kinds(layer) and np.ravel(layer.axes)[0] % 3 == 1:  # the steps of the first map are summed over
            return False
        return tensor.shape[1] is not None or "Conv1DTranspose" not in kinds(layer)
    shape = before[0].shape[1:]
    return len(before) == 1 and len(shape) == 2 and None not in shape and _is_cached_in_order(layer, shape)


def _is_cached_in_order(layer: Any, shape: tuple[int, int]) -> bool:
    """Whether a layer keeps its steps in order; the result is cached for the weights that it has."""
    weights = hashlib.sha1(usedforsecurity=False)
    for weight in getattr(layer, "weights", ()):
        weights.update(np.asarray(weight.value).tobytes())
    tried = _TRIED_LAYERS.setdefault(layer, {})
    key = shape, weights.digest()
    if key not in tried:
        tried[key] = _is_in_order(layer, shape)
    return tried[key]


def forget_tried_layers() -> None:
    """Clear the cache: layers may have changed in ways that their weights do not show."""
    _TRIED_LAYERS.clear()


def _is_in_order(function: Callable[[Any], Any], shape: tuple[int, int]) -> bool:
    """Whether a function of a map (step, filter) keeps its steps in order, tried on noise.

    Steps of the input are changed one at a time, in all channels together and in each channel alone. A change must have
    its largest effect at the same step of the output, and a step of the output must depend most on the same step of
    the input. This must hold summed over filters. It must also hold for each filter, and for each channel that is
    changed alone, summed over eight neighboring steps, since a filter may hide single changes.

    Layers that mirror, roll, sort or permute steps fail, also if they add their input, and also if they move one filter
    or channel only. Layers that mix all steps evenly fail as well. A few moved steps of a single filter are missed.

    All steps are tried if the maps that this takes fit into 2**22 numbers. Otherwise as many as fit are tried, evenly
    spread, but at least 64 for all channels together and 4 for each channel alone. A layer that fails narrowly is
    tried on other noise, up to eight times.
    """
    steps, channels = shape
    affordable = _NUMBERS // (steps * channels)
    together, alone = (
        np.unique(np.linspace(0, steps - 1, min(steps, count)).round().astype(int))
        for count in (max(_TRIED, affordable), max(_TRIED_ALONE, affordable // channels))
    )
    return _own_step_counts_most(function, shape, together, None) and all(
        _own_step_counts_most(function, shape, alone, channel) for channel in range(channels)
    )


def _own_step_counts_most(
    function: Callable[[Any], Any], shape: tuple[int, int], tried: np.ndarray, channel: int | None
) -> bool:
    """Whether changes of single steps, in one channel or in all (None), show most at the same steps of the output."""
    rng = np.random.default_rng(0)
    groups = np.arange(max(1, len(tried) // _NEIGHBORS)) * _NEIGHBORS
    by_step = by_filter = np.zeros(())  # squared changes at the own step, the largest elsewhere, and rounding errors
    for _ in range(_DRAWS):
        noise = rng.normal(size=shape).astype(np.float32)
        change = (rng.uniform(1, 2, shape[1]) * rng.choice([-1, 1], shape[1])).astype(np.float32)
        if channel is not None:
            change = change * (np.arange(shape[1]) == channel)
        of_steps, of_filters = _influences(function, noise, tried, change)
        by_step, by_filter = by_step + of_steps, by_filter + np.add.reduceat(of_filters, groups, axis=1)
        if channel is not None and _first_is_largest(np.add.reduceat(by_step, groups, axis=1)):
            return True
        if channel is None and by_step[0].any() and _first_is_largest(by_step) and _first_is_largest(by_filter):
            return True
        if not _first_is_largest(by_filter * np.array([4, 1, 1])[:, np.newaxis, np.newaxis]):
            return False  # by far
    return False


def _influences(
    function: Callable[[Any], Any], noise: np.ndarray, tried: np.ndarray, change: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Squared changes of the output: over all filters (3, step, 1), and of each filter (3, step, filter).

    The three are the change at the step that was changed, the largest at any other step or by any other step, and what
    rounding may come to.
    """
    portion = max(1, min(_TRIED, _NUMBERS // noise.size))
    found: tuple[list[Any], list[Any]] = [], []
    came: list[Any] = [0, 0]
    for first in range(0, len(tried), portion):
        some = tried[first : first + portion]
        at = np.arange(len(some)), some
        changed = np.repeat(noise[np.newaxis], len(some) + 1, axis=0)  # the last one is left as it is
        changed[at] += change  # the same at each, so that influences compare
        made = np.asarray(function(changed)).astype(np.float32)
        influence = np.square(made[:-1] - made[-1])
        error = np.broadcast_to(np.square(1e-5 * np.abs(made[-1]).max(axis=0)), (len(some), made.shape[-1]))
        for which, squares, rounding in (
            (0, influence.sum(axis=2, keepdims=True), error.sum(axis=1, keepdims=True)),
            (1, influence, error),
        ):
            own = squares[at]
            squares[at] = 0
            found[which].append(np.stack([own, squares.max(axis=1), rounding]))
            came[which] = np.maximum(came[which], squares[:, tried].max(axis=0))
    of_steps, of_filters = (np.concatenate(one, axis=1) for one in found)
    for one, largest in zip((of_steps, of_filters), came, strict=True):
        one[1] = np.maximum(one[1], largest)
    return of_steps, of_filters


def _first_is_largest(influences: np.ndarray) -> bool:
    """Whether a step's own influence is larger than any other that is not a rounding error."""
    own, others, rounding = influences
    return bool(((own >= 1.001 * others) | (others <= rounding)).all())


def _is_pointwise(function: Callable[[Any], Any], shape: list[Any], axis: int) -> bool:
    """Whether a function does the same at each step with that step alone, tried on noise."""
    rng = np.random.default_rng(0)
    noise, other = rng.normal(size=(2, 1, *shape)).astype(np.float32)
    order = rng.permutation(noise.shape[axis])
    some = order[: len(order) // 2]
    changed = np.moveaxis(noise.copy(), axis, 0)
    changed[some] = np.moveaxis(other, axis, 0)[some]
    try:
        straight, permuted, partly = (
            np.moveaxis(np.asarray(function(one)), axis, 0)
            for one in (noise, np.take(noise, order, axis), np.moveaxis(changed, 0, axis))
        )
        kept = np.setdiff1d(order, some)
        return np.allclose(permuted, straight[order], atol=1e-5) and np.allclose(
            partly[kept], straight[kept], atol=1e-5
        )
    except Exception:  # whatever a user's function does with noise
        return False


def _not_known(tensor: Any, seen: list[Seen]) -> ValueError:
    layer, steps = maker(tensor), max(len(one.field) for one in seen)
    return ValueError(
        f"layer {layer.name!r} ({type(layer).__name__}) makes {tensor.shape[1]} steps of {steps} in a way that is not "
        f"known, so its map cannot be placed in time; name a layer in front of it with layer="
    )


_RULES: list[tuple[frozenset[str], Callable[[Any, Any, list[Seen]], Seen]]] = [
    (_CONVOLVING, _windowed),
    (_POOLING, _windowed),
    (frozenset({"ZeroPadding1D", "ZeroPadding2D"}), _padded),
    (frozenset({"Cropping1D", "Cropping2D"}), _cropped),
    (frozenset({"UpSampling1D", "UpSampling2D"}), _repeated),
    (frozenset({"Reshape", "ExpandDims", "Squeeze"}), _reshaped),
    (frozenset({"Permute", "Transpose"}), _permuted),
    (frozenset({"Mean", "Sum", "Max", "Min"}), _reduced),
    (frozenset({"Dense"}), _dense),
    (_NORMALIZING, _normalized),
    (_MERGING | _POINTWISE, _merged),
]


def _along(size: Any, axis: int | None) -> int:
    """Size of a layer along an axis of its input, given as one int or as one for each axis between batch and filter."""
    assert axis is not None
    return int(size[axis - 1] if isinstance(size, list | tuple) else size)


def _ends_along(size: Any, axis: int | None) -> tuple[int, int]:
    """What a layer adds or takes at both ends of an axis of its input; nothing at the filters."""
    ends = size if isinstance(size[0], list | tuple) else [size]
    return ends[axis - 1] if axis is not None and axis <= len(ends) else (0, 0)
