"""Excerpt: some instances, classes and methods of an explanation, as a source of its own."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...explanation.facts import MethodFacts, SeriesFacts
from ...explanation.source import ExplanationSource
from ..synced.facts import targets_of


class Excerpt(ExplanationSource):
    """The part of an explanation that a page holds.

    Instances are numbered from 0; classes keep their indices, for a class that is left out of the menu may still be the
    true or the predicted one.

    Attributes
    ----------
    instances : tuple of int
        Index of each instance in the whole explanation.
    menu : tuple of int
        Class index of each entry of the class menu.
    kept : mapping of str to ndarray of bool, of shape (instance, class of the menu), or None
        By method, which of the maps it has; None for all.
    """

    def __init__(
        self,
        whole: ExplanationSource,
        instances: tuple[int, ...],
        menu: tuple[int, ...],
        methods: tuple[str, ...],
        kept: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        rows = list(instances)
        self.kept = kept
        self.whole, self.instances, self.menu = whole, instances, menu
        self._series_facts = whole.series_facts.rows(rows)
        known = {one.label: one for one in whole.method_facts}
        self._method_facts = tuple(known[label] for label in methods)
        targets = targets_of(whole)
        self.targets = None if targets is None else targets[rows]

    @property
    def series_facts(self) -> SeriesFacts:
        """Series, scores, names and times of the page."""
        return self._series_facts

    @property
    def method_facts(self) -> tuple[MethodFacts, ...]:
        """Facts of the methods of the page."""
        return self._method_facts

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of the whole explanation."""
        return self.whole.attribution(method, self.instances[instance], target)

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Gap of the whole explanation."""
        return self.whole.completeness_gap(method, self.instances[instance], target)

    def standard_error(self, method: str, instance: int, target: int) -> np.ndarray | None:
        """Standard error of the whole explanation."""
        return self.whole.standard_error(method, self.instances[instance], target)

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether the page has it."""
        if self.kept is not None:
            return target in self.menu and bool(self.kept[method][instance, self.menu.index(target)])
        return self.whole.has(method, self.instances[instance], target)


def excerpt(whole: ExplanationSource, instances: Any, targets: Any, methods: Any) -> Excerpt:
    """Excerpt of the choices, each checked; None is all."""
    return Excerpt(
        whole,
        _indices("instances", instances, len(whole.x)),
        _indices("targets", targets, len(whole.class_names)),
        _labels(whole.usual if methods is None else methods, whole.methods),
    )


def _indices(name: str, chosen: Any, count: int) -> tuple[int, ...]:
    """Unique indices: from integers, one integer, or a mask."""
    if chosen is None:
        return tuple(range(count))
    several = np.atleast_1d(chosen) if isinstance(chosen, np.ndarray) else chosen
    items = list(several) if isinstance(several, Iterable) and not isinstance(several, str) else [several]
    if len(items) == count and all(isinstance(item, bool | np.bool_) for item in items):
        items = np.flatnonzero(items).tolist()
    if not items or not all(_is_index(item, count) for item in items):
        raise ValueError(
            f"{name} must be indices from 0 to {count - 1}, one at least, or a mask of {count} booleans, "
            f"but is {reprlib.repr(chosen)}"
        )
    return tuple(dict.fromkeys(int(item) for item in items))


def _is_index(item: Any, count: int) -> bool:
    return isinstance(item, int | np.integer) and not isinstance(item, bool) and bool(0 <= item < count)


def _labels(chosen: Sequence[str], there: tuple[str, ...]) -> tuple[str, ...]:
    labels = tuple(dict.fromkeys([chosen] if isinstance(chosen, str) else chosen))
    unknown = [label for label in labels if label not in there]
    if unknown or not labels:
        raise ValueError(f"methods must be some of {', '.join(there)}, one at least, but are {list(labels)}")
    return labels
