"""Rules that propagate a score back through a network, independent of the framework.

A method passes one of :class:`Rescale`, :class:`LayerwiseRelevance` and :class:`Guided` to the classifier's
``propagate``, which carries it out. Rules are compared by their values: equal rules share one compiled pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "AlphaBeta",
    "Epsilon",
    "Gamma",
    "Guided",
    "LayerRule",
    "LayerwiseRelevance",
    "Rescale",
    "Rule",
    "SquaredWeights",
]


@dataclass(frozen=True)
class Epsilon:
    """Share of each input in z, which is kept from zero by `epsilon` (Bach et al. 2015, eq. 58)."""

    epsilon: float = 1e-6


@dataclass(frozen=True)
class Gamma:
    """Like epsilon, but contributions with the sign of z are multiplied by 1 + `gamma`.

    For inputs of one sign this is the rule of Montavon et al. (2019); for others its generalization by Andéol et
    al. (2021).
    """

    gamma: float = 0.25
    epsilon: float = 1e-6


@dataclass(frozen=True)
class AlphaBeta:
    """Shares of positive and negative contributions to z, `alpha` of the former minus `beta` of the latter (eq. 60)."""

    alpha: float = 1.0
    beta: float = 0.0
    epsilon: float = 1e-6


@dataclass(frozen=True)
class SquaredWeights:
    """Shares by squared weight, whatever the input is: for inputs that have no natural zero (Montavon et al. 2017)."""


LayerRule = Epsilon | Gamma | AlphaBeta | SquaredWeights


@dataclass(frozen=True)
class Rescale:
    """DeepLIFT's multipliers: the difference of the output per difference of the input."""

    label: ClassVar[str] = "DeepLIFT"
    starts_at: ClassVar[str] = "one"


@dataclass(frozen=True)
class LayerwiseRelevance:
    """LRP, with a rule for each kind of layer.

    Attributes
    ----------
    logits : Epsilon
        For the layer that makes the scores, for a BatchNormalization that cannot be merged, and for sums.
    dense, convolution : LayerRule
        For other Dense layers, and for convolutions.
    first : LayerRule or None
        For layers that take the series itself; None selects the rule of their kind.
    """

    logits: Epsilon
    dense: LayerRule
    convolution: LayerRule
    first: LayerRule | None = None

    label: ClassVar[str] = "LRP"
    starts_at: ClassVar[str] = "score"


@dataclass(frozen=True)
class Guided:
    """The gradient, of which only the positive part passes each ReLU."""

    label: ClassVar[str] = "Guided Backprop"
    starts_at: ClassVar[str] = "one"


Rule = Rescale | LayerwiseRelevance | Guided
