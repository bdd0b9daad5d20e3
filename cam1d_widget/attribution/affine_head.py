"""Gradients of a head that is affine: the same for every series, so that no class costs a pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["AffineHead"]

# Bytes of slopes that are worth keeping; beyond, a gradient for each series is cheaper.
_BYTES = 64 * 2**20


class AffineHead:
    """Slopes of an affine head, learned once and held against its scores each time.

    A model that is trained on changes its head behind our back, so each batch of scores is compared with what the
    slopes say of its features; where they disagree, the slopes are learned anew.

    Parameters
    ----------
    learn : callable
        Gives the gradient of every class on one series, of shape (class, step, filter).
    """

    def __init__(self, learn: Callable[[np.ndarray], np.ndarray]) -> None:
        self._learn = learn
        self._slopes: np.ndarray | None = None
        self._bias = np.zeros(0)

    @staticmethod
    def fits(classes: int, steps: int, filters: int) -> bool:
        """Whether the slopes are few enough to be kept."""
        return 4 * classes * steps * filters <= _BYTES

    def slopes(self, x: np.ndarray, features: np.ndarray, scores: np.ndarray) -> np.ndarray | None:
        """Gradient of every class' score, of shape (class, step, filter); None where the head is not affine after all.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        features : ndarray of shape (instance, step, filter)
        scores : ndarray of shape (instance, class)
            What the head makes of the features.
        """
        if self._slopes is None or not self._explains(features, scores):
            self._slopes = self._learn(x[:1])
            self._bias = scores[0] - self._said(features[:1])[0]
            return self._slopes if self._explains(features, scores) else None
        return self._slopes

    def _explains(self, features: np.ndarray, scores: np.ndarray) -> bool:
        assert self._slopes is not None
        if self._slopes.shape[1:] != features.shape[1:]:  # of series of another length
            return False
        missed = np.abs(self._said(features) + self._bias - scores).max()
        return bool(missed <= 1e-3 * (1 + np.abs(scores).max()))

    def _said(self, features: np.ndarray) -> np.ndarray:
        assert self._slopes is not None
        said: np.ndarray = features.reshape(len(features), -1) @ self._slopes.reshape(len(self._slopes), -1).T
        return said
