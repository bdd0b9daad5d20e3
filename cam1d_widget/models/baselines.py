"""Baseline architectures, each a convolutional trunk, global average pooling and one dense layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L

from ..validation import check_count, check_number
from .input_shape import check_input_shape

__all__ = ["TRUNKS", "fcn", "inception_time", "resnet"]


def fcn(input_shape: tuple[int | None, int], classes: int, *, filters: int = 128, momentum: float = 0.9) -> keras.Model:
    """Fully convolutional network: three convolutions that keep every step, and a global average.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one series, (time, channel); time may be None for series of any length.
    classes : int
        Number of classes, one softmax unit each.
    filters : int
        Filters of the first and the last convolution; the middle one has twice as many.
    momentum : float
        How slowly batch norm's moving statistics follow; see :func:`~cam1d_widget.models.question_cnn`.

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as integers).

    Notes
    -----
    Wang, Yan and Oates (2017), https://arxiv.org/abs/1611.06455: kernels of 8, 5 and 3 steps.
    """
    return _classifier("fcn", fcn_trunk, input_shape, classes, filters=filters, momentum=momentum)


def resnet(
    input_shape: tuple[int | None, int], classes: int, *, filters: int = 64, momentum: float = 0.9
) -> keras.Model:
    """Residual network: three blocks of three convolutions, each with a shortcut, and a global average.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one series, (time, channel); time may be None for series of any length.
    classes : int
        Number of classes, one softmax unit each.
    filters : int
        Filters of the first block; the others have twice as many.
    momentum : float
        How slowly batch norm's moving statistics follow; see :func:`~cam1d_widget.models.question_cnn`.

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as integers).

    Notes
    -----
    Wang, Yan and Oates (2017), https://arxiv.org/abs/1611.06455: kernels of 8, 5 and 3 steps. A shortcut has a
    convolution of one step where the number of filters changes, and always a batch norm.
    """
    return _classifier("resnet", resnet_trunk, input_shape, classes, filters=filters, momentum=momentum)


def inception_time(
    input_shape: tuple[int | None, int],
    classes: int,
    *,
    filters: int = 32,
    depth: int = 6,
    kernel_size: int = 40,
    momentum: float = 0.9,
) -> keras.Model:
    """Inception network of InceptionTime: six modules that look through windows of four sizes, and a global average.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one series, (time, channel); time may be None for series of any length.
    classes : int
        Number of classes, one softmax unit each.
    filters : int
        Filters of each of a module's four branches, and of its bottleneck.
    depth : int
        Number of modules; there is a shortcut around every three.
    kernel_size : int
        Steps that the longest branch sees; the others see a half and a quarter of them.
    momentum : float
        How slowly batch norm's moving statistics follow; see :func:`~cam1d_widget.models.question_cnn`.

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as integers).

    Notes
    -----
    Ismail Fawaz et al. (2020), https://doi.org/10.1007/s10618-020-00710-y. The paper's InceptionTime averages five of
    these networks, trained from five seeds.
    """
    sizes = {"filters": filters, "depth": depth, "kernel_size": kernel_size}
    return _classifier("inception_time", inception_trunk, input_shape, classes, **sizes, momentum=momentum)


def fcn_trunk(series: Any, *, filters: int = 128, momentum: float = 0.9) -> Any:
    """Map of shape (batch, time, filter) of an FCN."""
    filters = check_count("filters", filters)
    maps = series
    for count, kernel in ((filters, 8), (2 * filters, 5), (filters, 3)):
        maps = L.ReLU()(_convolved(maps, count, kernel, momentum))
    return maps


def resnet_trunk(series: Any, *, filters: int = 64, momentum: float = 0.9) -> Any:
    """Map of shape (batch, time, filter) of a ResNet."""
    filters = check_count("filters", filters)
    maps = series
    for count in (filters, 2 * filters, 2 * filters):
        inner = maps
        for kernel in (8, 5):
            inner = L.ReLU()(_convolved(inner, count, kernel, momentum))
        inner = _convolved(inner, count, 3, momentum)
        if maps.shape[-1] == count:
            shortcut = L.BatchNormalization(momentum=momentum)(maps)
        else:
            shortcut = _convolved(maps, count, 1, momentum)
        maps = L.ReLU()(L.Add()([shortcut, inner]))
    return maps


def inception_trunk(
    series: Any, *, filters: int = 32, depth: int = 6, kernel_size: int = 40, momentum: float = 0.9
) -> Any:
    """Map of shape (batch, time, filter) of an Inception network."""
    filters, depth = check_count("filters", filters), check_count("depth", depth)
    kernel_size = check_count("kernel_size", kernel_size, least=4)
    momentum = check_number("momentum", momentum, least=0, below=1)
    maps = entry = series
    for module in range(depth):
        maps = _inception(maps, filters, kernel_size, momentum)
        if module % 3 == 2:
            shortcut = _convolved(entry, maps.shape[-1], 1, momentum, use_bias=False)
            maps = entry = L.ReLU()(L.Add()([maps, shortcut]))
    return maps


TRUNKS: dict[str, Callable[..., Any]] = {
    "fcn": fcn_trunk,
    "resnet": resnet_trunk,
    "inception_time": inception_trunk,
}
"""Trunks by their builders' names: from a series to a map that keeps every step."""


def _inception(maps: Any, filters: int, kernel_size: int, momentum: float) -> Any:
    """Three convolutions and a maximum side by side, of a map that is narrowed first."""

    def convolved(of: Any, kernel: int) -> Any:
        return L.Conv1D(filters, kernel, padding="same", use_bias=False)(of)

    narrow = convolved(maps, 1) if maps.shape[-1] > 1 else maps
    branches = [convolved(narrow, kernel_size // 2**part) for part in range(3)]
    branches.append(convolved(L.MaxPooling1D(3, strides=1, padding="same")(maps), 1))
    return L.ReLU()(L.BatchNormalization(momentum=momentum)(L.Concatenate()(branches)))


def _convolved(maps: Any, filters: int, kernel: int, momentum: float, use_bias: bool = True) -> Any:
    """Convolution that keeps every step, and batch norm."""
    momentum = check_number("momentum", momentum, least=0, below=1)
    made = L.Conv1D(filters, kernel, padding="same", use_bias=use_bias)(maps)
    return L.BatchNormalization(momentum=momentum)(made)


def _classifier(
    name: str, trunk: Callable[..., Any], input_shape: tuple[int | None, int], classes: int, **sizes: Any
) -> keras.Model:
    """Trunk with global average pooling and one dense layer."""
    series = keras.Input(check_input_shape(input_shape), name="series")
    classes = check_count("classes", classes)
    mean = L.GlobalAveragePooling1D(name="mean")(trunk(series, **sizes))
    model = keras.Model(series, L.Dense(classes, activation="softmax", name="scores")(mean), name=name)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
