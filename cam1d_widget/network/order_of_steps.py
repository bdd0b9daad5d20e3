"""Whether a layer that mixes steps keeps them in order, tried on noise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from .graph import Node

__all__ = ["forget_tried_layers", "is_pointwise", "keeps_steps"]

# Steps at which the order of a layer is tried, at least: with all channels changed together, and with each alone.
_TRIED, _TRIED_ALONE = 64, 4
# Numbers in the maps of one trial, if so few steps do not take more.
_NUMBERS = 2**22
# Draws of noise before a layer that fails narrowly is refused.
_DRAWS = 8
# Neighbors among the tried steps over which the influences on one filter are summed.
_NEIGHBORS = 8

_TRIED_LAYERS: WeakKeyDictionary[Any, dict[Any, bool]] = WeakKeyDictionary()


def keeps_steps(node: Node, shape: tuple[int, int]) -> bool:
    """Whether a layer keeps the steps of a map (step, filter) in order; cached for the weights that it has."""
    weights = hashlib.sha1(usedforsecurity=False)
    for weight in node.call.weights():
        weights.update(weight.tobytes())
    tried = _TRIED_LAYERS.setdefault(node.layer, {})
    key = shape, weights.digest()
    if key not in tried:
        tried[key] = _is_in_order(_function_of(node), shape)
    return tried[key]


def is_pointwise(node: Node, shape: list[int], axis: int) -> bool:
    """Whether a function computes each step from the same step alone, in the same way."""
    return _is_pointwise(_function_of(node), shape, axis)


def _function_of(node: Node) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: np.asarray(node.call(values)[0])


def forget_tried_layers() -> None:
    """Clear the cache: layers may have changed in ways that their weights do not show."""
    _TRIED_LAYERS.clear()


def _is_in_order(function: Callable[[Any], Any], shape: tuple[int, int]) -> bool:
    """Whether a function of a map (step, filter) keeps its steps in order, tried on noise.

    Steps of the input are changed one at a time, in all channels together and in each channel alone. A change must have
    its largest effect at the same step of the output, and a step of the output must depend most on the same step of
    the input. This must hold summed over filters. It must also hold for each filter, and for each channel that is
    changed alone, summed over eight neighboring steps, since a filter may hide single changes.

    Layers that mirror, roll, sort or permute steps fail, also if they add their input, and also if they move one filter
    or channel only. Layers that mix all steps evenly fail as well. A few moved steps of a single filter are missed.

    All steps are tried if the maps that this takes fit into 2**22 numbers. Otherwise as many as fit are tried, evenly
    spread, but at least 64 for all channels together and 4 for each channel alone. A layer that fails narrowly is
    tried on other noise, up to eight times.
    """
    steps, channels = shape
    affordable = _NUMBERS // (steps * channels)
    together, alone = (
        np.unique(np.linspace(0, steps - 1, min(steps, count)).round().astype(int))
        for count in (max(_TRIED, affordable), max(_TRIED_ALONE, affordable // channels))
    )
    return _own_step_dominates(function, shape, together, None) and all(
        _own_step_dominates(function, shape, alone, channel) for channel in range(channels)
    )


def _own_step_dominates(
    function: Callable[[Any], Any], shape: tuple[int, int], tried: np.ndarray, channel: int | None
) -> bool:
    """Whether changes of single steps, in one channel or in all (None), show most at the same steps of the output."""
    rng = np.random.default_rng(0)
    groups = np.arange(max(1, len(tried) // _NEIGHBORS)) * _NEIGHBORS
    by_step = by_filter = np.zeros(())  # squared changes at the own step, the largest elsewhere, and rounding errors
    for _ in range(_DRAWS):
        noise = rng.normal(size=shape).astype(np.float32)
        change = (rng.uniform(1, 2, shape[1]) * rng.choice([-1, 1], shape[1])).astype(np.float32)
        if channel is not None:
            change = change * (np.arange(shape[1]) == channel)
        of_steps, of_filters = _influences(function, noise, tried, change)
        by_step, by_filter = by_step + of_steps, by_filter + np.add.reduceat(of_filters, groups, axis=1)
        if channel is not None and _first_is_largest(np.add.reduceat(by_step, groups, axis=1)):
            return True
        if channel is None and by_step[0].any() and _first_is_largest(by_step) and _first_is_largest(by_filter):
            return True
        if not _first_is_largest(by_filter * np.array([4, 1, 1])[:, np.newaxis, np.newaxis]):
            return False  # by far
    return False


def _influences(
    function: Callable[[Any], Any], noise: np.ndarray, tried: np.ndarray, change: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Squared changes of the output: over all filters (3, step, 1), and of each filter (3, step, filter).

    The three are the change at the step that was changed, the largest at any other step or by any other step, and what
    rounding may come to.
    """
    portion = max(1, min(_TRIED, _NUMBERS // noise.size))
    found: tuple[list[Any], list[Any]] = [], []
    came: list[Any] = [0, 0]
    for first in range(0, len(tried), portion):
        some = tried[first : first + portion]
        at = np.arange(len(some)), some
        changed = np.repeat(noise[np.newaxis], len(some) + 1, axis=0)  # the last one is left as it is
        changed[at] += change  # the same at each, so that influences compare
        made = np.asarray(function(changed)).astype(np.float32)
        influence = np.square(made[:-1] - made[-1])
        error = np.broadcast_to(np.square(1e-5 * np.abs(made[-1]).max(axis=0)), (len(some), made.shape[-1]))
        for which, squares, rounding in (
            (0, influence.sum(axis=2, keepdims=True), error.sum(axis=1, keepdims=True)),
            (1, influence, error),
        ):
            own = squares[at]
            squares[at] = 0
            found[which].append(np.stack([own, squares.max(axis=1), rounding]))
            came[which] = np.maximum(came[which], squares[:, tried].max(axis=0))
    of_steps, of_filters = (np.concatenate(one, axis=1) for one in found)
    for one, largest in zip((of_steps, of_filters), came, strict=True):
        one[1] = np.maximum(one[1], largest)
    return of_steps, of_filters


def _first_is_largest(influences: np.ndarray) -> bool:
    """Whether a step's own influence is larger than any other that is not a rounding error."""
    own, others, rounding = influences
    return bool(((own >= 1.001 * others) | (others <= rounding)).all())


def _is_pointwise(function: Callable[[Any], Any], shape: list[Any], axis: int) -> bool:
    """Whether a function computes each step from the same step alone, in the same way; tried on noise."""
    rng = np.random.default_rng(0)
    noise, other = rng.normal(size=(2, 1, *shape)).astype(np.float32)
    order = rng.permutation(noise.shape[axis])
    some = order[: len(order) // 2]
    changed = np.moveaxis(noise.copy(), axis, 0)
    changed[some] = np.moveaxis(other, axis, 0)[some]
    try:
        straight, permuted, partly = (
            np.moveaxis(np.asarray(function(one)), axis, 0)
            for one in (noise, np.take(noise, order, axis), np.moveaxis(changed, 0, axis))
        )
        kept = np.setdiff1d(order, some)
        return np.allclose(permuted, straight[order], atol=1e-5) and np.allclose(
            partly[kept], straight[kept], atol=1e-5
        )
    except Exception:  # any error that a user's function raises
        return False
