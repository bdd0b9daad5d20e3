"""What each ATen operation computes: one row per operation, by its name without the overload.

Modules are read by ``torch.export`` with ``run_decompositions({})``, which keeps convolutions, normalizations and
recurrent layers whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from ...network import operations as kinds
from ...network import parts
from ...network.operations import Operation, Parameter
from . import layouts, recurrent
from .called import Called, Order, shape_of
from .layouts import Layout

__all__ = ["ROWS", "Row", "row_of"]


class Row(NamedTuple):
    """Row of the table.

    Attributes
    ----------
    operation : callable
        Operation of one call.
    layout : callable
        Orders of the axes in which the operation takes its inputs, and that of its output.
    """

    operation: Callable[[Called], Operation]
    layout: Layout


def row_of(name: str) -> Row:
    """Row of an operation; without one, the row of unknown operations."""
    return ROWS.get(name, _UNKNOWN)


# Learned weights


def _linear(called: Called) -> Operation:
    if called.is_tensor(called["weight"]):
        return _matrix_product(called)
    kernel = called.parameter("weight", lambda weight: weight.t())
    assert kernel is not None
    return kinds.Dense(kernel, called.parameter("bias"))


def _addmm(called: Called) -> Operation:
    """Bias + input @ weight, as of a Linear layer in some versions of PyTorch."""
    constant = not called.is_tensor(called["mat2"]) and not called.is_tensor(called["self"])
    if not constant or called["beta"] != 1 or called["alpha"] != 1 or len(shape_of(called["self"])) != 1:
        return kinds.Opaque(function=True)
    kernel = called.parameter("mat2")
    assert kernel is not None
    return kinds.Dense(kernel, called.parameter("self"))


def _matrix_product(called: Called) -> Operation:
    second = called.get("mat2", called.get("other"))
    if called.is_tensor(called.get("self")) and not called.is_tensor(second) and len(shape_of(second)) == 2:
        kernel = called.parameter("mat2" if "mat2" in called.arguments else "other")
        assert kernel is not None
        return kinds.Dense(kernel, None)
    factors = [one for one in called.arguments.values() if called.is_tensor(one)]
    tensors = max(len(factors), len(called.tensors))
    return kinds.MatrixProduct(function=True, tensors=tensors, transposes=_transposes(called))


def _transposes(called: Called) -> bool | None:
    """Whether the value of the second of two tensors is that of the module with its last two axes exchanged.

    The first is always as in the module: see `layouts.last_axis`.
    """
    ranks = [len(shape_of(one)) for one in called.tensors]
    if len(ranks) != 2 or ranks[0] != ranks[1] or ranks[0] < 3:
        return None
    *before, one, other = range(ranks[1])
    return {(*before, one, other): False, (*before, other, one): True}.get(called.orders[1])


def _einsum(called: Called) -> Operation:
    return kinds.MatrixProduct(function=True, tensors=sum(map(called.is_tensor, called["tensors"])))


def _convolution(called: Called) -> Operation:
    if called.is_tensor(called["weight"]):
        return kinds.Opaque(function=True)
    if called.get("transposed"):
        return _transposed(called)
    size = tuple(shape_of(called["weight"])[2:])
    strides, dilation = (_each(called[name], len(size)) for name in ("stride", "dilation"))
    kernel = called.parameter("weight", lambda weight: weight.permute(*range(2, weight.ndim), 1, 0))
    assert kernel is not None
    return kinds.Convolution(
        kernel, called.parameter("bias"), size, strides, dilation, _ends(called["padding"], size, dilation)
    )


def _transposed(called: Called) -> Operation:
    size = tuple(shape_of(called["weight"])[2:])
    strides, dilation, padding = (_each(called[name], len(size)) for name in ("stride", "dilation", "padding"))
    kernel = called.parameter("weight", lambda weight: weight.permute(*range(2, weight.ndim), 1, 0))
    assert kernel is not None
    ends = tuple((cut, cut) for cut in padding)
    return kinds.TransposedConvolution(kernel, called.parameter("bias"), size, strides, dilation, ends)


def _batch_normalization(called: Called) -> Operation:
    values, epsilon = called.values, called["eps"]
    weight, bias, mean, variance = (called.get(name) for name in ("weight", "bias", "running_mean", "running_var"))

    def factor() -> torch.Tensor:
        scale = torch.rsqrt(values(variance) + epsilon)
        return scale if weight is None else scale * values(weight)

    def summand() -> torch.Tensor:
        shift = -values(mean) * factor()
        return shift if bias is None else shift + values(bias)

    return kinds.Scale(factor, summand, called.rank - 1)


# Values at one position


def _identity(called: Called) -> Operation:
    return kinds.Identity()


def _dropout(called: Called) -> Operation:
    return kinds.Opaque(discontinuous=True) if called.get("train") and called.get("p") else kinds.Identity()


def _cast(called: Called) -> Operation:
    """Floating point numbers of any precision are the same; integers and booleans have no gradient."""
    made, given = called.node.meta["val"].dtype, called.tensors[0].meta["val"].dtype
    if made == given or (made.is_floating_point and given.is_floating_point):
        return kinds.Identity()
    return kinds.Elementwise(discontinuous=not made.is_floating_point)


def _sum(called: Called) -> Operation:
    return kinds.Sum(bool(called.constants), _number(called.get("alpha", 1)) < 0, called.axes_of_constants)


def _difference(called: Called) -> Operation:
    return kinds.Sum(bool(called.constants), True, called.axes_of_constants)


def _product(called: Called) -> Operation:
    fixed = [one for one in (called["self"], called["other"]) if not called.is_of_series(one)]
    if len(fixed) == 1:
        return kinds.Rescale(axes=called.axes_of_constants)
    return kinds.Product() if len(called.tensors) == 2 else kinds.Pointwise("square")


def _quotient(called: Called) -> Operation:
    if called.get("rounding_mode") is not None:
        return kinds.Elementwise(True, called.axes_of_constants)
    if called.is_of_series(called["self"]) and not called.is_of_series(called["other"]):
        return kinds.Rescale(axes=called.axes_of_constants)
    return kinds.Elementwise(axes=called.axes_of_constants)


def _maximum(called: Called) -> Operation:
    if [called.number(one) for one in called.constants] == [0] and called.before == called.shape:
        return kinds.Pointwise("relu")
    return _limited(called, called.axes_of_constants) if called.constants else kinds.Maximum()


def _minimum(called: Called) -> Operation:
    return _limited(called, called.axes_of_constants) if called.constants else kinds.Minimum()


def _limited(called: Called, axes: frozenset[int]) -> Operation:
    """Values with constant limits; where these have more axes or steps, the values are repeated."""
    return kinds.Pointwise("clip", axes=axes) if called.before == called.shape else kinds.Elementwise(axes=axes)


def _elementwise(called: Called) -> Operation:
    return kinds.Elementwise(axes=called.axes_of_constants)


def _jumping(called: Called) -> Operation:
    return kinds.Elementwise(True, called.axes_of_constants)


def _where(called: Called) -> Operation:
    return _choice(called, called["condition"], called["self"], called["other"])


def _masked_fill(called: Called) -> Operation:
    return _choice(called, called["mask"], called["value"], called["self"])


def _choice(called: Called, condition: Any, *chosen: Any) -> Operation:
    """One of two values at each position: of a fixed condition a product with constants, plus constants."""
    constants = [one for one in chosen if not called.is_of_series(one)]
    axes = frozenset().union(*(called.axes_of(one) for one in (condition, *constants) if not called.is_tensor(one)))
    if called.is_of_series(condition):
        return kinds.Elementwise(True, axes)
    offset = any(called.number(one) != 0 for one in constants)
    return kinds.Rescale(offset, axes) if constants else kinds.Sum(axes=axes)


def _power(called: Called) -> Operation:
    exponent = called["exponent"]
    if called.is_tensor(called["self"]) and not called.is_tensor(exponent):
        if exponent == 2:
            return kinds.Pointwise("square")
        known = called.axes_of(exponent) if isinstance(exponent, torch.fx.Node) else frozenset()
        return kinds.Pointwise("power", axes=known)
    return kinds.Elementwise(axes=called.axes_of_constants)


def _function(called: Called) -> Operation:
    """A function of one value of the same name as in the table of functions."""
    name = called.name.replace("_", "")
    return kinds.Pointwise(_NAMES.get(called.name, name))


_NAMES = {"leaky_relu": "leakyrelu", "detach": "stopgradient"}


def _with_slope(called: Called) -> Operation:
    """LeakyReLU and ELU, which rise unless a slope is negative."""
    if called.name == "leaky_relu" and _number(called["negative_slope"]) == 0:
        return kinds.Pointwise("relu")
    falls = _number(called.get("negative_slope", 0)) < 0 or _number(called.get("alpha", 0)) < 0
    return (
        kinds.Pointwise("prelu")
        if falls and called.name == "leaky_relu"
        else (kinds.Elementwise() if falls else _function(called))
    )


def _prelu(called: Called) -> Operation:
    own = frozenset() if shape_of(called["weight"])[0] == 1 else frozenset({called.rank - 1})
    return kinds.Pointwise("prelu", axes=own)


def _clip(called: Called) -> Operation:
    """Clamp and Hardtanh, some of which are ReLUs."""
    low, high = (called.get(new, called.get(old)) for new, old in (("min", "min_val"), ("max", "max_val")))
    axes = frozenset().union(*(called.axes_of(one) for one in (low, high) if one is not None))
    names = {(0, None): "relu", (0, 6): "relu6", (-1, 1): "hardtanh"}
    numbers = not any(isinstance(one, torch.fx.Node) for one in (low, high))
    if numbers and low == 0 and high is not None and high != 6:
        return kinds.Pointwise("relu", limited=True)
    return kinds.Pointwise(names.get((low, high), "clip")) if numbers else _limited(called, axes)


def _softplus(called: Called) -> Operation:
    return kinds.Pointwise("softplus") if _number(called["beta"]) > 0 else kinds.Elementwise()


def _nan_to_num(called: Called) -> Operation:
    return kinds.Opaque(function=True, discontinuous=True) if called.get("nan") else kinds.Rearranging()


# Normalizations


def _softmax(called: Called) -> Operation:
    name = called.name.strip("_").replace("_", "")
    return kinds.Normalize(name, called.axes(called["dim"]))


def _layer_normalization(called: Called) -> Operation:
    count = len(called["normalized_shape"])
    axes = called.axes(list(range(called.rank - count, called.rank)))
    gain, offset = (_along_last_axes(called, name) for name in ("weight", "bias"))
    learned = axes if gain or offset else frozenset()
    centered, epsilon = called.name != "rms_norm", called["eps"]
    epsilon = torch.finfo(torch.float32).eps if epsilon is None else epsilon
    name = "layernormalization" if centered else "rmsnormalization"
    return kinds.Normalize(name, axes, learned, parts.normalization(axes, centered, epsilon, gain, offset))


def _along_last_axes(called: Called, name: str) -> Parameter | None:
    """Parameter along the module's last axes, in the order of the value's axes."""
    order = called.orders[0]
    return called.parameter(name, lambda one: one[(None,) * (len(order) - one.ndim)].permute(order))


def _group_normalization(called: Called) -> Operation:
    learned = called.get("weight") is not None or called.get("bias") is not None
    axes = frozenset(range(1, called.rank))
    return kinds.Normalize("groupnormalization", axes, frozenset({called.rank - 1} if learned else ()))


def _instance_normalization(called: Called) -> Operation:
    if not called["use_input_stats"]:
        return kinds.Rescale(offset=True, axes=frozenset({called.rank - 1}))
    gain, offset = called.parameter("weight"), called.parameter("bias")
    axes, learned = frozenset(range(1, called.rank - 1)), frozenset({called.rank - 1} if gain or offset else ())
    return kinds.Normalize(
        "instancenormalization", axes, learned, parts.normalization(axes, True, called["eps"], gain, offset)
    )


def _glu(called: Called) -> Operation:
    return kinds.Normalize("glu", called.axes(called["dim"]))


# Poolings


def _pool(called: Called) -> Operation:
    largest = called.name.startswith("max")
    count = called.rank - 2
    size = _each(called["kernel_size"], count)
    strides = _each(called["stride"], count) if called["stride"] not in ([], None) else size
    dilation = _each(called.get("dilation", 1), count)
    if called.place or any(one != 1 for one in dilation) or called.get("divisor_override"):
        return kinds.Opaque(function=True, discontinuous=bool(called.place))
    pads = _each(called["padding"], count)
    ends = []
    for axis in range(count):
        span, steps = called.before[axis + 2] + 2 * pads[axis], called.shape[axis + 2]
        ends.append((pads[axis], pads[axis] + max((steps - 1) * strides[axis] + size[axis] - span, 0)))
    return kinds.Pool(largest, size, strides, tuple(ends) if any(map(any, ends)) else "valid")


def _adaptive_pool(called: Called) -> Operation:
    """Pooling to a number of steps: over all, over windows of one length, or over windows of several."""
    largest = "max" in called.name
    if called.place:
        return kinds.Opaque(function=True, discontinuous=True)
    given, made = called.before[2:], called.shape[2:]
    if all(steps == 1 for steps in made):
        return kinds.Reduce("max" if largest else "mean", frozenset(range(1, called.rank - 1)), keepdims=True)
    if any(steps % parts for steps, parts in zip(given, made, strict=True)):
        refusal = (
            f"layer {called.node.name!r} pools over windows of several lengths, so its map cannot be placed in time"
        )
        return kinds.Opaque(refusal=refusal, stated=kinds.Facts(not largest, homogeneous=True, keeps_sign=True))
    size = tuple(steps // parts for steps, parts in zip(given, made, strict=True))
    return kinds.Pool(largest, size, size, "valid")


def _reduce(called: Called) -> Operation:
    if called.get("other") is not None:
        return _maximum(called) if called.name == "max" else _minimum(called)
    if called.place:  # the indices of the maxima
        return kinds.Opaque(function=True, discontinuous=True)
    kind = called.name.removeprefix("a")
    return kinds.Reduce(kind, called.axes(called.get("dim")), bool(called.get("keepdim", False)))


# Rearrangements


def _reshape(called: Called) -> Operation:
    """The module's order of axes comes first where values are not only given other axes of size one."""
    before = called.before
    if layouts.is_squeeze(called):
        return kinds.Reshape()
    inverse = _inverse(called.orders[0])
    merges = before[called.orders[0][0]] != called.shape[called.order[0]]
    return kinds.Reshape(None if inverse == tuple(range(len(before))) else inverse, merges)


