"""Excerpt: some instances, classes and methods of an explanation, as a separate source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...explanation.facts import MethodFacts, SeriesFacts
from ...explanation.source import ExplanationSource, explained_instances
from ...validation import check_class, check_label, check_list, check_rows, is_sequence
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

    def part(self, methods: Sequence[str], kept: Mapping[str, np.ndarray] | None = None) -> Excerpt:
        """The same instances and classes with some of the methods, or some of their maps."""
        return Excerpt(self.whole, self.instances, self.menu, tuple(methods), self.kept if kept is None else kept)

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
    """Excerpt of the choices, each checked; None is all with maps."""
    rows, there = check_rows("instances", instances, len(whole.x)), explained_instances(whole)
    if there is not None and instances is None:
        rows = there
    elif there is not None and not np.isin(rows, there).all():
        wrong = rows[~np.isin(rows, there)][0]
        raise ValueError(f"instances must have maps, but instance {wrong} was skipped when the store was written")
    return Excerpt(
        whole,
        tuple(rows.tolist()),
        tuple(_classes(targets, whole.class_names)),
        _labels(whole.usual if methods is None else methods, whole.methods),
    )


def _classes(chosen: Any, names: Sequence[str]) -> list[int]:
    """Indices of classes, also given by names."""
    given = [chosen] if isinstance(chosen, str) else chosen
    if is_sequence(given) and len(given) and all(isinstance(one, str) for one in given):
        given = [check_class("targets", one, names) for one in given]
    return check_rows("targets", given, len(names)).tolist()


def _labels(chosen: Any, there: tuple[str, ...]) -> tuple[str, ...]:
    given = [chosen] if isinstance(chosen, str) else check_list("methods", chosen, "labels")
    if not given:
        raise ValueError(f"methods must be at least one of {', '.join(there)}, but are none")
    return tuple(dict.fromkeys(check_label("methods", label, there) for label in given))
