"""The network's own view: activations of a layer, what a filter answers to, and the series that a class likes best."""

from .activations import Activations, activations, layers
from .maximization import Maximized, activation_maximization
from .meaning import FilterMeaning
from .plausibility import Plausibility
from .reading import LayerReading, read_layer

__all__ = [
    "Activations",
    "FilterMeaning",
    "LayerReading",
    "Maximized",
    "Plausibility",
    "activation_maximization",
    "activations",
    "layers",
    "read_layer",
]