def _slice(called: Called) -> Operation:
    axis, size = called["dim"] % len(called.before), called.before[called["dim"]]
    start, stop, step = (called.get(name) for name in ("start", "end", "step"))
    if not isinstance(size, int) or not all(isinstance(one, int | None) for one in (start, stop, step)):
        whole = start in (0, None) and (stop is None or stop > 2**32)
        return kinds.Identity() if whole and step in (1, None) else kinds.Opaque(function=True)
    first, last, _ = slice(start, stop, step).indices(size)
    return kinds.Slice(called.orders[0].index(axis), first, last, step or 1)


def _select(called: Called) -> Operation:
    axis, size = called["dim"] % len(called.before), called.before[called["dim"]]
    if not isinstance(size, int):
        return kinds.Opaque(function=True)
    index = called["index"] % size
    return kinds.Slice(called.orders[0].index(axis), index, index + 1, keepdims=False)


def _split(called: Called) -> Operation:
    """One of the parts into which an axis is cut."""
    axis = called["dim"] % len(called.before)
    parts = called.node.meta["val"]
    start = sum(part.shape[axis] for part in parts[: called.place])
    if not isinstance(start, int) or not isinstance(parts[called.place].shape[axis], int):
        return kinds.Opaque(function=True)
    return kinds.Slice(called.orders[0].index(axis), start, start + parts[called.place].shape[axis])


