"""Networks that take more than the series, and the same networks with the other inputs built in as constants."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import torch
from keras import layers as L
from torch import nn

STEPS, CHANNELS, CLASSES, INSTANCES = 40, 3, 3, 4


def series() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(INSTANCES, STEPS, CHANNELS)).astype(np.float32)


def ages() -> np.ndarray:
    return np.random.default_rng(2).normal(size=(INSTANCES, 2)).astype(np.float32)


def _block(maps: Any, name: str) -> Any:
    maps = L.ReLU()(L.BatchNormalization()(L.Conv1D(6, 5, name=name)(maps)))
    return L.MaxPooling1D(2)(maps)


def question(seed: int = 0) -> tuple[keras.Model, Any]:
    """The question's network with one more input; and a function that builds that in."""
    keras.utils.set_random_seed(seed)
    ecg, age = keras.Input((STEPS, CHANNELS), name="ecg"), keras.Input((2,), name="age")
    maps = L.Flatten()(_block(_block(ecg, "conv1"), "conv2"))
    dense, last = L.Dense(4, activation="relu", name="of_age"), L.Dense(CLASSES, activation="softmax", name="scores")
    model = keras.Model([ecg, age], last(L.Concatenate()([maps, dense(age)])))

    def with_constant(value: np.ndarray) -> keras.Model:
        weights, bias = last.get_weights()
        made = np.asarray(dense(value[np.newaxis]))[0]
        other = L.Dense(CLASSES, activation="softmax", name="scores")
        constant = keras.Model(ecg, other(maps))
        other.set_weights([weights[:-4], bias + made @ weights[-4:]])
        return constant

    return model, with_constant


class Called(keras.Model):
    """A subclassed model that is called with the series and two more numbers as arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = L.Conv1D(6, 5, activation="relu", name="conv1"), L.BatchNormalization()
        self.mean, self.of_age, self.scores = (
            L.GlobalAveragePooling1D(),
            L.Dense(4, activation="relu"),
            L.Dense(CLASSES),
        )

    def call(self, ecg: Any, age: Any, training: bool = False) -> Any:
        maps = self.mean(self.norm(self.conv(ecg), training=training))
        return self.scores(keras.ops.concatenate([maps, self.of_age(age)], axis=-1))

    def get_config(self) -> dict[str, Any]:
        return {}

    def with_constant(self, value: np.ndarray) -> keras.Model:
        weights, bias = self.scores.get_weights()
        made = keras.ops.convert_to_numpy(self.of_age(value[np.newaxis]))[0]
        last, ecg = L.Dense(CLASSES), keras.Input((STEPS, CHANNELS))
        constant = keras.Model(ecg, last(self.mean(self.norm(self.conv(ecg)))))
        last.set_weights([weights[:-4], bias + made @ weights[-4:]])
        return constant


def called() -> tuple[keras.Model, Any]:
    keras.utils.set_random_seed(0)
    model = Called()
    model(series(), age=ages())
    return model, model.with_constant


class Recorder(nn.Module):
    """Convolution, mean over time, and a score from that and from two more numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv1d(CHANNELS, 6, 5), nn.BatchNorm1d(6)
        self.of_age, self.scores = nn.Linear(2, 4), nn.Linear(10, CLASSES)

    def forward(self, ecg: Any, age: Any) -> Any:
        maps = torch.relu(self.norm(self.conv(ecg)))
        return self.scores(torch.cat([maps.mean(-1), torch.relu(self.of_age(age))], 1))

    def with_constant(self, value: np.ndarray) -> nn.Module:
        last = nn.Linear(6, CLASSES)
        with torch.no_grad():
            weight = self.scores.weight
            last.weight.copy_(weight[:, :6])
            last.bias.copy_(self.scores.bias + weight[:, 6:] @ torch.relu(self.of_age(torch.as_tensor(value))))
        parts = (self.conv, self.norm, nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), last)
        return nn.Sequential(*parts).eval()


def recorder() -> tuple[nn.Module, Any]:
    torch.manual_seed(0)
    module = Recorder().eval()
    return module, module.with_constant
