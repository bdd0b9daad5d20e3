"""The same networks in Keras and in PyTorch, with the same weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import torch
from keras import layers as L
from torch import nn

from tests.support.modules import Through

STEPS, CHANNELS, CLASSES = 60, 3, 4


def take_over(module: nn.Module, model: Any) -> None:
    """Give the layers of a module the weights of a Keras model's layers, which come in the same order."""
    given = [layer for layer in model.layers if layer.weights]
    taking = [one for one in module.modules() if not any(one.children()) and any(True for _ in one.parameters())]
    for layer, one in zip(given, taking, strict=True):
        weights = [torch.as_tensor(np.asarray(weight)) for weight in layer.get_weights()]
        with torch.no_grad():
            if isinstance(one, nn.Linear):
                one.weight.copy_(weights[0].T)
            elif isinstance(one, nn.Conv1d):
                one.weight.copy_(weights[0].permute(2, 1, 0))
            elif isinstance(one, nn.Conv2d) and isinstance(layer, L.DepthwiseConv2D):
                one.weight.copy_(weights[0].permute(2, 3, 0, 1).reshape(one.weight.shape))
            elif isinstance(one, nn.Conv2d):
                one.weight.copy_(weights[0].permute(3, 2, 0, 1))
            elif isinstance(one, nn.BatchNorm1d | nn.BatchNorm2d):
                one.weight.copy_(weights[0])
                one.running_mean.copy_(weights[2])
                one.running_var.copy_(weights[3])
                one.eps = layer.epsilon
            elif isinstance(one, nn.LSTM):
                one.weight_ih_l0.copy_(weights[0].T)
                one.weight_hh_l0.copy_(weights[1].T)
                one.bias_hh_l0.zero_()
                one.bias_ih_l0.copy_(weights[2])
                continue
            if one.bias is not None:
                one.bias.copy_(weights[1])


def drawn(model: Any) -> Any:
    """The model with weights that are all different, the statistics of batch normalizations among them."""
    rng = np.random.default_rng(3)
    for weight in model.weights:
        positive = "variance" in weight.path or "gamma" in weight.path
        values = rng.uniform(0.5, 1.5, weight.shape) if positive else rng.normal(size=weight.shape) * 0.4
        weight.assign(values)
    return model


def question() -> tuple[Any, nn.Module]:
    """The network of the Stack Overflow question, smaller."""
    model = keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Conv1D(6, 9), L.BatchNormalization(), L.ReLU(), L.MaxPooling1D(3),
        L.Conv1D(5, 5), L.BatchNormalization(), L.ReLU(), L.MaxPooling1D(2), L.Flatten(), L.Dense(CLASSES),
    ])  # fmt: skip
    module = nn.Sequential(
        nn.Conv1d(CHANNELS, 6, 9), nn.BatchNorm1d(6), nn.ReLU(), nn.MaxPool1d(3),
        nn.Conv1d(6, 5, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(30, CLASSES),
    )  # fmt: skip
    # PyTorch flattens the filters before the steps.
    drawn(model)
    take_over(module, model)
    kernel = np.asarray(model.layers[-1].kernel).reshape(6, 5, CLASSES)
    with torch.no_grad():
        module[-1].weight.copy_(torch.as_tensor(kernel.transpose(2, 1, 0).reshape(CLASSES, 30)))
    return model, module


def fcn() -> tuple[Any, nn.Module]:
    """Padding, dilation, a strided convolution, and the mean over time, with a softmax."""
    model = keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Conv1D(6, 5, padding="same", activation="relu"),
        L.Conv1D(6, 3, padding="same", dilation_rate=2, use_bias=False), L.BatchNormalization(), L.ReLU(),
        L.Conv1D(8, 4, strides=2, activation="relu"), L.GlobalAveragePooling1D(),
        L.Dense(CLASSES, activation="softmax"),
    ])  # fmt: skip
    module = nn.Sequential(
        nn.Conv1d(CHANNELS, 6, 5, padding=2), nn.ReLU(),
        nn.Conv1d(6, 6, 3, padding="same", dilation=2, bias=False), nn.BatchNorm1d(6), nn.ReLU(),
        nn.Conv1d(6, 8, 4, stride=2), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, CLASSES),
        nn.Softmax(dim=-1),
    )  # fmt: skip
    take_over(module, drawn(model))
    return model, module