def _unbind(called: Called) -> Operation:
    axis = called["dim"] % len(called.before)
    return kinds.Slice(called.orders[0].index(axis), called.place, called.place + 1, keepdims=False)


def _concatenate(called: Called) -> Operation:
    given = called["tensors"]
    order = tuple(called.tensors.index(one) for one in given if called.is_tensor(one))
    return kinds.Concatenate(called.axis(called["dim"]), order, len(order) < len(given))


def _pad(called: Called) -> Operation:
    pads, value, mode = called["pad"], called.get("value") or 0, called.get("mode", "constant")
    pairs = list(zip(pads[::2], pads[1::2], strict=True))
    ends = {called.axis(-1 - place): tuple(pair) for place, pair in enumerate(pairs) if any(pair)}
    between = tuple(ends.pop(axis, (0, 0)) for axis in range(1, called.rank - 1))
    if mode != "constant":
        return kinds.Pick() if ends or _crops(between) else kinds.Pad(between, mode)
    if ends or value != 0 or (_crops(between) and any(end > 0 for pair in between for end in pair)):
        facts = kinds.Facts(affine=True, homogeneous=value == 0, keeps_sign=value >= 0)
        return kinds.Opaque(function=True, stated=facts)
    return kinds.Crop(_negative(between)) if _crops(between) else kinds.Pad(between)


