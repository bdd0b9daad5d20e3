"""Attributes of a model's layers, compared at every call, which must take microseconds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from operator import eq, is_
from typing import Any

__all__ = ["SameAttributes"]


class SameAttributes:
    """Attributes of some objects as they are now: objects that are identical or equal are the same.

    Parameters
    ----------
    owners : sequence of object
    containers : iterable of dict or list
        Further items that are compared, such as the layers inside a layer.
    mutable : iterable of object
        Values of attributes that may be changed in place; their settings are compared as well.
    setting : callable
        Hashable value of such an object.
    """

    def __init__(
        self,
        owners: Sequence[Any],
        containers: Iterable[Collection[Any]],
        mutable: Iterable[Any],
        setting: Callable[[Any], Hashable],
    ) -> None:
        self._owners, self._setting = owners, setting
        self._attributes = [vars(one) for one in owners]
        self._containers = [*self._attributes, *containers]
        self._copies = [dict(one) if isinstance(one, dict) else list(one) for one in self._containers]
        self._mutable = list(mutable)
        self._settings = [*map(setting, self._mutable)]

    def unchanged(self) -> bool:
        """Whether the same names hold the same objects, and these the same values."""
        try:
            return (
                all(map(eq, self._containers, self._copies))
                and all(map(is_, map(vars, self._owners), self._attributes))
                and [*map(self._setting, self._mutable)] == self._settings
            )
        except Exception:  # of a comparison of two arrays, or of two objects of the user
            return False
