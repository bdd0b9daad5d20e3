"""The layers of a Keras network that have a time axis, and what drives their filters.

A filter's *drive* is its value in front of the layer's activation. Where the activation rises with it, as a ReLU or a
sigmoid does, whatever raises the drive raises the filter, and the drive still has a gradient where the filter is mute.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..frameworks.keras.layer_table import IDLE, activation_of
from ..frameworks.keras.reader import OpenedModel, is_model
from ..frameworks.keras.symbolic import backwards, kinds, maker, sources
from .head import is_affine
from .receptive_field import SOME_LENGTH, receptive_field_of

__all__ = ["Drive", "LayerFacts", "drive_of", "layers_in_time"]

# They do not fall where their input rises, and leave the order of its values as it is.
_RISING = frozenset("ReLU Relu Relu6 LeakyReLU LeakyRelu ELU Elu Selu Softplus Sigmoid HardSigmoid Tanh Exp".split())
_RISING_NAMES = frozenset(
    "relu relu6 leaky_relu elu selu softplus sigmoid hard_sigmoid tanh exponential linear".split()
)
_CONVOLVING = frozenset({"Conv1D"})


class LayerFacts(NamedTuple):
    """A layer whose map has a time axis.

    Attributes
    ----------
    name, kind : str
        Its name, and the name of its class.
    filters : int
        Number of its filters.
    """

    name: str
    kind: str
    filters: int


class Drive(NamedTuple):
    """What a map rises with.

    Attributes
    ----------
    tensor : symbolic tensor
        The drive, or what enters `layer`.
    layer : layer or None
        Convolution that is finished by hand, because its activation is fused into it.
    affine : bool
        Whether the drive is an affine function of the series.
    """

    tensor: Any
    layer: Any
    affine: bool


def layers_in_time(graph: OpenedModel, length: int | None) -> tuple[LayerFacts, ...]:
    """Layers whose maps can be placed in time, from the series on."""
    made = {layer.name: (layer, map_) for layer, map_ in graph.made}
    return tuple(
        LayerFacts(name, type(layer).__name__, int(map_.shape[2]))
        for name, (layer, map_) in made.items()
        if not is_model(layer) and not kinds(layer) & IDLE and _has_time(map_) and _is_placed(map_, length)
    )


def drive_of(entry: Any) -> Drive:
    """What a map rises with: the map itself, or what stands in front of the activations that it ends in."""
    tensor = entry
    while _rises(maker(tensor)) and len(sources(tensor)) == 1:
        tensor = sources(tensor)[0]
    layer = maker(tensor)
    fused = activation_of(layer)
    if fused == "linear" or fused not in _RISING_NAMES or not kinds(layer) & _CONVOLVING:
        return Drive(tensor, None, _all_affine(tensor))
    source = sources(tensor)[0]
    return Drive(source, layer, _all_affine(source))


def _rises(layer: Any) -> bool:
    if "Activation" in kinds(layer):
        return activation_of(layer) in _RISING_NAMES
    return bool(kinds(layer) & (_RISING | IDLE)) and getattr(layer, "max_value", None) is None


def _all_affine(tensor: Any) -> bool:
    return all(is_affine(maker(made)) for made in backwards(tensor, lambda _: False) if sources(made))


def _has_time(map_: Any) -> bool:
    shape: tuple[int | None, ...] = getattr(map_, "shape", ())
    return len(shape) == 3 and shape[1] != 1 and shape[2] is not None and bool(sources(map_))


def _is_placed(map_: Any, length: int | None) -> bool:
    try:
        receptive_field_of(map_, length or SOME_LENGTH)
    except ValueError:
        return False
    return True
