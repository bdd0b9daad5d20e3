"""The head of a Keras model: where its logits are, which map enters it, and what it does with that map."""

from __future__ import annotations

from typing import Any

from .keras_graph import backwards, kinds, maker, sources

__all__ = ["LINKS", "head_entry", "head_kind", "logits", "output_of"]

LINKS = ("softmax", "sigmoid")
# The output is an affine function of the input (at inference) ...
_AFFINE = frozenset(
    "GlobalAveragePooling1D AveragePooling1D Flatten Reshape Permute Dropout SpatialDropout1D Dense "
    "BatchNormalization Conv1D SeparableConv1D DepthwiseConv1D ZeroPadding1D Cropping1D UpSampling1D Add "
    "Concatenate Identity".split()
)
# ... or picks from it.
_PICKING = frozenset("GlobalMaxPooling1D MaxPooling1D".split())
_POOL_OF_HEAD = {"GlobalAveragePooling1D": "gap", "Flatten": "flatten", "GlobalMaxPooling1D": "gmp"}


def logits(output: Any, model: Any) -> tuple[Any, Any, str | None]:
    """Tensor to stop at, Dense layer to finish by hand, and activation behind the logits."""
    layer = maker(output)
    fused = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if "Dense" in kinds(layer) and fused in LINKS:
        return sources(output)[0], layer, fused
    for link in LINKS:
        if fused == link or link.capitalize() in kinds(layer):
            return sources(output)[0], None, link
    return output, None, _link_of_loss(model, output.shape[-1])


def head_entry(exit_: Any) -> Any | None:
    """Map of shape (batch, step, filter) that enters the pooling or flatten of the head.

    None if there is none, or several that meet behind their poolings, or if it is the model's input itself.
    """
    entries: dict[int, Any] = {}

    def is_map(tensor: Any) -> bool:
        if len(tensor.shape) == 3:
            entries.setdefault(id(tensor), tensor)
        return len(tensor.shape) == 3

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
    layers = _layers_between(entry, exit_)
    pools = [_POOL_OF_HEAD[name] for layer in layers for name in kinds(layer) & _POOL_OF_HEAD.keys()]
    affine = all(_is_affine(layer) for layer in layers)
    additive = all(_is_affine(layer) or kinds(layer) & _PICKING for layer in layers)
    return pools[0] if len(pools) == 1 else "other", affine, additive


def output_of(model: Any, layer: Any) -> Any:
    """Map that a layer, given by name, index or itself, puts out."""
    try:
        found = layer if hasattr(layer, "output") else _layer_called(model, layer)
        output = found.output
    except (ValueError, IndexError, AttributeError, TypeError):
        there = ", ".join(one.name for one in model.layers)
        raise ValueError(f"model {model.name!r} has no layer {layer!r}; there are: {there}") from None
    if len(output.shape) != 3:
        raise ValueError(
            f"layer {found.name!r} must put out a map of shape (batch, step, filter), but puts out {output.shape}"
        )
    return output


def _layer_called(model: Any, layer: str | int) -> Any:
    return model.get_layer(layer) if isinstance(layer, str) else model.layers[layer]


def _link_of_loss(model: Any, units: int) -> str | None:
    """Activation that a model without one was trained for, told by its loss; several bare units are logits."""
    loss = getattr(model, "loss", None)
    name = str(getattr(loss, "name", loss) or "").lower()
    if "binary" in name:
        return "sigmoid"
    return "softmax" if "categorical" in name or (units > 1 and not name) else None


def _is_affine(layer: Any) -> bool:
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return bool(kinds(layer) & _AFFINE) and activation == "linear"


def _layers_between(entry: Any, exit_: Any) -> list[Any]:
    """Layers from one tensor (left out) to another, the last first."""
    return [maker(tensor) for tensor in backwards(exit_, lambda tensor: tensor is entry)]
