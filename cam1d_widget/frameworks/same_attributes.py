"""Attributes of a model's layers, compared at every call, which must take microseconds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from operator import is_, itemgetter
from typing import Any

__all__ = ["SameAttributes"]


class SameAttributes:
    """Attributes of some objects as they are now, compared by identity.

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
        # With a second name, since one alone would give a value instead of a tuple.
        self._taken = [itemgetter(*names, names[0]) for _, names in named]
        self._values = [*self._current()]
        self._containers = list(containers)
        self._iterated = [one.values if isinstance(one, dict) else one.__iter__ for one in self._containers]
        self._items = [*self._contained()]
        self._counts = self._sizes()
        self._mutable, self._setting = list(mutable), setting
        self._settings = [*map(setting, self._mutable)]

    def unchanged(self) -> bool:
        """Whether the same names hold the same objects, and these the same values."""
        try:
            return (
                all(map(is_, self._current(), self._values))
                and self._sizes() == self._counts
                and all(map(is_, self._contained(), self._items))
                and [*map(self._setting, self._mutable)] == self._settings
            )
        except Exception:  # of an attribute that is gone, or a comparison of objects of the user
            return False

    def _sizes(self) -> list[int]:
        return [*map(len, map(vars, self._owners)), *map(len, self._containers)]

    def _contained(self) -> Iterator[Any]:
        return chain.from_iterable([one() for one in self._iterated])

    def _current(self) -> Iterator[Any]:
        return chain.from_iterable([taken(vars(owner)) for taken, owner in zip(self._taken, self._owners, strict=True)])
