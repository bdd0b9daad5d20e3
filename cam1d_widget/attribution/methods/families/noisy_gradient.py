"""Base of SmoothGrad, SquareGrad and VarGrad: gradients of a series with noise."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ....validation import check_count, check_number, check_seed
from ...abilities import HasGradient, require
from ...classifier import Classifier
from ...masking import batches
from .base import Maps, SeveralTargets

__all__ = ["Moments", "NoisyGradient"]


class Moments(NamedTuple):
    """Mean and central moments of the gradients, each of shape (instance, time, channel), over `draws` draws."""

    mean: np.ndarray
    second: np.ndarray
    third: np.ndarray
    fourth: np.ndarray
    draws: int


@dataclass(frozen=True)
class NoisyGradient(SeveralTargets):
    """A statistic of the gradient on copies of a series with noise on each.

    A subclass overrides only :meth:`summary`, and states how many `moments` it needs. The noise has the scale of each
    channel of the series, so that channels in different units are perturbed equally, and is the same for every
    instance, so that results do not depend on the batch.

    Parameters
    ----------
    samples : int
        Noisy copies.
    noise_level : float
        Standard deviation of the noise, as a share of the channel's own.
    seed : int
        Of the noise.
    """

    samples: int = 50
    noise_level: float = 0.15
    seed: int = 0

    family = "gradient"
    needs = HasGradient
    read_out = "gradients"
    stochastic = True
    moments: ClassVar[int] = 4

    def __post_init__(self) -> None:
        check_count("samples", self.samples, least=2, way_out="; one sample has no standard error")
        check_number("noise_level", self.noise_level, above=0, way_out="; Saliency is without noise")
        check_seed(self.seed)

    @abstractmethod
    def summary(self, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
        """Statistic of the gradients, and its standard error."""

    def _passes(self, samples: int, channels: int) -> float:
        """One forward and one backward pass per noisy copy."""
        return 3 * self.samples

    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes, each with its standard error."""
        made = [self._summarized(classifier, x, column) for column in targets.T]
        values, errors = (np.stack(part, axis=1) for part in zip(*made, strict=True))
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64), errors)

    def _summarized(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        statistic, error = self.summary(self._moments(classifier, x, targets))
        return statistic.astype(x.dtype), error.astype(x.dtype)

    def _moments(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Moments:
        """Moments from power sums of the gradients, relative to the gradient without noise to avoid cancellation."""
        differentiable = require(classifier, HasGradient)
        origin = differentiable.gradient(x, targets)
        sums = np.zeros((4, *x.shape))
        for noisy in self._noisy(x):
            gradients = differentiable.gradient(noisy.reshape(-1, *x.shape[1:]), np.tile(targets, len(noisy)))
            apart = gradients.reshape(noisy.shape) - origin
            power = apart.copy()
            for order, total in enumerate(sums[: self.moments], start=1):
                if order > 1:
                    power *= apart
                total += power.sum(axis=0, dtype=np.float64)
        m1, m2, m3, m4 = sums / self.samples
        return Moments(
            origin + m1,
            np.maximum(m2 - m1**2, 0),
            m3 - 3 * m1 * m2 + 2 * m1**3,
            np.maximum(m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4, 0),
            self.samples,
        )

    def _noisy(self, x: np.ndarray) -> Iterator[np.ndarray]:
        """Noisy copies, of shape (draw, instance, time, channel), some draws at a time."""
        rng = np.random.default_rng(self.seed)
        scale = self.noise_level * x.std(axis=1, keepdims=True)
        for part in batches(self.samples, x.nbytes):
            noise = rng.standard_normal((part.stop - part.start, 1, *x.shape[1:]), dtype=np.float32)
            yield x + scale * noise
