"""The head of a Keras model: where its logits are, which map enters it, and what it does with that map."""

from __future__ import annotations

from typing import Any, NamedTuple

from .keras_graph import backwards, kinds, maker, sources
from .keras_opened_model import OpenedModel

__all__ = [
    "Ending",
    "Head",
    "activation_of",
    "behind_pooling",
    "ending",
    "head_entry",
    "head_of",
    "is_affine",
    "output_of",
    "readers",
    "refuse_training",
]

LINKS = ("softmax", "sigmoid")
# The output is an affine function of the input (at inference) ...
_AFFINE = frozenset(
    "GlobalAveragePooling1D GlobalAveragePooling2D AveragePooling1D AveragePooling2D Flatten Reshape Permute Dropout "
    "SpatialDropout1D SpatialDropout2D Dense BatchNormalization Conv1D SeparableConv1D DepthwiseConv1D Conv2D "
    "SeparableConv2D DepthwiseConv2D ZeroPadding1D Cropping1D UpSampling1D Add Concatenate Identity".split()
)
# ... but mixes steps, so that the gradient of a global average is no longer the same at each ...
_BLURRING = frozenset(
    "AveragePooling1D AveragePooling2D MaxPooling1D MaxPooling2D Conv1D SeparableConv1D DepthwiseConv1D Conv2D "
    "SeparableConv2D DepthwiseConv2D ZeroPadding1D Cropping1D UpSampling1D".split()
)
# ... or picks from it.
_PICKING = frozenset("GlobalMaxPooling1D GlobalMaxPooling2D MaxPooling1D MaxPooling2D".split())
_IDLE = frozenset("Identity Reshape Dropout ActivityRegularization".split())
_POOL_OF_HEAD = {
    "GlobalAveragePooling1D": "gap",
    "GlobalAveragePooling2D": "gap",
    "Flatten": "flatten",
    "GlobalMaxPooling1D": "gmp",
    "GlobalMaxPooling2D": "gmp",
}


class Ending(NamedTuple):
    """How a model ends.

    Attributes
    ----------
    tensor : symbolic tensor
        Where the graph is left: what enters `dense`, or the scores.
    dense : layer or None
        Dense layer that is finished by hand, because the activation behind the logits is fused into it.
    link : str or None
        Activation behind the logits.
    seen : bool
        Whether the link is part of the model, not only of its loss.
    """

    tensor: Any
    dense: Any
    link: str | None
    seen: bool


def ending(output: Any, model: Any, index: int = 0) -> Ending:
    """Where a model's logits are, as far as what its output of this index ends in tells."""
    output = _behind_nothing(output)
    layer = maker(output)
    fused, link = activation_of(layer), None
    for link in LINKS:
        if link.capitalize() in kinds(layer) or ("Activation" in kinds(layer) and fused == link):
            return Ending(sources(output)[0], None, link, seen=True)
    if fused in LINKS and "Dense" in kinds(layer):
        return Ending(sources(output)[0], layer, fused, seen=True)
    plain = ("Dense" in kinds(layer) and fused == "linear") or hasattr(layer, "step_scores")
    return Ending(output, None, _link_of_loss(model, index, output.shape[-1]) if plain else None, seen=False)


def refuse_training(exit_: Any, name: str) -> None:
    """Refuse a graph in which a layer trains on, as dropout does that is called with ``training=True``."""
    for tensor in backwards(exit_, lambda _: False):
        history = tensor._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        if node.input_tensors and node.arguments.kwargs.get("training") is True:
            raise ValueError(
                f"layer {history.operation.name!r} of model {name!r} is called with training=True, so that "
                f"no two scores are the same; build the model without it"
            )


def _behind_nothing(output: Any) -> Any:
    """Tensor in front of last layers that change nothing at inference."""
    layer = maker(output)
    idle = kinds(layer) & _IDLE or ("Activation" in kinds(layer) and activation_of(layer) == "linear")
    before = sources(output)
    return _behind_nothing(before[0]) if idle and before[0].shape == output.shape else output


def activation_of(layer: Any) -> str:
    """Name of a layer's activation, which may be a function or a layer of its own; "linear" where it has none."""
    activation = getattr(layer, "activation", None)
    if activation is None:
        return "linear"
    name = getattr(activation, "__name__", None) or type(activation).__name__.lower()
    return "softmax" if name == "softmax_v2" else str(name)  # what tf.nn.softmax calls itself


def head_entry(exit_: Any, dims: tuple[int, ...] = (3,)) -> Any | None:
    """Map of so many dims, mostly (batch, step, filter), that enters the pooling or flatten of the head.

    None if there is none, or several that meet behind their poolings, or if it is the model's input itself.
    """
    entries: dict[int, Any] = {}

    def is_map(tensor: Any) -> bool:
        # a map of one step is behind the pooling already
        found = len(tensor.shape) in dims and any(size != 1 for size in tensor.shape[1:-1])
        if found:
            entries.setdefault(id(tensor), tensor)
        return found

    for _ in backwards(exit_, is_map):
        pass
    entry = next(iter(entries.values())) if len(entries) == 1 else None
    return None if entry is None or not sources(entry) else entry


