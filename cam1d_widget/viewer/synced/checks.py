"""Checks: the fill that the checks of a map use."""

from __future__ import annotations

from typing import Any

from traitlets import List, Unicode, validate

from ...validation import check_choice
from ..choice import refusing_choice
from .base import Synced
from .checked import text


class Checks(Synced):
    """How the current map is checked: the verdict depends on the replacement values of removed segments.

    Attributes
    ----------
    fills : tuple of str
        Names of the available fills, the default first; none without a model.
    fill : str
        The fill of the displayed verdict.
    """

    fills = List(Unicode()).tag(sync=True, echo_update=False)
    fill = text().tag(sync=True)

    def __init__(self, fills: Any = (), fill: str | None = None, **traits: Any) -> None:
        names = list(fills)
        super().__init__(fills=names, fill=(names or [""])[0] if fill is None else fill, **traits)

    @validate("fill")
    def _check_fill(self, proposal: Any) -> str:
        with refusing_choice():
            return check_choice("fill", proposal["value"], self.fills or [""])
