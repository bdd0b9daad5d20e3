"""Maps that were looked at, kept for all explanations together.

A notebook keeps every widget that was ever shown, also those of a cell that was run again: what each of them held for
itself would grow with every run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from threading import RLock

from .maps import JudgedMaps

__all__ = ["KeptMaps"]


class KeptMaps:
    """The maps that were looked at last, in so many bytes.

    Parameters
    ----------
    room : int
        Bytes; one map is kept, however large.
    """

    def __init__(self, room: int) -> None:
        self._room, self._taken = room, 0
        self._maps: OrderedDict[Hashable, JudgedMaps] = OrderedDict()
        # Newer kernels answer sliders in a thread of their own, beside a running cell.
        self._one_at_a_time = RLock()

    def __iter__(self) -> Iterator[Hashable]:
        """Keys of what is there; that which was looked at last comes last."""
        return iter(list(self._maps))

    def get(self, key: Hashable) -> JudgedMaps | None:
        """Map that goes by this key, if it is still there."""
        with self._one_at_a_time:
            if key in self._maps:
                self._maps.move_to_end(key)
            return self._maps.get(key)

    def keep(self, key: Hashable, made: JudgedMaps) -> None:
        """Keep a map, and give up those that were not looked at for longest."""
        with self._one_at_a_time:
            self._give_up(key)
            self._maps[key] = made
            self._taken += _bytes(made)
            while self._taken > self._room and len(self._maps) > 1:
                self._give_up(next(iter(self._maps)))

    def _give_up(self, key: Hashable) -> None:
        gone = self._maps.pop(key, None)
        self._taken -= 0 if gone is None else _bytes(gone)


def _bytes(made: JudgedMaps) -> int:
    return made.values.nbytes + (0 if made.errors is None else made.errors.nbytes)
