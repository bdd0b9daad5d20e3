"""LRP: relevance is propagated back layer by layer, in shares."""

from __future__ import annotations

from dataclasses import dataclass

from ...validation import check_choice, check_number
from ..propagation_rules import AlphaBeta, Epsilon, Gamma, LayerRule, LayerwiseRelevance, SquaredWeights
from .families.base import Axiom
from .families.propagation import PropagationMethod

RULES = ("epsilon", "gamma", "alpha-beta", "composite")


@dataclass(frozen=True)
class LRP(PropagationMethod):
    r"""Layer-wise relevance: each layer distributes its relevance among its inputs.

    .. math:: R_i = \sum_j \frac{x_i w_{ij}}{\sum_i x_i w_{ij} + b_j} \, R_j \ \text{from layer to layer}

    Each BatchNormalization is merged into the layer before it. Relevance assigned to biases is not redistributed, so
    that the values do not sum exactly to the score. Activations pass relevance on unchanged, maxima assign it to the
    largest input, and a gate (a sigmoid or softmax that multiplies) assigns all to the signal. Attention and layer
    normalization follow Achtibat et al. (2024), https://arxiv.org/abs/2402.05602: a matrix product assigns half to
    either factor, a softmax is replaced by its tangent, and the deviation by which a normalization divides is held. In
    an LSTM or GRU, as Arras et al. (2017), https://aclanthology.org/W17-5221, propose, gates get nothing; its weights
    distribute relevance by "epsilon".

    Parameters
    ----------
    rule : {"epsilon", "gamma", "alpha-beta", "composite"}
        How layers with weights distribute relevance. "epsilon": in proportion to the contributions. "gamma":
        contributions with the sign of the sum count more. "alpha-beta": contributions that raise and that lower the sum
        are separate, except in the layer of the scores. "composite", as Montavon et al. (2019) advise: "epsilon" in
        Dense layers, "gamma" in convolutions, and squared weights in the first layer.
    epsilon : float
        Is added to the sum, so that it is not zero.
    gamma : float
        Additional weight of contributions with the sign of the sum.
    alpha : float
        Factor of contributions that raise the sum; alpha - beta = 1.
    beta : float
        Factor of contributions that lower the sum.
    """

    rule: str = "epsilon"
    epsilon: float = 1e-6
    gamma: float = 0.25
    alpha: float = 1.0
    beta: float = 0.0

    label = "LRP"
    reference = "Bach et al. (2015), https://doi.org/10.1371/journal.pone.0130140"
    axioms = frozenset({Axiom.DUMMY, Axiom.SYMMETRY, Axiom.SHIFT})

    def __post_init__(self) -> None:
        check_choice("rule", self.rule, RULES)
        check_number("epsilon", self.epsilon, above=0, way_out="; a sum of zero cannot be divided")
        check_number("gamma", self.gamma, least=0)
        check_number("alpha", self.alpha, least=0)
        check_number("beta", self.beta, least=0)
        if abs(self.alpha - self.beta - 1) > 1e-6:
            raise ValueError(
                f"alpha - beta must be 1, or relevance is created or lost, but alpha is {self.alpha} and beta "
                f"{self.beta}"
            )

    @property
    def propagation_rule(self) -> LayerwiseRelevance:
        """Rule for each kind of layer."""
        plain, gamma = Epsilon(float(self.epsilon)), Gamma(float(self.gamma), float(self.epsilon))
        if self.rule == "composite":
            return LayerwiseRelevance(plain, dense=plain, convolution=gamma, first=SquaredWeights())
        if self.rule == "gamma":
            return LayerwiseRelevance(plain, dense=gamma, convolution=gamma)
        parts = AlphaBeta(float(self.alpha), float(self.beta), float(self.epsilon))
        one: LayerRule = plain if self.rule == "epsilon" else parts
        return LayerwiseRelevance(plain, dense=one, convolution=one)
