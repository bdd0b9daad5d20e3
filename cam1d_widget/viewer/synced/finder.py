"""Finder: the instances that the slider selects from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from traitlets import TraitType, validate

from ...validation import check_class, check_count, check_index, check_list, check_number, shown
from ..choice import refusing_choice
from .base import PageContents, Synced
from .checked import Checked, chosen


def _percentages(name: str, value: Any) -> tuple[float, float]:
    rule = "two percentages, the smaller one first"
    shares = tuple(check_number(name, one, least=0, most=100) for one in check_list(name, value, rule))
    if len(shares) != 2 or shares[0] > shares[1]:
        raise ValueError(f"{name} must be {rule}, but is {shown(value)}")
    return shares


class Finder(Synced):
    """Filter of instances: the slider, the keys and the play button select only matching ones.

    If none matches, all are shown.

    Attributes
    ----------
    verdict : {"all", "right", "wrong"}
        Whether the prediction is the true class.
    true_class, predicted_class : int or None
        Index of the class, which may be set by its name; None for any.
    confidence : tuple of float
        Least and largest probability of the predicted class, in percent.
    instances : sequence of int or None
        Indices of the instances to select from, as those that a computation of your own found; None for all.
    """

    _names: tuple[str, ...] = ()
    _true_classes = 0
    _instances: int | None = None

    verdict = chosen("all", "right", "wrong").tag(sync=True)
    true_class = TraitType(None, allow_none=True).tag(sync=True)
    predicted_class = TraitType(None, allow_none=True).tag(sync=True)
    confidence = Checked(_percentages, (0.0, 100.0)).tag(sync=True)
    instances = TraitType(None, allow_none=True).tag(sync=True)

    def read_classes(self, names: Sequence[str], *, true_classes: int, instances: int) -> None:
        """Set the classes, which may then be selected by name, and the number of instances."""
        self._names, self._true_classes, self._instances = tuple(names), true_classes, instances

    def for_page(self, page: PageContents) -> Finder:
        """Finder of a page, whose own instances it selects from."""
        places = {instance: place for place, instance in enumerate(page.instances)}
        selected = [places[one] for one in self.instances or () if one in places]
        values = self._shared_values() | {"instances": selected or None}
        return Finder(**{name: value for name, value in values.items() if value is not None})

    @validate("instances")
    def _check_instances(self, proposal: Any) -> list[int] | None:
        value = proposal["value"]
        if value is None:
            return None
        with refusing_choice():
            if getattr(getattr(value, "dtype", None), "kind", "") == "b" and np.ndim(value):
                raise ValueError(
                    f"instances must be indices, but is a mask of {len(value)} values; give np.flatnonzero(mask)"
                )
            most = None if self._instances is None else self._instances - 1
            return [check_count("instances", one, 0, most) for one in check_list("instances", value, "indices")]

    @validate("true_class", "predicted_class")
    def _check_class(self, proposal: Any) -> int | None:
        name, value = proposal["trait"].name, proposal["value"]
        with refusing_choice():
            if name == "true_class" and self._true_classes != len(self._names):
                return check_index(name, value, self._true_classes)
            return check_class(name, value, self._names) if self._names else check_count(name, value, least=0)
