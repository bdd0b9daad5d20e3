"""Excerpt: some instances, classes and methods of an explanation, as a source of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cam1d_widget.explanation import ExplanationSource


@dataclass(frozen=True)
class Excerpt:
    """What a page holds of an explanation.

    Instances are numbered anew from 0; classes keep their indices, for a class that is left out of the menu may
    still be the true or the predicted one.
    """

    whole: ExplanationSource
    instances: tuple[int, ...]
    targets: tuple[int, ...]
    methods: tuple[str, ...]

    @property
    def x(self) -> np.ndarray:
        """Series of the chosen instances."""
        return self.whole.x[list(self.instances)]

    @property
    def scores(self) -> np.ndarray:
        """Scores of the chosen instances."""
        return self.whole.scores[list(self.instances)]

    @property
    def probabilities(self) -> np.ndarray | None:
        """Probabilities of the chosen instances."""
        return None if self.whole.probabilities is None else self.whole.probabilities[list(self.instances)]

    @property
    def y(self) -> np.ndarray | None:
        """True classes of the chosen instances."""
        return None if self.whole.y is None else self.whole.y[list(self.instances)]

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class, chosen or not."""
        return self.whole.class_names

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Name of each channel."""
        return self.whole.channel_names

    @property
    def channel_units(self) -> tuple[str, ...]:
        """Unit of each channel."""
        return self.whole.channel_units

    @property
    def sampling_rate(self) -> float | None:
        """Samples per second."""
        return self.whole.sampling_rate

    @property
    def exactness(self) -> Mapping[str, str]:
        """Exactness of each method."""
        return self.whole.exactness

    @property
    def signed(self) -> Mapping[str, bool]:
        """Whether a method's maps can be negative."""
        return self.whole.signed

    @property
    def descriptions(self) -> Mapping[str, str]:
        """One phrase per method."""
        return self.whole.descriptions

    @property
    def receptive_field(self) -> np.ndarray | None:
        """What each step of the explained layer sees."""
        return self.whole.receptive_field

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of the whole explanation."""
        return self.whole.attribution(method, self.instances[instance], target)

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Gap of the whole explanation."""
        return self.whole.completeness_gap(method, self.instances[instance], target)

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether the whole explanation has it."""
        return self.whole.has(method, self.instances[instance], target)


def excerpt(whole: ExplanationSource, instances: Any, targets: Any, methods: Any) -> Excerpt:
    """Excerpt of the choices, each checked; None stands for all."""
    return Excerpt(
        whole,
        _indices("instances", instances, len(whole.x)),
        _indices("targets", targets, len(whole.class_names)),
        _labels(methods, whole.methods),
    )


def _indices(name: str, chosen: Sequence[int] | None, count: int) -> tuple[int, ...]:
    chosen = range(count) if chosen is None else chosen
    indices = tuple(dict.fromkeys(int(index) for index in chosen))
    wrong = [index for index in indices if not 0 <= index < count]
    if wrong or not indices:
        raise ValueError(f"{name} must be indices from 0 to {count - 1}, one at least, but are {list(indices)}")
    return indices


def _labels(chosen: Sequence[str] | None, there: tuple[str, ...]) -> tuple[str, ...]:
    labels = there if chosen is None else tuple(dict.fromkeys([chosen] if isinstance(chosen, str) else chosen))
    unknown = [label for label in labels if label not in there]
    if unknown or not labels:
        raise ValueError(f"methods must be some of {', '.join(there)}, one at least, but are {list(labels)}")
    return labels
