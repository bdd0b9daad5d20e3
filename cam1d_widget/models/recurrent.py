"""A recurrent classifier with attention."""

from __future__ import annotations

import keras
from keras import layers as L

from ..frameworks.keras.pooling_layers import TemporalAttention
from ..validation import SAMPLES, check_count, check_number
from .input_shape import check_input_shape

__all__ = ["lstm_attention_classifier"]


def lstm_attention_classifier(
    input_shape: tuple[int | None, int],
    classes: int,
    *,
    units: int = 64,
    attention_units: int = 32,
    pool_size: int = 1,
    dropout: float = 0.0,
) -> keras.Model:
    """LSTM whose states are averaged by attention weights, then one dense layer.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one series, (time, channel); time may be None for series of any length.
    classes : int
        Number of classes, one softmax unit each.
    units : int
        Size of the LSTM's state.
    attention_units : int
        Hidden units of the attention.
    pool_size : int
        Samples that are averaged before the LSTM reads them; it is slow, and forgets, over long series.
    dropout : float
        Share of the attended mean that is dropped in training.

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as integers).

    Notes
    -----
    A state depends on all earlier steps: a large weight of a step does not mean that the evidence is at that step.

    Examples
    --------
    >>> from cam1d_widget.models import lstm_attention_classifier
    >>> lstm_attention_classifier((300, 9), 7).output_shape
    (None, 7)
    """
    input_shape = check_input_shape(input_shape)
    pool_size = check_count("pool_size", pool_size, most=input_shape[0], unit=SAMPLES)
    classes, units = check_count("classes", classes), check_count("units", units)
    check_number("dropout", dropout, least=0, below=1)
    series = keras.Input(input_shape, name="series")
    x = L.AveragePooling1D(pool_size, name="pool")(series) if pool_size > 1 else series
    states = L.LSTM(units, return_sequences=True, name="lstm")(x)
    mean = L.Dropout(dropout, name="dropout")(TemporalAttention(attention_units, name="attention")(states))
    model = keras.Model(
        series, L.Dense(classes, activation="softmax", name="scores")(mean), name="lstm_attention_classifier"
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