def residual() -> tuple[Any, nn.Module]:
    """A block with a shortcut, and the maximum over time."""
    x = series = keras.Input((STEPS, CHANNELS))
    x = first = L.Conv1D(6, 3, padding="same", activation="relu")(x)
    x = L.Conv1D(6, 5, padding="same")(x)
    x = L.ReLU()(L.Add()([x, first]))
    model = keras.Model(series, L.Dense(CLASSES)(L.GlobalMaxPooling1D()(x)))
    module = Through(
        lambda net, x: net.head(torch.relu(net.second(first := torch.relu(net.first(x))) + first).amax(-1)),
        first=nn.Conv1d(CHANNELS, 6, 3, padding=1), second=nn.Conv1d(6, 6, 5, padding=2), head=nn.Linear(6, CLASSES),
    )  # fmt: skip
    take_over(module, drawn(model))
    return model, module


def causal() -> tuple[Any, nn.Module]:
    """Convolutions that see the past, and the last step's features in the head."""
    model = keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Conv1D(6, 3, padding="causal", dilation_rate=1), L.ELU(),
        L.Conv1D(6, 3, padding="causal", dilation_rate=4), L.ELU(), L.GlobalAveragePooling1D(), L.Dense(1, "sigmoid"),
    ])  # fmt: skip
    module = nn.Sequential(
        nn.ConstantPad1d((2, 0), 0), nn.Conv1d(CHANNELS, 6, 3), nn.ELU(), nn.ConstantPad1d((8, 0), 0),
        nn.Conv1d(6, 6, 3, dilation=4), nn.ELU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(6, 1), nn.Sigmoid(),
    )  # fmt: skip
    take_over(module, drawn(model))
    return model, module


def plane() -> tuple[Any, nn.Module]:
    """Two-dimensional layers over channels and time, as of EEGNet."""
    model = keras.Sequential([
        keras.Input((STEPS, CHANNELS)), L.Permute((2, 1)), L.Reshape((CHANNELS, STEPS, 1)),
        L.Conv2D(4, (1, 7), padding="same", use_bias=False), L.BatchNormalization(),
        L.DepthwiseConv2D((CHANNELS, 1), depth_multiplier=2, use_bias=False), L.BatchNormalization(), L.ELU(),
        L.AveragePooling2D((1, 4)), L.GlobalAveragePooling2D(), L.Dense(CLASSES),
    ])  # fmt: skip
    module = nn.Sequential(
        nn.Unflatten(1, (1, CHANNELS)), nn.Conv2d(1, 4, (1, 7), padding="same", bias=False), nn.BatchNorm2d(4),
        nn.Conv2d(4, 8, (CHANNELS, 1), groups=4, bias=False), nn.BatchNorm2d(8), nn.ELU(),
        nn.AvgPool2d((1, 4)), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES),
    )  # fmt: skip
    take_over(module, drawn(model))
    return model, module


def recurrent() -> tuple[Any, nn.Module]:
    """A convolution, an LSTM whose last step is read, and log-probabilities."""
    series = keras.Input((STEPS, CHANNELS))
    steps = L.LSTM(5, return_sequences=True)(L.Conv1D(6, 5, activation="relu")(series))
    model = keras.Model(series, L.Dense(CLASSES, activation="softmax")(steps[:, -1]))
    module = Through(
        lambda net, x: net.head(net.lstm(torch.relu(net.first(x)).transpose(1, 2))[0][:, -1]).log_softmax(-1),
        first=nn.Conv1d(CHANNELS, 6, 5), lstm=nn.LSTM(6, 5, batch_first=True), head=nn.Linear(5, CLASSES),
    )  # fmt: skip
    take_over(module, drawn(model))
    return model, module


TWINS = [question, fcn, residual, causal, plane, recurrent]
