"""Attributes of a model's layers, compared at every call, which must take microseconds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from operator import eq, itemgetter
from typing import Any

__all__ = ["SameAttributes"]


class SameAttributes:
    """Attributes of some objects as they are now: values that are identical or equal are the same.

    Parameters
    ----------
    owners : iterable of (object, names)
        Objects, and names of their attributes. One that is added or removed is noticed, whatever its name.
    containers : iterable of dict or list
        Further items that are compared, such as the layers inside a layer.
    mutable : iterable of object
        Values of attributes that may be changed in place; their settings are compared as well.
    setting : callable
        Hashable value of such an object.
    """

    def __init__(
        self,
        owners: Iterable[tuple[Any, Sequence[str]]],
        containers: Iterable[Collection[Any]],
        mutable: Iterable[Any],
        setting: Callable[[Any], Hashable],
    ) -> None:
        named = [(owner, names) for owner, names in owners if names]
        self._owners = [owner for owner, _ in named]
        self._taken = [itemgetter(*names) for _, names in named]
        self._values = self._current()
        self._counts = [*map(len, map(vars, self._owners))]
        self._containers = list(containers)
        self._copies = [dict(one) if isinstance(one, dict) else list(one) for one in self._containers]
        self._mutable, self._setting = list(mutable), setting
        self._settings = [*map(setting, self._mutable)]

    def unchanged(self) -> bool:
        """Whether the same names have the same values."""
        try:
            return (
                self._current() == self._values
                and [*map(len, map(vars, self._owners))] == self._counts
                and all(map(eq, self._containers, self._copies))
                and [*map(self._setting, self._mutable)] == self._settings
            )
        except Exception:  # of an attribute that is gone, or a comparison of two arrays or objects of the user
            return False

    def _current(self) -> list[Any]:
        return [taken(vars(owner)) for taken, owner in zip(self._taken, self._owners, strict=True)]
