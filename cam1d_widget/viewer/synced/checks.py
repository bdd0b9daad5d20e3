"""Checks: what the panel that judges a map takes for "nothing there"."""

from __future__ import annotations

from typing import Any

from traitlets import List, TraitError, Unicode, validate

from .base import Synced


class Checks(Synced):
    """How the map on show is checked: a verdict holds only for what stands where pieces were taken away.

    Attributes
    ----------
    fills : tuple of str
        Names of what may stand there, the usual one first; none where no model is there to ask.
    fill : str
        The one that the verdict on show is of.
    """

    fills = List(Unicode()).tag(sync=True)
    fill = Unicode().tag(sync=True)

    def __init__(self, fills: Any = (), fill: str | None = None, **traits: Any) -> None:
        names = list(fills)
        super().__init__(fills=names, fill=(names or [""])[0] if fill is None else fill, **traits)

    @validate("fill")
    def _check_fill(self, proposal: Any) -> str:
        fill = str(proposal["value"])
        if fill not in (self.fills or [""]):
            raise TraitError(f"fill must be one of {', '.join(map(repr, self.fills))}, but is {fill!r}")
        return fill
