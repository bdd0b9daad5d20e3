"""The head of a Keras model: where its logits are, which map enters it, and what it does with that map."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..frameworks.keras.layer_table import IDLE, activation_of, is_idle
from ..frameworks.keras.reader import OpenedModel
from ..frameworks.keras.symbolic import arguments, backwards, kinds, maker, sources
from .receptive_field import Seen, fields_between

__all__ = [
    "Ending",
    "Head",
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
_AFFINE = IDLE | frozenset(
    "Activation GlobalAveragePooling1D GlobalAveragePooling2D AveragePooling1D AveragePooling2D Flatten Reshape "
    "Permute Dense BatchNormalization Conv1D SeparableConv1D DepthwiseConv1D Conv2D SeparableConv2D DepthwiseConv2D "
    "ZeroPadding1D Cropping1D UpSampling1D Add Concatenate Rescaling Normalization".split()
)
# ... or picks from it.
_PICKING = frozenset("GlobalMaxPooling1D GlobalMaxPooling2D MaxPooling1D MaxPooling2D".split())
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
    """Tensor before last layers that change nothing at inference."""
    layer = maker(output)
    before = sources(output)
    idle = is_idle(layer) or "Reshape" in kinds(layer)
    return _behind_nothing(before[0]) if idle and before[0].shape == output.shape else output


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
        The pooling of the head, if it takes in the steps of the map one by one and all alike.
    affine : bool
        Whether the scores are an affine function of the map. Then each step contributes its
        gradient times its features to a score, and the score falls by that when these features are set to zero.
    homogeneous : bool
        Whether each score is a bias plus a function that doubles with the map, so that gradient times map adds up to it
        by Euler's theorem: affine heads, and those with maxima or ReLU layers after layers without biases.
    """

    kind: str = "other"
    affine: bool = False
    homogeneous: bool = False


def head_of(entry: Any, end: Ending) -> Head:
    """Head between a map and the scores."""
    behind = list(backwards(end.tensor, lambda tensor: tensor is entry))
    if any(not sources(tensor) for tensor in behind):  # the scores also depend on the series by another path
        return Head()
    affine = all(is_affine(maker(tensor)) for tensor in behind)
    inner = _up_to_last_nonlinearity(behind)
    return Head(
        _pooling_of(entry, behind),
        affine=affine,
        homogeneous=all(_is_homogeneous(tensor) for tensor in inner),
    )


def _up_to_last_nonlinearity(behind: list[Any]) -> list[Any]:
    """Tensors with a nonlinear layer between them and the scores, or from one: their biases matter; last one first."""
    before_nonlinear: set[int] = set()
    found = []
    for tensor in behind:
        if id(tensor) in before_nonlinear or not is_affine(maker(tensor)):
            found.append(tensor)
            before_nonlinear.update(map(id, sources(tensor)))
    return found


def _pooling_of(entry: Any, behind: list[Any]) -> str:
    """Kind of the pooling by which a map enters a head; "other" if nonlinear or several paths lead to it."""
    fields = fields_between(entry, behind)
    found = set()
    for tensor in behind:
        after = fields.get(id(tensor))
        for source in sources(tensor):
            before = fields.get(id(source))
            if after is None or before is None or (after.axis is not None and not is_affine(maker(tensor))):
                return "other"
            if before.axis is not None and after.axis is None:
                found.add(_kind_of_pooling(tensor, before))
    return found.pop() if len(found) == 1 else "other"


def _kind_of_pooling(tensor: Any, before: Seen) -> str:
    field, layer, rank = before.field, maker(tensor), len(sources(tensor)[0].shape)
    steps = np.arange(field.length)
    alike = np.array_equal(field.start, steps) and np.array_equal(field.stop, steps + 1) and field.period == 1
    kind = _pool_of_head(layer)
    if kind is None and "Reshape" in kinds(layer) and len(tensor.shape) == 2:
        kind = "flatten"
    over_time = kind == "flatten" or before.axis != rank - 1
    return kind if kind and alike and over_time else "other"


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


def _pool_of_head(layer: Any) -> str | None:
    """Kind of pooling that a layer is; None for others."""
    if hasattr(layer, "step_scores"):
        return "mil"
    if hasattr(layer, "attention_weights"):
        return "attention"
    return next((_POOL_OF_HEAD[name] for name in kinds(layer) & _POOL_OF_HEAD.keys()), None)


def is_affine(layer: Any) -> bool:
    """Whether a layer's output is an affine function of its input, at inference; quantized layers round their input."""
    if getattr(layer, "quantization_mode", None):
        return False
    return bool(kinds(layer) & _AFFINE and activation_of(layer) == "linear") or getattr(layer, "averages", False)


def _is_homogeneous(tensor: Any) -> bool:
    """Whether the output of the layer that made a tensor doubles with its input."""
    layer = maker(tensor)
    names = kinds(layer)
    if names & {"ReLU", "Relu", "LeakyReLU", "LeakyRelu"}:
        return getattr(layer, "max_value", None) is None and not getattr(layer, "threshold", 0)
    if names & {"BatchNormalization", "Normalization"} or getattr(layer, "use_bias", False):
        return False
    if getattr(layer, "quantization_mode", None) or ("Rescaling" in names and np.any(layer.offset)):
        return False
    if names & {"Add", "Concatenate"} and any(one is not None for one in arguments(tensor)):  # a constant
        return False
    return bool(names & (_AFFINE | _PICKING)) and activation_of(layer) in ("linear", "relu", "leaky_relu")
