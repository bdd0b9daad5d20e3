"""LIME: a linear model of the score around one series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...validation import check_number
from .families.base import Axiom
from .families.regression import Fit, fitted
from .families.slice_surrogate import Scores, SliceSurrogate


@dataclass(frozen=True)
class LIME(SliceSurrogate):
    r"""Coefficient of each slice of a channel in a linear model of the score, fitted around the series.

    .. math:: \min_\phi \sum_z e^{-|1-z|^2 / \sigma^2 M} \big(S_c(x_z) - \phi_0 - \phi^\top z\big)^2 + \lambda |\phi|^2

    A coalition z keeps each of M slices with probability one half. The kernel's width grows with M, so that weights
    depend on the share of the slices that is replaced. A slice's value is divided evenly among its samples.

    Parameters
    ----------
    kernel_width : float
        Width σ of the kernel, in units of the root of the number of slices.
    ridge : float
        Penalty λ on the squares of the values, in coalitions; it shrinks them towards zero. The samples that are used
        for make none necessary.
    """

    kernel_width: float = 0.75
    ridge: float = 0

    label = "LIME"
    reference = "Ribeiro et al. (2016), https://arxiv.org/abs/1602.04938"
    axioms = frozenset({Axiom.LINEARITY})

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("kernel_width", self.kernel_width, above=0)
        check_number("ridge", self.ridge, least=0)

    def draw(self, slices: int, samples: int, rng: np.random.Generator) -> np.ndarray:
        """Coalitions that keep each slice with probability one half, bool of shape (coalition, slice)."""
        return rng.random((samples, slices)) < 0.5

    def fit(self, coalitions: np.ndarray, scores: Scores) -> Fit:
        """Coefficients of the model, its constant left free."""
        intact, made = np.split(scores(np.concatenate([np.ones_like(coalitions[:1]), coalitions])), [1])
        weights = np.exp(-(~coalitions).mean(axis=1) / self.kernel_width**2)
        design, responses = (_centered(part, weights) for part in (coalitions.astype(float), made - intact))
        return fitted(design, responses, weights, np.ones(len(weights), bool), self.ridge)


def _centered(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values minus their weighted mean, which an intercept absorbs."""
    return values - np.average(values, axis=0, weights=weights)
