"""A Keras model read as a graph of tensors: its head, and what each step of a map sees.

Nothing is called and nothing is built here: a symbolic tensor knows the layer that made it, and the layer knows
the tensors that it was made from. Layers are told by the names of their classes, which Keras 3 shares between a layer
(``keras.layers.Add``) and the function that does the same (``a + b``), and so the framework is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .receptive_field import ReceptiveField, union

__all__ = ["head_entry", "head_kind", "layers_between", "receptive_field_of", "sources"]

# Step by step: the output at a step depends on the input at that step alone.
_POINTWISE = frozenset(
    [
        "Activation",
        "ReLU",
        "LeakyReLU",
        "PReLU",
        "ELU",
        "Softmax",
        "BatchNormalization",
        "Dropout",
        "SpatialDropout1D",
        "GaussianNoise",
        "GaussianDropout",
        "AlphaDropout",
        "ActivityRegularization",
        "Dense",
        "EinsumDense",
        "Rescaling",
        "Normalization",
        "Identity",
        "Masking",
        "Relu",
        "Relu6",
        "Elu",
        "Selu",
        "Gelu",
        "Silu",
        "Sigmoid",
        "HardSigmoid",
        "HardSilu",
        "Tanh",
        "Softplus",
        "Softsign",
        "LogSoftmax",
        "LogSigmoid",
        "Mish",
        "Negative",
        "Abs",
        "Absolute",
        "Exp",
        "Expm1",
        "Log",
        "Log1p",
        "Sqrt",
        "Square",
        "Power",
        "Sin",
        "Cos",
        "Sign",
        "Clip",
        "Cast",
    ]
)
_MERGING = frozenset(
    ["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Average", "Maximum", "Minimum", "Concatenate"]
)
# Over the last axis only, these are pointwise as well.
_NORMALIZING = frozenset(["LayerNormalization", "RMSNormalization", "UnitNormalization"])
_CONVOLVING = frozenset(["Conv1D", "SeparableConv1D", "DepthwiseConv1D"])
_POOLING = frozenset(["MaxPooling1D", "AveragePooling1D"])

# The output is an affine function of the input (at inference) ...
_AFFINE = frozenset(
    [
        "GlobalAveragePooling1D",
        "AveragePooling1D",
        "Flatten",
        "Reshape",
        "Permute",
        "Dropout",
        "SpatialDropout1D",
        "Dense",
        "BatchNormalization",
        "Conv1D",
        "SeparableConv1D",
        "DepthwiseConv1D",
        "ZeroPadding1D",
        "Cropping1D",
        "UpSampling1D",
        "Add",
        "Concatenate",
        "Identity",
    ]
)
# ... or picks from it.
_PICKING = frozenset(["GlobalMaxPooling1D", "MaxPooling1D"])
_POOL_OF_HEAD = {"GlobalAveragePooling1D": "gap", "Flatten": "flatten", "GlobalMaxPooling1D": "gmp"}


def maker(tensor: Any) -> Any:
    """Layer (or function) that made a symbolic tensor."""
    return tensor._keras_history.operation


def sources(tensor: Any) -> list[Any]:
    """Tensors that a symbolic tensor was made from; none for an input of the model."""
    history = tensor._keras_history
    return list(history.operation._inbound_nodes[history.node_index].input_tensors)


def kinds(operation: Any) -> frozenset[str]:
    """Names of the operation's class and of those it derives from."""
    return frozenset(base.__name__ for base in type(operation).__mro__)


def layers_between(entry: Any, exit_: Any) -> list[Any]:
    """Layers from one tensor (left out) to another, the last first."""
    return [maker(tensor) for tensor in _back(exit_, lambda tensor: tensor is entry)]


def head_entry(exit_: Any) -> Any | None:
    """Map of shape (batch, step, filter) that enters the pooling or flatten of the head.

    None if there is none, or several that meet behind their poolings, or if it is the model's input itself.
    """
    entries: dict[int, Any] = {}

    def is_map(tensor: Any) -> bool:
        if len(tensor.shape) == 3:
            entries.setdefault(id(tensor), tensor)
        return len(tensor.shape) == 3

    for _ in _back(exit_, is_map):
        pass
    entry = next(iter(entries.values())) if len(entries) == 1 else None
    return None if entry is None or not sources(entry) else entry


