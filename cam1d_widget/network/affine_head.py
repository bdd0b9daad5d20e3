"""Gradients of an affine head: they are the same for every series, and computed once for all classes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = ["AffineHead"]

# Bytes of slopes that are worth caching; beyond, a gradient for each series is cheaper.
_BYTES = 64 * 2**20
# Largest error of a score, as a share of the sum of its terms' magnitudes, with which a head still counts as affine.
_TOLERANCE = 1e-3


class AffineHead:
    """Slopes of an affine head, computed once for its current weights.

    Whether the head is affine follows from its layers and is verified on the scores of every batch, for each class.

    Parameters
    ----------
    learn : callable
        Returns the features of one series, of shape (1, step, filter), the gradient of every class, of shape (class,
        step, filter), and the scores of features that are zero, of shape (class,).
    version : callable
        Returns a fingerprint of the head's weights.
    """

    def __init__(
        self, learn: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]], version: Callable[[], Hashable]
    ) -> None:
        self._learn = learn
        self._version: Callable[[], Hashable] = version
        self._learned: dict[Hashable, _Learned] = {}  # of the current version alone, shared with copies

    def held(self) -> AffineHead:
        """The same head, whose weights are taken not to change any more."""
        if isinstance(self._version, _Held):
            return self
        other = copy(self)
        other._version = _Held(self._version())
        return other

    @staticmethod
    def fits(classes: int, steps: int, filters: int) -> bool:
        """Whether the slopes are small enough to be cached."""
        return 4 * classes * steps * filters <= _BYTES

    def learn_first(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Features of one series and the gradient of every class, from which the slopes are learned.

        None if they are known, or for several series. The first map thus needs a single compiled function.
        """
        version = self._version()
        if len(x) > 1 or version in self._learned:
            return None
        features, slopes, bias = self._learn(x)
        self._keep(version, _Learned(slopes, bias))
        return features, slopes

    def slopes(self, x: np.ndarray, features: np.ndarray, scores: np.ndarray) -> np.ndarray | None:
        """Gradient of every class' score, of shape (class, step, filter); None where the head is not affine after all.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        features : ndarray of shape (instance, step, filter)
        scores : ndarray of shape (instance, class)
            Output of the head for the features.
        """
        version = self._version()
        learned = self._learned.get(version)  # another thread may replace the slopes meanwhile
        if learned is None:
            learned = self._keep(version, _Learned(*self._learn(x[:1])[1:]))
        return learned.slopes if learned.explains(features, scores) else None

    def _keep(self, version: Hashable, learned: _Learned) -> _Learned:
        self._learned.clear()
        self._learned[version] = learned
        return learned


@dataclass(frozen=True)
class _Held:
    """A fingerprint that stays the same."""

    value: Hashable

    def __call__(self) -> Hashable:
        return self.value


class _Learned(NamedTuple):
    """Slopes and bias of each class."""

    slopes: np.ndarray
    bias: np.ndarray

    def explains(self, features: np.ndarray, scores: np.ndarray) -> bool:
        """Whether these are the scores of an affine function with these slopes."""
        terms, slopes = features.reshape(len(features), -1), self.slopes.reshape(len(self.slopes), -1).T
        missed = np.abs(terms @ slopes + self.bias - scores)
        return bool((missed <= _TOLERANCE * (np.abs(terms) @ np.abs(slopes) + np.abs(self.bias))).all())
