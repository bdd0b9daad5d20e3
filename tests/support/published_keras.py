"""Published networks for time series in Keras, smaller: those of Keras' own examples, and of tutorials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L

__all__ = ["KERAS_NETWORKS"]

STEPS, CHANNELS, CLASSES = 64, 3, 4


def fcn() -> Any:
    """The convolutional network of Keras' example of time-series classification."""
    series = maps = keras.Input((STEPS, CHANNELS))
    for _ in range(3):
        maps = L.ReLU()(L.BatchNormalization()(L.Conv1D(8, 3, padding="same")(maps)))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(L.GlobalAveragePooling1D()(maps)))


def transformer() -> Any:
    """The transformer of Keras' example: attention over time, whose pooling averages the features of each step."""
    series = maps = keras.Input((STEPS, CHANNELS))
    for _ in range(2):
        attended = L.MultiHeadAttention(num_heads=2, key_dim=8, dropout=0.25)(maps, maps)
        maps = L.LayerNormalization(epsilon=1e-6)(L.Dropout(0.25)(attended)) + maps
        hidden = L.Dropout(0.25)(L.Conv1D(4, 1, activation="relu")(maps))
        maps = L.LayerNormalization(epsilon=1e-6)(L.Conv1D(CHANNELS, 1)(hidden)) + maps
    pooled = L.GlobalAveragePooling1D(data_format="channels_last")(maps)
    hidden = L.Dropout(0.4)(L.Dense(8, activation="relu")(pooled))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(hidden))


def transformer_of_features() -> Any:
    """The same with the pooling of the example for series of one channel: over the features of each step."""
    series = keras.Input((STEPS, 1))
    attended = L.MultiHeadAttention(num_heads=2, key_dim=8)(series, series)
    maps = L.LayerNormalization(epsilon=1e-6)(attended) + series
    pooled = L.GlobalAveragePooling1D(data_format="channels_first")(maps)
    hidden = L.Dropout(0.4)(L.Dense(8, activation="relu")(pooled))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(hidden))


def multi_head_cnn() -> Any:
    """Convolutions of three widths on the same series, as in tutorials on activities."""
    series = keras.Input((STEPS, CHANNELS))
    heads = [
        L.Flatten()(L.MaxPooling1D(2)(L.Dropout(0.5)(L.Conv1D(6, width, activation="relu")(series))))
        for width in (3, 5, 11)
    ]
    hidden = L.Dense(10, activation="relu")(L.concatenate(heads))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(hidden))


def cnn_lstm() -> Any:
    """Convolutions of four pieces of the series, and an LSTM over the pieces."""
    layers = [
        L.Conv1D(6, 3, activation="relu"),
        L.Conv1D(6, 3, activation="relu"),
        L.Dropout(0.5),
        L.MaxPooling1D(2),
        L.Flatten(),
    ]
    return keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Reshape((4, STEPS // 4, CHANNELS)), *map(L.TimeDistributed, layers),
        L.LSTM(10), L.Dropout(0.5), L.Dense(10, activation="relu"), L.Dense(CLASSES, activation="softmax"),
    ])  # fmt: skip


def conv_lstm() -> Any:
    """An LSTM whose steps are pieces of the series, and whose matrix products are convolutions."""
    return keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Reshape((4, 1, STEPS // 4, CHANNELS)),
        L.ConvLSTM2D(6, (1, 3), activation="relu"), L.Dropout(0.5), L.Flatten(), L.Dense(10, activation="relu"),
        L.Dense(CLASSES, activation="softmax"),
    ])  # fmt: skip


def deep_conv_lstm() -> Any:
    """DeepConvLSTM (Ordóñez and Roggen, 2016)."""
    convolutions = [L.Conv2D(6, (5, 1), activation="relu") for _ in range(4)]
    return keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Reshape((STEPS, CHANNELS, 1)), *convolutions,
        L.Reshape((STEPS - 16, CHANNELS * 6)), L.LSTM(10, return_sequences=True), L.Dropout(0.5), L.LSTM(10),
        L.Dropout(0.5), L.Dense(CLASSES, activation="softmax"),
    ])  # fmt: skip


def residual_ecg() -> Any:
    """Residual network for ECGs (Ribeiro et al., 2020)."""
    series = keras.Input((STEPS, CHANNELS))

    def normalized(maps: Any) -> Any:
        return L.Dropout(0.2)(L.Activation("relu")(L.BatchNormalization()(maps)))

    maps = normalized(L.Conv1D(6, 9, padding="same", use_bias=False)(series))
    for filters in (8, 10):
        shortcut = L.Conv1D(filters, 1, padding="same", use_bias=False)(L.MaxPooling1D(4, padding="same")(maps))
        maps = normalized(L.Conv1D(filters, 9, padding="same", use_bias=False)(maps))
        maps = normalized(L.Add()([L.Conv1D(filters, 9, strides=4, padding="same", use_bias=False)(maps), shortcut]))
    return keras.Model(series, L.Dense(CLASSES, activation="sigmoid")(L.Flatten()(maps)))


def tcn() -> Any:
    """Temporal convolutional network (Bai et al., 2018)."""
    series = maps = keras.Input((STEPS, CHANNELS))
    for dilation in (1, 2, 4):
        shortcut = L.Conv1D(8, 1, padding="same")(maps) if maps is series else maps
        for _ in range(2):
            convolved = L.Conv1D(8, 3, padding="causal", dilation_rate=dilation, activation="relu")(maps)
            maps = L.SpatialDropout1D(0.2)(convolved)
        maps = L.Activation("relu")(L.add([maps, shortcut]))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(L.Lambda(lambda maps: maps[:, -1])(maps)))


def eeg_net() -> Any:
    """EEGNet (Lawhern et al., 2018)."""
    return keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Permute((2, 1)), L.Reshape((CHANNELS, STEPS, 1)),
        L.Conv2D(4, (1, 16), padding="same", use_bias=False), L.BatchNormalization(),
        L.DepthwiseConv2D((CHANNELS, 1), use_bias=False, depth_multiplier=2), L.BatchNormalization(),
        L.Activation("elu"), L.AveragePooling2D((1, 4)), L.Dropout(0.5),
        L.SeparableConv2D(8, (1, 8), padding="same", use_bias=False), L.BatchNormalization(), L.Activation("elu"),
        L.AveragePooling2D((1, 4)), L.Dropout(0.5), L.Flatten(), L.Dense(CLASSES), L.Activation("softmax"),
    ])  # fmt: skip


KERAS_NETWORKS: dict[str, Callable[[], Any]] = {
    "FCN of Keras' example": fcn,
    "transformer of Keras' example": transformer,
    "transformer of Keras' example, one channel": transformer_of_features,
    "multi-head CNN": multi_head_cnn,
    "CNN-LSTM": cnn_lstm,
    "ConvLSTM": conv_lstm,
    "DeepConvLSTM": deep_conv_lstm,
    "residual network for ECGs": residual_ecg,
    "TCN": tcn,
    "EEGNet": eeg_net,
}
"""Functions that build them, by name."""
