"""Filters of a Keras layer as functions of the series: values and gradients, numpy in, numpy out."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from ...network.layers_in_time import drive_of
from .engine_tensorflow import Compiled
from .network import Network

__all__ = ["KerasFilters"]


class KerasFilters:
    """What drives the filters of one layer.

    Parameters
    ----------
    network : Network
        Cut at the layer.
    batch_size : int
        Series that go through at a time.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        self._network, self._batch_size = network, batch_size
        self._drive = drive_of(network.entry)

    @property
    def count(self) -> int:
        """Number of filters."""
        return int(self._network.entry.shape[-1])

    @property
    def affine(self) -> bool:
        """Whether the drives are affine functions of the series, each with a kernel that says all of it."""
        return self._drive.affine

    def drive(self, x: np.ndarray, filters: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What drives a filter at a step of each series, and its gradient by the series.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        filters, steps : ndarray of int, of shape (instance,)
            Which filter, and at which step.

        Returns
        -------
        values : ndarray of shape (instance,)
            In front of the layer's activation.
        gradient : ndarray of shape (instance, time, channel)
        """
        places = np.stack([steps, filters], axis=1).astype(np.int32)
        values, gradient = self._pulled.batched(self._batch_size, x, places)
        return values, gradient

    @cached_property
    def _pulled(self) -> Compiled:
        graph, layer = self._network.function_of(self._drive.tensor), self._drive.layer

        def pulled(x: tf.Tensor, places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(x)
                maps = graph([x])[0]
                maps = maps if layer is None else _finished(layer, maps)
                values = tf.cast(tf.gather_nd(maps, places, batch_dims=1), tf.float32)
            return values, tape.gradient(values, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        series = tf.TensorSpec([None, *self._network.input_shape], tf.float32)
        return Compiled(pulled, series, tf.TensorSpec([None, 2], tf.int32))


def _finished(layer: Any, maps: tf.Tensor) -> tf.Tensor:
    """Convolution without the activation that is fused into it."""
    made = layer.convolution_op(maps, layer.kernel)
    return made + layer.bias if layer.use_bias else made