def _crops(ends: tuple[tuple[int, int], ...]) -> bool:
    return any(end < 0 for pair in ends for end in pair)


def _negative(ends: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((-left, -right) for left, right in ends)


def _pick(called: Called) -> Operation:
    return kinds.Pick()


def _moved(called: Called) -> Operation:
    """Places of some axes in another order; of all axes as one if none is named."""
    return kinds.Pick(axes=called.axes(called["dims"]))


def _expand(called: Called) -> Operation:
    return kinds.Identity() if tuple(map(str, called.before)) == tuple(map(str, called.shape)) else kinds.Pick()


def _upsample_nearest(called: Called) -> Operation:
    given, made = called.before[2:], called.shape[2:]
    if any(after % before for before, after in zip(given, made, strict=True)):
        return kinds.Pick()
    return kinds.Upsample(tuple(after // before for before, after in zip(given, made, strict=True)))


def _upsample(called: Called) -> Operation:
    refusal = f"layer {called.node.name!r} interpolates between steps, so its map cannot be placed in time"
    return kinds.Opaque(refusal=refusal, stated=kinds.Facts(affine=True, homogeneous=True))


# Operations that mix steps


def _recurrent(called: Called) -> Operation:
    hides, states = called.name == "rnn_relu", bool(called.place)
    return kinds.Recurrent(True, hides_relu=hides, states=states, parts=recurrent.parts_of(called))


def _attention(called: Called) -> Operation:
    """Attention; its parts take query, key and value in the module's order of axes."""
    given = [called[name] for name in ("query", "key", "value")]
    if not all(map(called.is_tensor, given)) or called.is_tensor(called["attn_mask"]) or called.get("enable_gqa"):
        return kinds.Attention(True)
    scale = called.get("scale") or shape_of(given[0])[-1] ** -0.5
    core = parts.attention(scale, called["is_causal"], called.parameter("attn_mask"))
    places = [called.tensors.index(one) for one in given]

    def written(writing: parts.Writing, *inputs: int) -> int:
        turned = (writing.permuted(_inverse(called.orders[place]), inputs[place]) for place in places)
        return writing.permuted(called.order, core(writing, *turned))

    return kinds.Attention(True, parts=written)


def _inverse(order: Order) -> Order:
    return tuple(map(order.index, range(len(order))))


def _cumulated(called: Called) -> Operation:
    return kinds.MatrixProduct(function=True, tensors=1, axes=called.axes(called["dim"]))


def _index(called: Called) -> Operation:
    return kinds.Opaque(function=True, discontinuous=True)


def _smooth(called: Called) -> Operation:
    """Continuous functions that may mix all values."""
    return kinds.Opaque(function=True)


def _unknown(called: Called) -> Operation:
    return kinds.Opaque(function=True, discontinuous=True, hides_relu=True)


_UNKNOWN = Row(_unknown, layouts.own)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 1.0


def _each(size: Any, count: int) -> tuple[int, ...]:
    """One number for each axis."""
    sizes = list(size) if isinstance(size, list | tuple) else [size]
    return tuple(map(int, sizes * count if len(sizes) == 1 else sizes))


def _ends(padding: Any, size: tuple[int, ...], dilation: tuple[int, ...]) -> Any:
    """Zeros at both ends of each axis; "valid" if there are none."""
    if padding == "same":
        totals = [step * (taps - 1) for taps, step in zip(size, dilation, strict=True)]
        ends = tuple((total // 2, total - total // 2) for total in totals)
    elif padding == "valid":
        return padding
    else:
        ends = tuple((pad, pad) for pad in _each(padding, len(size)))
    return ends if any(map(any, ends)) else "valid"


def _rows() -> dict[str, Row]:
    table: dict[str, Row] = {}

    def add(names: str, operation: Callable[[Called], Operation], layout: Layout) -> None:
        table.update({name: Row(operation, layout) for name in names.split()})

    # Learned weights
    add("linear", _linear, layouts.last_axis)
    add("addmm", _addmm, layouts.last_axis)
    add("mm bmm matmul", _matrix_product, layouts.last_axis)
    add("einsum", _einsum, layouts.own)
    add("conv1d conv2d convolution", _convolution, layouts.spatial)
    add("conv_transpose1d conv_transpose2d", _transposed, layouts.spatial)
    add("_native_batch_norm_legit_no_training", _batch_normalization, layouts.spatial)
    # Unchanged at inference
    add("clone alias", _identity, layouts.same)
    add("native_dropout", _dropout, layouts.same)
    add("_to_copy type_as", _cast, layouts.same)
    # Values at one position
    add("add", _sum, layouts.same)
    add("sub rsub neg", _difference, layouts.same)
    add("mul", _product, layouts.same)
    add("div", _quotient, layouts.same)
    add("maximum", _maximum, layouts.same)
    add("minimum", _minimum, layouts.same)
    add("atan2 hypot erf reciprocal asinh atan", _elementwise, layouts.same)
    add("eq ne gt ge lt le remainder fmod floor_divide isnan isinf isfinite", _jumping, layouts.same)
    add("logical_and logical_or logical_not __and__ __or__ bitwise_not", _jumping, layouts.same)
    add("where", _where, layouts.same)
    add("masked_fill", _masked_fill, layouts.same)
    add("nan_to_num", _nan_to_num, layouts.same)
    add("pow", _power, layouts.same)
    add("relu relu6 selu celu gelu silu hardswish hardsigmoid mish tanh sigmoid log_sigmoid", _function, layouts.same)
    add("exp expm1 log log1p sqrt rsqrt square abs sin cos", _function, layouts.same)
    add("sign round floor ceil trunc threshold detach", _function, layouts.same)
    add("leaky_relu elu", _with_slope, layouts.same)
    add("softplus", _softplus, layouts.same)
    add("prelu", _prelu, layouts.spatial)
    add("clamp clamp_min clamp_max hardtanh", _clip, layouts.same)
    # Normalizations
    add("softmax _softmax log_softmax _log_softmax", _softmax, layouts.same)
    add("layer_norm native_layer_norm rms_norm", _layer_normalization, layouts.same)
    add("group_norm", _group_normalization, layouts.spatial)
    add("instance_norm", _instance_normalization, layouts.spatial)
    add("glu", _glu, layouts.same)
    # Poolings
    add("max_pool1d max_pool2d max_pool2d_with_indices avg_pool1d avg_pool2d", _pool, layouts.spatial)
    add("adaptive_avg_pool1d adaptive_avg_pool2d _adaptive_avg_pool2d", _adaptive_pool, layouts.spatial)
    add("adaptive_max_pool1d adaptive_max_pool2d", _adaptive_pool, layouts.spatial)
    add("mean sum amax amin max min", _reduce, layouts.reduced)
    # Rearrangements
    add("permute transpose t", _identity, layouts.permuted)
    add("view _unsafe_view squeeze unsqueeze", _reshape, layouts.reshaped)
    add("slice", _slice, layouts.same)
    add("select", _select, layouts.without_axis)
    add("split split_with_sizes", _split, layouts.same)
    add("unbind", _unbind, layouts.without_axis)
    add("cat", _concatenate, layouts.same)
    add("pad constant_pad_nd", _pad, layouts.same)
    add("expand", _expand, layouts.same)
    add("flip roll", _moved, layouts.same)
    add("stack repeat tile repeat_interleave im2col", _pick, layouts.own)
    add("upsample_nearest1d upsample_nearest2d", _upsample_nearest, layouts.spatial)
    add("upsample_linear1d upsample_bilinear2d upsample_bicubic2d", _upsample, layouts.spatial)
    # Steps mixed
    add("cumsum", _cumulated, layouts.same)
    add("lstm gru rnn_tanh rnn_relu", _recurrent, layouts.own)
    add("scaled_dot_product_attention", _attention, layouts.own)
    add("argmax argmin topk sort argsort", _index, layouts.own)
    add("copy slice_scatter select_scatter", _smooth, layouts.own)
    add("index gather index_select unfold linalg_vector_norm", _smooth, layouts.own)
    add("var std logsumexp prod baddbmm", _smooth, layouts.own)
    return table


ROWS = _rows()
"""Row of each operation, by its name."""
