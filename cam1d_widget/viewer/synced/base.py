"""Base of the widgets whose traits the browser shares.

A panel with its own state needs a :class:`Synced` subclass in a file of this folder, a trait in
:class:`~.channel_stack.ChannelStack`, and a TypeScript model named after the class: `Finder` and `FinderModel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import ipywidgets as widgets
import numpy as np
from traitlets import Instance, TraitError, Unicode, default

__all__ = ["ENTRY_BYTES", "MODULE", "VERSION", "PageContents", "Synced", "SyncedView", "part", "table"]

# A test compares both with js/package.json.
MODULE = "cam1d-widget"
VERSION = "^0.1.0"

ENTRY_BYTES = 190
"""Bytes of a page's JSON for one packed array, in addition to its numbers."""


class PageContents(NamedTuple):
    """What a saved page holds.

    Attributes
    ----------
    instances : sequence of int
        Index of each instance of the page in the whole explanation.
    first : int
        The one that the page opens with.
    results : mapping of str to Result
        Results of long work, by name.
    """

    instances: Sequence[int]
    first: int
    results: Mapping[str, Any]


class Synced(widgets.Widget):
    """A widget whose traits the browser shares."""

    _model_name = Unicode().tag(sync=True, echo_update=False)
    _model_module = Unicode(MODULE).tag(sync=True, echo_update=False)
    _model_module_version = Unicode(VERSION).tag(sync=True, echo_update=False)

    @default("_model_name")
    def _name_of_model(self) -> str:
        return f"{type(self).__name__}Model"

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the browser, except for traits that only Python sets: those without an echo.

        If one is refused, none is taken, and the browser gets back what Python has.
        """
        own = self.traits(echo_update=False)
        taken = {name: value for name, value in sync_data.items() if name not in own}
        try:
            super().set_state(taken)
        except TraitError:
            self.send_state([name for name in taken if name in self.keys])
            raise

    def for_page(self, page: PageContents) -> Self:
        """Copy for a saved page, of the same values unless a subclass overrides this."""
        return type(self)(**self._shared_values())

    def page_bytes(self) -> float:
        """Bytes that its packed arrays take in a saved page."""
        packed = [value for value in self._shared_values().values() if isinstance(value, dict) and "data" in value]
        return sum(4 / 3 * len(one["data"]) + ENTRY_BYTES * len(one["index"]) for one in packed)

    def _shared_values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.traits(sync=True) if not name.startswith("_")}


class SyncedView(Synced):
    """A displayed widget, whose view is named after its class."""

    _view_name = Unicode().tag(sync=True, echo_update=False)
    _view_module = Unicode(MODULE).tag(sync=True, echo_update=False)
    _view_module_version = Unicode(VERSION).tag(sync=True, echo_update=False)

    @default("_view_name")
    def _name_of_view(self) -> str:
        return f"{type(self).__name__}View"


def part(kind: type[Synced]) -> Any:
    """Trait that holds a synced widget of this class, by default one with default values."""
    return Instance(kind, ()).tag(sync=True, echo_update=False, **widgets.widget_serialization)


class _Table(Instance):
    """An array, of which only the identity is compared: there may be millions of scores."""

    def set(self, obj: Any, value: Any) -> None:
        """Keep the array, and notify if it is another one."""
        new, old = self._validate(obj, value), obj._trait_values.get(self.name, self.default_value)
        obj._trait_values[self.name] = new
        if new is not old:
            obj._notify_trait(self.name, old, new)


def table(row_of: Callable[[np.ndarray, Any], int | None] = lambda table, widget: None) -> Any:
    """Trait that holds an array or None, which the browser does not change.

    `row_of` gives the only row that is sent for now; None for all of them.
    """

    def to_json(table: np.ndarray | None, widget: Any) -> dict[str, Any] | None:
        if table is None:
            return None
        row = row_of(table, widget)
        sent = {"data": memoryview((table if row is None else table[row]).tobytes())}
        return {"dtype": table.dtype.name, "shape": list(table.shape), "row": row, **sent}

    # Not echoed: an echo would send the array twice.
    return _Table(np.ndarray, allow_none=True).tag(sync=True, echo_update=False, to_json=to_json)