def head_kind(entry: Any, exit_: Any) -> tuple[str, bool, bool]:
    """What stands between a map and the scores.

    Returns
    -------
    kind : {"gap", "flatten", "gmp", "other"}
        The pooling of the head.
    affine : bool
        Whether the scores are an affine function of the map.
    additive : bool
        Whether each score is a bias plus the sum of gradient times map: affine heads, and those that pick maxima.
    """
    layers = layers_between(entry, exit_)
    pools = [_POOL_OF_HEAD[name] for layer in layers for name in kinds(layer) & _POOL_OF_HEAD.keys()]
    affine = all(_is_affine(layer) for layer in layers)
    additive = all(_is_affine(layer) or kinds(layer) & _PICKING for layer in layers)
    return pools[0] if len(pools) == 1 else "other", affine, additive


def receptive_field_of(tensor: Any, length: int) -> ReceptiveField:
    """What each step of a map sees of an input of `length` samples.

    Raises
    ------
    ValueError
        If a layer on the way moves steps about in a way that is not known.
    """
    known: dict[int, ReceptiveField] = {}
    for made in reversed(list(_back(tensor, lambda _: False))):
        known[id(made)] = _behind(made, [known[id(source)] for source in sources(made)], length)
    return known[id(tensor)]


def _back(tensor: Any, stop: Callable[[Any], bool]) -> Iterator[Any]:
    """Tensors from the end backwards, each after all that were made from it; not beyond where `stop` says so."""
    order: list[Any] = []
    visited: set[int] = set()

    def visit(node: Any) -> None:
        if id(node) in visited or stop(node):
            return
        visited.add(id(node))
        for source in sources(node):
            visit(source)
        order.append(node)

    visit(tensor)
    yield from reversed(order)


def _is_affine(layer: Any) -> bool:
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return bool(kinds(layer) & _AFFINE) and activation == "linear"


def _behind(tensor: Any, fields: list[ReceptiveField], length: int) -> ReceptiveField:
    """Receptive field behind the layer that made a tensor, from those in front of it."""
    layer = maker(tensor)
    if not fields:
        return ReceptiveField.of_input(length)
    if getattr(layer, "data_format", None) == "channels_first":
        raise ValueError(f"layer {layer.name!r} has data_format='channels_first'; give it (batch, step, filter) maps")
    for names, rule in _RULES:
        if kinds(layer) & names:
            return rule(layer, fields)
    return _mixed(tensor, layer, fields)


def _windowed(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    return fields[0].windowed(_one(layer.kernel_size), _one(layer.strides), _one(layer.dilation_rate), layer.padding)


def _pooled(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    return fields[0].windowed(_one(layer.pool_size), _one(layer.strides), 1, layer.padding)


def _merged(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    if getattr(layer, "axis", -1) in (-1, 2):
        return union(fields)
    joined = fields[0]
    for field in fields[1:]:
        joined = joined.joined(field)
    return joined


def _normalized(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    axis = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    everywhere = any(one not in (-1, 2) for one in axis)
    return fields[0].blurred(0, fields[0].length) if everywhere else fields[0]


def _mixed(tensor: Any, layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    """Recurrence, attention and what is not known: everything is seen; a step is placed where it was before."""
    field = max(fields, key=len)
    steps = tensor.shape[1] if len(tensor.shape) == 3 else 1
    if steps == 1 or len(tensor.shape) != 3:
        return ReceptiveField.of_input(field.length).windowed(field.length)
    if steps in (len(field), None):
        return field.blurred(0, field.length)
    raise ValueError(
        f"layer {layer.name!r} ({type(layer).__name__}) makes {steps} steps of {len(field)} in a way that is not "
        f"known, so its map cannot be placed in time; name a layer in front of it with layer="
    )


_RULES: list[tuple[frozenset[str], Callable[[Any, list[ReceptiveField]], ReceptiveField]]] = [
    (_CONVOLVING, _windowed),
    (_POOLING, _pooled),
    (frozenset({"ZeroPadding1D"}), lambda layer, fields: fields[0].padded(*layer.padding)),
    (frozenset({"Cropping1D"}), lambda layer, fields: fields[0].cropped(*layer.cropping)),
    (frozenset({"UpSampling1D"}), lambda layer, fields: fields[0].repeated(_one(layer.size))),
    (_MERGING, _merged),
    (_NORMALIZING, _normalized),
    (_POINTWISE, lambda layer, fields: union(fields)),
]


def _one(size: Any) -> int:
    """The one number of a 1-D layer's size, given as an int or a tuple."""
    return int(size[0] if isinstance(size, list | tuple) else size)
