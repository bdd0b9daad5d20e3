"""Inside the network: activations of a layer, the meaning of a filter, and inputs that maximize a class."""

from .activations import Activations, activations, layers
from .attention import AttentionAgreement, attention_agreement
from .contributions import StepContributions, step_contributions
from .filters.layer_reading import LayerReading, read_layer
from .filters.meaning import FilterMeaning
from .maximization.maximize import Maximized, activation_maximization
from .maximization.plausibility import Plausibility

__all__ = [
    "Activations",
    "AttentionAgreement",
    "FilterMeaning",
    "LayerReading",
    "Maximized",
    "Plausibility",
    "StepContributions",
    "activation_maximization",
    "activations",
    "attention_agreement",
    "layers",
    "read_layer",
    "step_contributions",
]