class Head(NamedTuple):
    """What stands between a map and the scores.

    Attributes
    ----------
    kind : {"gap", "flatten", "gmp", "mil", "attention", "other"}
        The pooling of the head.
    affine : bool
        Whether the scores are an affine function of the map.
    additive : bool
        Whether each score is a bias plus the sum of gradient times map, and each term is a step's own: affine heads,
        and those that pick maxima.
    homogeneous : bool
        Whether each score is a bias plus a function that doubles with the map, so that gradient times map adds up to it
        by Euler's theorem: ReLU layers without biases as well.
    """

    kind: str = "other"
    affine: bool = False
    additive: bool = False
    homogeneous: bool = False


def head_of(entry: Any, end: Ending) -> Head:
    """Head between a map and the scores."""
    behind = list(backwards(end.tensor, lambda tensor: tensor is entry))
    layers = [maker(tensor) for tensor in behind]
    pools = [pool for layer in layers if (pool := _pool_of_head(layer))]
    # A pooling of the head looks at the map itself, step by step, and nothing reaches the scores round the map.
    blurs = any(kinds(layer) & _BLURRING for layer in layers)
    turned = any(getattr(layer, "data_format", None) == "channels_first" or _moves_filters(layer) for layer in layers)
    kind = pools[0] if len(set(pools)) == 1 and not blurs and not turned else "other"
    if any(not sources(tensor) for tensor in behind):
        return Head(kind)
    last_is_plain = end.dense is None and activation_of(layers[0]) == "linear"
    hidden = layers[1:] if last_is_plain else layers  # the last layer may have a bias
    return Head(
        kind,
        affine=all(is_affine(layer) for layer in layers),
        additive=all(is_affine(layer) or kinds(layer) & _PICKING for layer in layers),
        homogeneous=all(_is_homogeneous(layer) for layer in layers)
        and not any(_has_bias(layer) for layer in hidden)
        and not any("Add" in kinds(maker(tensor)) and len(sources(tensor)) < 2 for tensor in behind),
    )


def readers(entry: Any, end: Ending, ability: str) -> list[Any]:
    """Symbolic outputs of the layers that take in a map and can tell what they make of its steps.

    Parameters
    ----------
    ability : {"step_scores", "attention_weights"}
        Of the layer; scores of steps count only where they are added up to the model's scores.
    """
    able = [
        tensor
        for tensor in backwards(end.tensor, lambda one: one is entry)
        if hasattr(maker(tensor), ability) and sources(tensor)[0] is entry
    ]
    if ability == "attention_weights":
        return able
    return [tensor for tensor in able if tensor is end.tensor and end.dense is None]


def behind_pooling(pooled: Any, end: Ending) -> bool:
    """Whether the scores are an affine function of what a pooling puts out, and of nothing else."""
    behind = list(backwards(end.tensor, lambda tensor: tensor is pooled))
    return all(sources(tensor) and is_affine(maker(tensor)) for tensor in behind)


def output_of(graph: OpenedModel, layer: Any, model: Any) -> Any:
    """Map that a layer, given by name, index or itself, puts out; the last one of a layer that is called often."""
    wanted = (
        model.layers[layer] if isinstance(layer, int) and -len(model.layers) <= layer < len(model.layers) else layer
    )
    found = [made for operation, made in graph.made if operation is wanted or operation.name == wanted]
    if not found:
        there = ", ".join(dict.fromkeys(operation.name for operation, _ in graph.made))
        raise ValueError(f"model {model.name!r} has no layer {layer!r}; there are: {there}")
    output = found[-1]
    if isinstance(output, list | tuple) or len(output.shape) != 3:
        name = getattr(wanted, "name", wanted)
        raise ValueError(
            f"layer {name!r} must put out a map of shape (batch, step, filter), but puts out "
            f"{getattr(output, 'shape', 'several tensors')}"
        )
    return output


def _link_of_loss(model: Any, index: int, units: int) -> str | None:
    """Activation that a plain Dense layer was trained for, told by its loss; without one, several units are logits."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, dict):
        loss = loss.get((getattr(model, "output_names", None) or [None])[index])
    elif isinstance(loss, list | tuple):
        loss = loss[index]
    if loss is None:
        return "softmax" if units > 1 else None
    if not getattr(loss, "from_logits", False):
        return None
    return "sigmoid" if "Binary" in type(loss).__name__ else "softmax"


def _moves_filters(layer: Any) -> bool:
    return "Permute" in kinds(layer) and layer.dims[-1] != len(layer.dims)


def _pool_of_head(layer: Any) -> str | None:
    """Kind of pooling that a layer is; None for others."""
    if hasattr(layer, "step_scores"):
        return "mil"
    if hasattr(layer, "attention_weights"):
        return "attention"
    return next((_POOL_OF_HEAD[name] for name in kinds(layer) & _POOL_OF_HEAD.keys()), None)


def is_affine(layer: Any) -> bool:
    """Whether a layer's output is an affine function of its input, at inference."""
    return bool(kinds(layer) & _AFFINE and activation_of(layer) == "linear") or getattr(layer, "averages", False)


def _is_homogeneous(layer: Any) -> bool:
    """Whether the layer's output doubles with its input, but for a bias."""
    if kinds(layer) & {"ReLU", "Relu", "LeakyReLU", "LeakyRelu"}:
        return getattr(layer, "max_value", None) is None and not getattr(layer, "threshold", 0)
    known = kinds(layer) & (_AFFINE - {"BatchNormalization"}) or kinds(layer) & _PICKING or "Activation" in kinds(layer)
    return bool(known) and activation_of(layer) in ("linear", "relu", "leaky_relu")


def _has_bias(layer: Any) -> bool:
    return bool(getattr(layer, "use_bias", False))
