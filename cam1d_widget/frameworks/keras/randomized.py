"""Cascading randomization of a network: layer after layer initialized again, on a copy.

The copy is built from the model's own configuration, so that each layer's weights come from its own initializers. The
user's model, and the states of all random number generators, are left as they were.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import keras
import numpy as np

from .reader import is_model

__all__ = ["randomized"]

Read = TypeVar("Read")


def randomized(
    model: Any, seed: int, draws: int, build: Callable[[Any], None], read: Callable[[Any], Read]
) -> Iterator[tuple[int, str, Read]]:
    """Result of reading a copy of a model, while layer after layer of it is randomized, from the output down.

    Yields the draw, the name of each layer once it and all layers after it are randomized, and the result. The result
    is the same object each time, so that it is compiled once for all draws.

    Raises
    ------
    ValueError
        If the model cannot be built again from its configuration, or has no weights.
    """
    copy, known = _redrawn(model, seed, build), None
    layers = list(_layers(copy))
    if not layers:
        raise ValueError(f"model {model.name!r} has no weights to be randomized")
    for draw in range(draws):
        drawn = [layer.get_weights() for layer in _layers(copy if not draw else _redrawn(model, seed + draw, build))]
        copy.set_weights(model.get_weights())
        # Read before the weights change, since some properties of a model are derived from its outputs.
        known = read(copy) if known is None else known
        for layer, weights in zip(reversed(layers), reversed(drawn), strict=True):
            layer.set_weights(weights)
            yield draw, str(layer.name), known


def _redrawn(model: Any, seed: int, build: Callable[[Any], None]) -> Any:
    """Model of the same layers, with weights from their initializers, built if it is not."""
    try:
        with _random_numbers_left(seed), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the arguments of a call are not part of a configuration
            copy = keras.models.clone_model(model)
            if not copy.built or len(copy.weights) < len(model.weights):
                build(copy)
    except Exception as fault:  # any error that a user's class raises
        raise ValueError(_cannot(model, str(fault).strip().partition("\n")[0])) from None
    if [one.shape for one in copy.weights] != [one.shape for one in model.weights]:
        raise ValueError(_cannot(model, "its copy has other weights"))
    if getattr(model, "loss", None) is not None:
        copy.compile(loss=model.loss)  # it defines what outputs without an activation are
    return copy


def _layers(model: Any) -> Iterator[Any]:
    """Layers that have weights, from the input on, those of models inside the model one by one."""
    for layer in model.layers:
        if is_model(layer):
            yield from _layers(layer)
        elif layer.weights:
            yield layer


@contextmanager
def _random_numbers_left(seed: int) -> Iterator[None]:
    """Random numbers from a seed; afterwards, the states of all generators are as before."""
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(seed)  # initializers without a seed draw theirs from it
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002


def _cannot(model: Any, why: str) -> str:
    return (
        f"model {model.name!r} cannot be built again to have its weights randomized{why and f' ({why})'}; "
        f"give its class get_config and from_config"
    )
