"""State of a viewer in the output of its cell, from which JupyterLab displays it without the kernel that made it."""

from __future__ import annotations

from typing import Any

from ipywidgets import Widget
from ipywidgets.embed import dependency_state

__all__ = ["MIME", "saved_state"]

MIME = "application/vnd.cam1d-widget+json"
"""Type of the output, which js/src/lab/saved_viewer.ts displays."""


def saved_state(viewer: Widget) -> dict[str, Any]:
    """Every model of a viewer, with the tiles that its mark holds: those of the first picture."""
    return {"state": dependency_state([viewer])}
