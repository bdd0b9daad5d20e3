"""The first map of a method that takes longer than the one that a viewer opens with."""

from __future__ import annotations

from collections.abc import Callable

from ...cancellation import check_cancelled
from ...explanation.explanation import ExplanationSource
from .background import Background

__all__ = ["OfferedMap"]

# Seconds up to which a map is computed without a request.
PATIENCE = 60.0


class OfferedMap(Background):
    """A map that is computed before it is requested, unless it takes minutes.

    Parameters
    ----------
    source : ExplanationSource
        Computes and caches the map.
    key : tuple of str, int and int
        Method, instance and class.
    seconds : float
        Estimated time of the map.
    tell : callable
        Called with each state: "computing", "ready", or again "offered" if the map was not computed.
    """

    def __init__(
        self, source: ExplanationSource, key: tuple[str, int, int], seconds: float, tell: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.key = key
        self._source, self._seconds, self._tell = source, seconds, tell

    def compute_after(self, other: Background) -> None:
        """Compute the map once another task has ended."""
        if self._seconds > PATIENCE:
            return

        def compute() -> None:
            other.wait()
            try:
                check_cancelled()
                self._source.attribution(*self.key)
                self._tell("ready")
            except Exception:  # cancelled, or the model has changed; a requested map reports why it fails
                self._tell("offered")

        self._tell("computing")
        self.start(compute)
