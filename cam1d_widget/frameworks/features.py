"""Feature maps of the explained layer, and the gradients of class scores with respect to them."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from ..network.affine_head import AffineHead
from .network import Network
from .passes import Passes

__all__ = ["Features"]


class Features:
    """Feature maps and gradients by passes, or by the slopes of an affine head, which are the same for all series.

    Parameters
    ----------
    network : Network
    passes : Passes
    classes : int
    """

    def __init__(self, network: Network, passes: Passes, classes: int) -> None:
        self._network, self._passes, self._classes = network, passes, classes
        self._version = network.head_version()
        self._head = AffineHead(self._features_slopes_bias, self._version)

    def with_passes(self, passes: Passes) -> Features:
        """The same by other passes, which hold other inputs at other values: slopes and bias may depend on them."""
        other = copy(self)
        other._passes = passes
        other._head = AffineHead(other._features_slopes_bias, self._version)
        return other

    def sharing(self, passes: Passes) -> Features:
        """The same by other passes through the same network, with the slopes for its current weights."""
        other = copy(self)
        other._passes, other._head = passes, self._head.held()
        return other

    def with_gradients(self, x: np.ndarray, targets: np.ndarray, affine: bool) -> tuple[np.ndarray, np.ndarray]:
        """Features, and the gradients of the scores of targets (instance, target) with respect to them.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        targets : ndarray of int of shape (instance, target)
        affine : bool
            Whether the scores are an affine function of the features.

        Returns
        -------
        features : ndarray of shape (instance, step, filter)
        gradients : ndarray of shape (instance, target, step, filter)
        """
        by_slopes = self._by_slopes(x, targets) if affine else None
        if by_slopes:
            return by_slopes
        if self._passes.shares(x):
            features = self._passes.run("features_and_scores", x)[0]
            return features, self._passes.run("gradients_of_features", x, features, targets)[0]
        features, gradients = self._passes.run("features_and_gradients", x, targets)
        return features, gradients

    def _by_slopes(self, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Features and gradients of an affine head; None where it is not affine after all, or too large."""
        shape: Any = self._network.map_shape
        if None in shape or not AffineHead.fits(self._classes, *shape):
            return None
        first = self._head.learn_first(x)
        if first is not None:
            return first[0], first[1][targets]
        features, scores = self._passes.run("features_and_scores", x)
        slopes = self._head.slopes(x, features, scores)
        if slopes is None:
            return None
        if (targets != targets[0]).any():
            return features, slopes[targets]
        # One array serves all series, and that of all classes exists already.
        chosen = slopes if np.array_equal(targets[0], np.arange(self._classes)) else slopes[targets[0]]
        return features, np.broadcast_to(chosen, (*targets.shape, *shape))

    def _features_slopes_bias(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Features of one series, the gradient of every class' score, and the scores of features that are zero."""
        every = np.arange(self._classes, dtype=np.int32)[np.newaxis]
        features, gradients = self._passes.run("features_and_gradients", x, every)
        return features, gradients[0], self._passes.run("head_scores", x, np.zeros_like(features))[0][0]
