"""The head of a Keras model: where its logits are, which map enters it, and what it does with that map."""

from __future__ import annotations

from typing import Any

from .keras_graph import backwards, kinds, maker, sources

__all__ = ["LINKS", "head_entry", "head_kind", "logits", "output_of", "refuse_training", "series_and_scores"]

LINKS = ("softmax", "sigmoid")
# The output is an affine function of the input (at inference) ...
_AFFINE = frozenset(
    "GlobalAveragePooling1D AveragePooling1D Flatten Reshape Permute Dropout SpatialDropout1D Dense "
    "BatchNormalization Conv1D SeparableConv1D DepthwiseConv1D ZeroPadding1D Cropping1D UpSampling1D Add "
    "Concatenate Identity".split()
)
# ... but mixes steps, so that the gradient of a global average is no longer the same at each ...
_BLURRING = frozenset(
    "AveragePooling1D MaxPooling1D Conv1D SeparableConv1D DepthwiseConv1D ZeroPadding1D Cropping1D UpSampling1D".split()
)
# ... or picks from it.
_PICKING = frozenset("GlobalMaxPooling1D MaxPooling1D".split())
_IDLE = frozenset("Identity Reshape Dropout ActivityRegularization".split())
_POOL_OF_HEAD = {"GlobalAveragePooling1D": "gap", "Flatten": "flatten", "GlobalMaxPooling1D": "gmp"}


def series_and_scores(model: Any) -> tuple[Any, Any]:
    """Symbolic input of shape (batch, time, channel) and output of shape (batch, class)."""
    series, scores = _only("inputs", model), _only("outputs", model)
    for tensor, rank, meaning in (
        (series, 3, "take series of shape (batch, time, channel), but takes"),
        (scores, 2, "give one score a class, of shape (batch, class), but gives"),
    ):
        if len(tensor.shape) != rank:
            raise ValueError(f"model {model.name!r} must {meaning} {tensor.shape}")
    return series, scores


def logits(output: Any, model: Any) -> tuple[Any, Any, str | None]:
    """Tensor to stop at, Dense layer to finish by hand, and activation behind the logits.

    Raises
    ------
    ValueError
        If the model ends in a way behind which its logits cannot be found.
    """
    output = _behind_nothing(output)
    layer = maker(output)
    if hasattr(layer, "layers"):
        raise ValueError(
            f"model {model.name!r} ends in the model {layer.name!r}, whose logits cannot be reached; "
            f"build one graph of both"
        )
    fused = _activation(layer)
    named = [
        link for link in LINKS if link.capitalize() in kinds(layer) or ("Activation" in kinds(layer) and fused == link)
    ]
    if named:
        return sources(output)[0], None, named[0]
    if fused not in LINKS:
        return output, None, _link_of_loss(model, output.shape[-1]) if fused == "linear" else None
    if "Dense" in kinds(layer):
        return sources(output)[0], layer, fused
    raise ValueError(
        f"model {model.name!r} must end in a Dense, Activation or Softmax layer, "
        f"but ends in {type(layer).__name__} with {fused!r}"
    )


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
    idle = kinds(layer) & _IDLE or ("Activation" in kinds(layer) and _activation(layer) == "linear")
    before = sources(output)
    return _behind_nothing(before[0]) if idle and before[0].shape == output.shape else output


def _activation(layer: Any) -> str:
    """Name of a layer's activation, which may be a function or a layer of its own; "linear" where it has none."""
    activation = getattr(layer, "activation", None)
    if activation is None:
        return "linear"
    name = getattr(activation, "__name__", None) or type(activation).__name__.lower()
    return "softmax" if name == "softmax_v2" else str(name)  # what tf.nn.softmax calls itself


def head_entry(exit_: Any) -> Any | None:
    """Map of shape (batch, step, filter) that enters the pooling or flatten of the head.

    None if there is none, or several that meet behind their poolings, or if it is the model's input itself.
    """
    entries: dict[int, Any] = {}

    def is_map(tensor: Any) -> bool:
        # a map of one step is behind the pooling already
        found = len(tensor.shape) == 3 and tensor.shape[1] != 1
        if found:
            entries.setdefault(id(tensor), tensor)
        return found

    for _ in backwards(exit_, is_map):
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
    behind = list(backwards(exit_, lambda tensor: tensor is entry))
    layers = [maker(tensor) for tensor in behind]
    pools = [_POOL_OF_HEAD[name] for layer in layers for name in kinds(layer) & _POOL_OF_HEAD.keys()]
    # A pooling of the head looks at the map itself, step by step, and nothing reaches the scores round the map.
    blurs = any(kinds(layer) & _BLURRING for layer in layers)
    reaches_round = any(not sources(tensor) for tensor in behind)
    affine = not reaches_round and all(_is_affine(layer) for layer in layers)
    additive = not reaches_round and all(_is_affine(layer) or kinds(layer) & _PICKING for layer in layers)
    return pools[0] if len(pools) == 1 and not blurs else "other", affine, additive


def output_of(model: Any, layer: Any) -> Any:
    """Map that a layer, given by name, index or itself, puts out."""
    try:
        found = layer if hasattr(layer, "output") else _layer_called(model, layer)
        if not any(found is one for one in model.layers):
            raise ValueError(layer)
        output = found.output
    except (ValueError, IndexError, AttributeError, TypeError):
        there = ", ".join(one.name for one in model.layers)
        raise ValueError(f"model {model.name!r} has no layer {layer!r}; there are: {there}") from None
    if isinstance(output, list | tuple) or len(output.shape) != 3:
        raise ValueError(
            f"layer {found.name!r} must put out a map of shape (batch, step, filter), but puts out "
            f"{getattr(output, 'shape', 'several tensors')}"
        )
    return output


def _layer_called(model: Any, layer: str | int) -> Any:
    return model.get_layer(layer) if isinstance(layer, str) else model.layers[layer]


def _link_of_loss(model: Any, units: int) -> str | None:
    """Activation that a model without one was trained for, told by its loss; several bare units are logits."""
    loss = getattr(model, "loss", None)
    if loss is None:
        return "softmax" if units > 1 else None
    if not getattr(loss, "from_logits", False):
        return None
    return "sigmoid" if "Binary" in type(loss).__name__ else "softmax"


def _is_affine(layer: Any) -> bool:
    return bool(kinds(layer) & _AFFINE) and _activation(layer) == "linear"


def _only(side: str, model: Any) -> Any:
    """The model's one input or output."""
    tensors = getattr(model, side)
    if len(tensors) != 1:
        raise ValueError(f"model {model.name!r} must have one of {side}, but has {len(tensors)}")
    return tensors[0]
