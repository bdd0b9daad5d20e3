"""Filters of a layer as functions of the series: values and gradients, numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..network.layers_in_time import pre_activation_of
from .network import Network
from .passes import Passes

__all__ = ["NetworkFilters"]


class NetworkFilters:
    """Pre-activations of the filters of one layer.

    Parameters
    ----------
    network : Network
        Cut at the layer.
    passes : Passes
    padded : callable
        Fills series up to the length of the model.
    """

    def __init__(self, network: Network, passes: Passes, padded: Callable[[np.ndarray], np.ndarray]) -> None:
        assert network.graph is not None
        assert network.entry is not None
        self.count = int(network.map_shape[-1] or 0)
        """Number of filters."""
        self.affine = pre_activation_of(network.graph, network.entry).affine
        """Whether pre-activations are affine functions of the series, each described by its kernel."""
        self._passes, self._padded = passes, padded

    def drive(self, x: np.ndarray, filters: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pre-activation of a filter at a step of each series, and its gradient with respect to the series.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        filters, steps : ndarray of int, of shape (instance,)

        Returns
        -------
        values : ndarray of shape (instance,)
        gradient : ndarray of shape (instance, time, channel)
        """
        places = np.stack([steps, filters], axis=1).astype(np.int32)
        values, gradient = self._passes.run("pre_activation", self._padded(x), places)
        return values, gradient[:, : x.shape[1]]
