"""Cache of computed maps, shared by all explanations.

A notebook keeps every widget that was ever displayed, also those of a cell that was run again: separate caches would
grow with every run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from threading import RLock

from .maps import ComputedMaps

__all__ = ["MapCache"]


class MapCache:
    """The most recently used maps, up to a number of bytes.

    Parameters
    ----------
    limit : int
        Bytes; one map is kept, however large.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._maps: OrderedDict[Hashable, ComputedMaps] = OrderedDict()
        # Newer kernels answer sliders in a separate thread while a cell runs.
        self._lock = RLock()

    def __iter__(self) -> Iterator[Hashable]:
        """Keys of the cached maps, the most recently used last."""
        return iter(list(self._maps))

    def get(self, key: Hashable) -> ComputedMaps | None:
        """Map of this key, if it is still cached."""
        with self._lock:
            if key in self._maps:
                self._maps.move_to_end(key)
            return self._maps.get(key)

    def keep(self, key: Hashable, made: ComputedMaps) -> None:
        """Keep a map, and drop the least recently used ones."""
        with self._lock:
            self._drop(key)
            self._maps[key] = made
            self._size += _bytes(made)
            while self._size > self._limit and len(self._maps) > 1:
                self._drop(next(iter(self._maps)))

    def _drop(self, key: Hashable) -> None:
        dropped = self._maps.pop(key, None)
        self._size -= 0 if dropped is None else _bytes(dropped)


def _bytes(made: ComputedMaps) -> int:
    return made.values.nbytes + (0 if made.errors is None else made.errors.nbytes)
