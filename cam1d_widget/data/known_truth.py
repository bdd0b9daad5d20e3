"""Series of which is known what makes their class: what every maker of this kind returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class KnownTruth:
    """Synthetic series, with what makes each one's class marked.

    Attributes
    ----------
    x : ndarray of shape (instance, time, channel)
    y : ndarray of shape (instance,)
        Class, as an index into `class_names`.
    mask : ndarray of bool, of shape (instance, time, channel)
        Values that make the class; all False where it is made by something that is missing.
    class_names, channel_names : tuple of str
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    mask: NDArray[np.bool_]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]


def numbered_channels(count: int) -> tuple[str, ...]:
    """Names of channels that are nothing but numbered."""
    return tuple(f"channel {index + 1}" for index in range(count))


def check_count(argument: str, value: Any, least: int = 1) -> None:
    """Refuse what is no whole number, or too few."""
    if not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{argument} must be a whole number, at least {least}, but is {value!r}")


def check_set(instances: Any, seed: Any, least: int = 1) -> None:
    """Refuse a set of too few series, or a seed that no random numbers can begin with."""
    check_count("instances", instances, least)
    check_count("seed", seed, least=0)
