"""The network of the question "How to most effectively visualize 1D convolutions?"."""

from __future__ import annotations

import keras

from ..validation import check_count, check_number
from .input_shape import check_length


def question_cnn(
    input_shape: tuple[int, int],
    classes: int,
    *,
    filters: int = 128,
    kernel_size: int = 9,
    pool_size: int = 5,
    momentum: float = 0.9,
) -> keras.Model:
    """Two blocks of convolution, batch norm, ReLU and max-pooling, then one dense layer.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one series, (time, channel).
    classes : int
        Number of classes, one softmax unit each.
    filters : int
        Filters of either convolution.
    kernel_size : int
        Steps that a filter sees, with ``valid`` padding: (kernel_size - 1) steps are lost.
    pool_size : int
        Steps in a window of the pooling.
    momentum : float
        How slowly batch norm's moving statistics follow. Keras' own 0.99 needs thousands of
        batches to get there; on a small data set the network would then be tested with statistics
        that are still far from those it was trained with.

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as
        integers).

    Examples
    --------
    >>> from cam1d_widget.models import question_cnn
    >>> question_cnn((300, 9), 7).output_shape
    (None, 7)
    """
    classes, filters = check_count("classes", classes), check_count("filters", filters)
    kernel_size, pool_size = check_count("kernel_size", kernel_size), check_count("pool_size", pool_size)
    check_number("momentum", momentum, least=0, below=1)
    time = check_length(input_shape)
    shortest = pool_size * (pool_size + kernel_size - 1) + kernel_size - 1
    if time < shortest:
        raise ValueError(
            f"input_shape must be (time, channel) with at least {shortest} samples, for the second pooling to make a "
            f"step, but is {input_shape}; reduce kernel_size={kernel_size} or pool_size={pool_size}"
        )
    series = keras.Input(input_shape, name="series")
    x = series
    for block in ("1", "2"):
        x = keras.layers.Conv1D(filters, kernel_size, name=f"conv{block}")(x)
        x = keras.layers.BatchNormalization(momentum=momentum, name=f"norm{block}")(x)
        x = keras.layers.ReLU(name=f"relu{block}")(x)
        x = keras.layers.MaxPooling1D(pool_size, name=f"pool{block}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    scores = keras.layers.Dense(classes, activation="softmax", name="scores")(x)
    model = keras.Model(series, scores, name="question_cnn")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
