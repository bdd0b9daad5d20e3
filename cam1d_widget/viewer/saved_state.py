"""State of a viewer in the output of its cell, from which JupyterLab displays it without the kernel that made it."""

from __future__ import annotations

from typing import Any

from ipywidgets.embed import dependency_state

__all__ = ["MIME", "saved_state"]

MIME = "application/vnd.cam1d-widget+json"
"""Type of the output, which js/src/lab/saved_viewer.ts displays."""

# Bytes of arrays that the output of a cell may hold: in base64, the 4 MB up to which JupyterLab renews it. Those of a
# million series would make the notebook 80 MB larger.
_MOST = 3_000_000


def saved_state(viewer: Any) -> dict[str, Any]:
    """Every model of a viewer, with the tiles that its mark holds: those of the first picture.

    No models if the arrays of all instances are too large: the notebook then keeps the picture alone.
    """
    mark = viewer.mark
    arrays = (mark.scores, mark.probabilities, mark.explained, mark.truth)
    size = sum(values.nbytes for values in arrays if values is not None)
    return {"state": dependency_state([viewer]) if size <= _MOST else {}}
