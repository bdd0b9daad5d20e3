"""A model of somebody else, with series and its own scores of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

__all__ = ["Given", "noise", "of_keras", "of_torch"]


class Given(NamedTuple):
    """A model, series (instance, time, channel), and the model's own scores of these (instance, class)."""

    model: Any
    x: np.ndarray
    own: np.ndarray


def noise(steps: int, channels: int, instances: int = 1) -> np.ndarray:
    """Series of noise."""
    return np.random.default_rng(0).normal(size=(instances, steps, channels)).astype(np.float32)


def of_torch(build: Callable[[], torch.nn.Module], steps: int, channels: int) -> Given:
    """An untrained module that takes (batch, channel, time); the statistics of its normalizations are not trivial."""
    torch.manual_seed(0)
    module, x = build().eval(), noise(steps, channels)
    with torch.no_grad():
        for one in module.modules():
            if isinstance(one, torch.nn.modules.batchnorm._BatchNorm):
                one.running_mean.normal_(0, 0.3)
                one.running_var.uniform_(0.5, 1.5)
        own = module(torch.as_tensor(x).transpose(1, 2)).numpy()
    return Given(module, x, own)


def of_keras(build: Callable[[], Any]) -> Given:
    """An untrained model of Keras."""
    import keras

    keras.utils.set_random_seed(0)
    model = build()
    x = noise(*model.input_shape[1:])
    return Given(model, x, np.asarray(model.predict(x, verbose=0)))
