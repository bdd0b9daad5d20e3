"""A linear classifier: a data set that it solves cannot rank attribution maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation import as_array, check_finite, indices, shaped

# Strengths of the penalty that are tried, in units of the mean square of a series.
STRENGTHS = np.logspace(-4, 4, 17)


@dataclass(frozen=True)
class LinearProbe:
    """Ridge regression on the classes: one weight for each sample of each channel.

    If it solves a set, the class depends on single values at fixed places, its weights are the truth, and the set
    cannot distinguish good maps from bad ones.

    Attributes
    ----------
    mean : ndarray of shape (time, channel)
        Mean series.
    weights : ndarray of shape (class, time, channel)
    bias : ndarray of shape (class,)
    """

    mean: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    @classmethod
    def fitted(cls, x: NDArray[np.float32], y: NDArray[np.int64]) -> LinearProbe:
        """Probe of series of shape (instance, time, channel) and their classes.

        The penalty is that of the least error when each series is left out in turn.
        """
        x = _series(x)
        y = _classes("y", y, len(x), 2**15)
        mean = x.mean(axis=0, dtype=np.float64)
        flat = (x - mean).reshape(len(x), -1)
        wanted = np.eye(int(y.max()) + 1)[y] * 2 - 1
        bias = wanted.mean(axis=0)
        # By the Gram matrix: there are usually fewer instances than samples.
        values, vectors = np.linalg.eigh(flat @ flat.T)
        turned = vectors.T @ (wanted - bias)
        scale = np.trace(flat @ flat.T) / len(flat)
        duals, errors = zip(*(_left_out(values, vectors, turned, scale * one) for one in STRENGTHS), strict=True)
        weights = (flat.T @ duals[int(np.argmin(errors))]).T
        return cls(mean, weights.reshape(-1, *x.shape[1:]), bias)

    def scores(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Score of each class, of shape (instance, class)."""
        x = _series(x, self.mean.shape)
        return np.asarray(np.tensordot(x - self.mean, self.weights, axes=((1, 2), (1, 2))) + self.bias)

    def accuracy(self, x: NDArray[np.float32], y: NDArray[np.int64]) -> float:
        """Share of the series that it classifies correctly."""
        scores = self.scores(x)
        return float((scores.argmax(axis=1) == _classes("y", y, len(scores), len(self.bias))).mean())

    def attribution(self, x: NDArray[np.float32], target: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each value adds to the score of its class, of shape (instance, time, channel)."""
        x = _series(x, self.mean.shape)
        return np.asarray((x - self.mean) * self.weights[_classes("target", target, len(x), len(self.bias))])


def _series(x: Any, size: tuple[int | None, ...] = (None, None)) -> NDArray[Any]:
    x = check_finite("x", as_array("x", x))
    shaped("x", x, "(instance, time, channel)", (None, *size))
    if not x.size:
        raise ValueError(f"x must hold at least one series, but has shape {x.shape}")
    return x


def _classes(argument: str, values: Any, instances: int, count: int) -> NDArray[Any]:
    classes = indices(argument, values, count, "one class index for each series of x")
    shaped(argument, classes, "(instance,)", (instances,))
    return classes


def _left_out(
    values: NDArray[np.float64], vectors: NDArray[np.float64], turned: NDArray[np.float64], strength: float
) -> tuple[NDArray[np.float64], float]:
    """Weights of the instances under a penalty, and the squared error of each by all the others."""
    shrunk = 1 / (np.maximum(values, 0) + strength)
    dual = vectors @ (shrunk[:, np.newaxis] * turned)
    inverse = (vectors**2) @ shrunk
    return dual, float(((dual / inverse[:, np.newaxis]) ** 2).sum())
