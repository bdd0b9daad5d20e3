"""Expected Gradients: Integrated Gradients from many references, averaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...validation import check_count, check_seed, unmasked
from ..abilities import HasGradient
from ..classifier import Classifier
from ..masking import batches
from ..series import check_series
from .families.base import Axiom, Maps, SeveralTargets
from .integrated_gradients import IntegratedGradients


@dataclass(frozen=True)
class ExpectedGradients(SeveralTargets):
    r"""Contribution of each value to the score along the path from a typical series, averaged over many of them.

    .. math:: \phi = \mathrm{E}_{x' \sim D} \; (x - x') \int_0^1 \frac{\partial S_c}{\partial x}
        \big(x' + a (x - x')\big) \, da

    Needs no artificial baseline: real series take its place. The paper draws x' and a together; here each
    x' that is drawn has its own path with Gauss-Legendre nodes on it, so that only the choice of series is left to
    chance. The standard error is that of this choice, and is zero if all of the background is used.

    Parameters
    ----------
    references : int
        Series drawn from the background, the same for every instance.
    steps : int
        Nodes on each path; more where the background has fewer series than `references`, so that the work is the same.
    background : array of shape (instance, time, channel), optional
        Series D to draw from. Default: the `background` of the explanation.
    seed : int
        Of the draw.
    """

    references: int = 25
    steps: int = 16
    background: Any = field(default=None, compare=False, repr=False)
    seed: int = 0

    label = "Expected Gradients"
    adds_up = "add up to the score minus the drawn references' mean score"
    family = "gradient"
    needs = HasGradient
    read_out = "gradients"
    reference = "Erion et al. (2019), https://arxiv.org/abs/1906.10670"
    axioms = frozenset({Axiom.COMPLETENESS, Axiom.DUMMY, Axiom.LINEARITY, Axiom.SYMMETRY, Axiom.IMPLEMENTATION})
    stochastic = True
    on_demand = True

    def __post_init__(self) -> None:
        check_count("references", self.references, least=2)
        check_count("steps", self.steps)
        check_seed(self.seed)
        if self.background is not None:
            check_series(self.background, None, None, "background")

    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes, each with its standard error."""
        drawn = self._drawn(classifier, x)
        total, squares = np.zeros((2, *targets.shape, *x.shape[1:]))
        for paths in self._paths(classifier, x, targets, drawn):
            total += paths.sum(axis=0, dtype=np.float64)
            squares += (paths.astype(np.float64) ** 2).sum(axis=0)
        mean = total / len(drawn)
        variance = np.maximum(squares / len(drawn) - mean**2, 0) * self._finite_population_correction(len(drawn))
        errors = np.sqrt(variance / (len(drawn) - 1)).astype(x.dtype)
        return Maps(mean.astype(x.dtype), mean.sum(axis=(2, 3)), errors)

    def _passes(self, samples: int, channels: int) -> float:
        """One forward and one backward pass per node of each path."""
        return 3 * self.references * self.steps

    def _paths(
        self, classifier: Classifier, x: np.ndarray, targets: np.ndarray, drawn: np.ndarray
    ) -> Iterator[np.ndarray]:
        """Maps of each path, of shape (reference, instance, target, time, channel), some references at a time."""
        nodes = max(self.steps, self.references * self.steps // len(drawn))
        for part in batches(len(drawn), x.nbytes * nodes):
            some = drawn[part]
            paths = IntegratedGradients(nodes, np.repeat(some, len(x), axis=0), tolerance=None)
            made = paths.maps(classifier, np.tile(x, (len(some), 1, 1)), np.tile(targets, (len(some), 1))).values
            yield made.reshape(len(some), *targets.shape, *x.shape[1:])

    def refusal(self, classifier: Classifier) -> str | None:
        """It needs series to start from."""
        reason = super().refusal(classifier)
        if reason:
            return reason
        if self.background is None:
            return f"{self.label} starts from real series; give some as background="
        if len(self.background) < 2:
            return f"background must hold at least two series for {self.label}, but holds {len(self.background)}"
        return None

    def exactness(self, classifier: Classifier) -> str:
        """Complete for every classifier whose score is continuous along the path."""
        return "complete" if classifier.continuous else "approximate"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Score of the series minus the mean score of the references."""
        difference = classifier.scores(x) - classifier.scores(self._drawn(classifier, x)).mean(axis=0)
        return np.take_along_axis(difference, targets, axis=1)

    def _drawn(self, classifier: Classifier, x: np.ndarray) -> np.ndarray:
        reason = self.refusal(classifier)
        if reason:
            raise ValueError(reason)
        background = unmasked("background", self.background).astype(x.dtype)
        if background.shape[1:] != x.shape[1:]:
            raise ValueError(
                f"background must have shape (instance, time, channel) = (any, {x.shape[1]}, {x.shape[2]}), "
                f"but has {background.shape}"
            )
        count = min(self.references, len(background))
        return background[np.random.default_rng(self.seed).choice(len(background), count, replace=False)]

    def _finite_population_correction(self, drawn: int) -> float:
        """Factor of the variance, since the references are drawn without replacement."""
        return 1 - drawn / len(self.background)
