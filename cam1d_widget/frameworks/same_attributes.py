"""Attributes of a model's layers, compared at every call, which must take microseconds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import chain
from operator import is_
from typing import Any

__all__ = ["SameAttributes"]


class SameAttributes:
    """Attributes of some objects as they are now, compared by identity.

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
        containers = list(containers)
        self._dicts = [*self._attributes, *(one for one in containers if isinstance(one, dict))]
        self._lists = [one for one in containers if not isinstance(one, dict)]
        self._names, self._values = self._current()
        self._mutable = list(mutable)
        self._settings = [*map(setting, self._mutable)]

    def unchanged(self) -> bool:
        """Whether the same names hold the same objects, and these the same values."""
        names, values = self._current()
        return (
            names == self._names
            and len(values) == len(self._values)
            and all(map(is_, values, self._values))
            and all(map(is_, map(vars, self._owners), self._attributes))
            and [*map(self._setting, self._mutable)] == self._settings
        )

    def _current(self) -> tuple[list[Any], list[Any]]:
        values = chain(map(dict.values, self._dicts), self._lists)
        return list(chain.from_iterable(self._dicts)), list(chain.from_iterable(values))
