"""A network that forgets: layer after layer drawn anew, on a copy.

The copy is built from the model's own configuration, so that each layer's weights are drawn by its own initializers;
the user's model, and the random numbers that a notebook goes on to draw, stay as they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import keras
import numpy as np

from .reader import is_model

__all__ = ["randomized"]

Read = TypeVar("Read")


def randomized(model: Any, seed: int, draws: int, read: Callable[[Any], Read]) -> Iterator[tuple[int, str, Read]]:
    """What a reader makes of a copy of a model, while layer after layer of it is drawn anew, from the scores down.

    Yields the draw, and the name of each layer once it and all above it have forgotten. What was read is the same each
    time, so that it is compiled once, however many draws there are.

    Raises
    ------
    ValueError
        If the model cannot be built again from its configuration, or has no weights.
    """
    copy, known = _drawn_anew(model, seed), None
    layers = list(_layers(copy))
    if not layers:
        raise ValueError(f"model {model.name!r} has no weights to be destroyed")
    for draw in range(draws):
        drawn = [layer.get_weights() for layer in _layers(copy if not draw else _drawn_anew(model, seed + draw))]
        copy.set_weights(model.get_weights())
        # Read before it forgets: what a model is, is partly told by what it says.
        known = read(copy) if known is None else known
        for layer, weights in zip(reversed(layers), reversed(drawn), strict=True):
            layer.set_weights(weights)
            yield draw, str(layer.name), known


def _drawn_anew(model: Any, seed: int) -> Any:
    """Model of the same layers, whose weights are drawn by their initializers."""
    try:
        with _random_numbers_left(seed):
            copy = keras.models.clone_model(model)
            if not copy.built:
                copy.build((model.get_build_config() or {}).get("input_shape"))
    except Exception as fault:  # whatever a user's classes make of their configuration
        raise ValueError(_cannot(model, str(fault).strip().partition("\n")[0])) from None
    if [one.shape for one in copy.weights] != [one.shape for one in model.weights]:
        raise ValueError(_cannot(model, "its weights come out otherwise"))
    if getattr(model, "loss", None) is not None:
        copy.compile(loss=model.loss)  # which tells what bare outputs mean
    return copy


def _layers(model: Any) -> Iterator[Any]:
    """Layers that have weights, from the series up, those of models inside the model one by one."""
    for layer in model.layers:
        if is_model(layer):
            yield from _layers(layer)
        elif layer.weights:
            yield layer


@contextmanager
def _random_numbers_left(seed: int) -> Iterator[None]:
    """Random numbers from a seed, and the states of all generators afterwards as they were before."""
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(seed)  # what initializers without a seed of their own draw theirs from
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002


def _cannot(model: Any, why: str) -> str:
    return (
        f"model {model.name!r} cannot be built again to have its weights destroyed{why and f' ({why})'}; "
        f"give its class get_config and from_config"
    )
