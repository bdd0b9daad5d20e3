"""Links to a state of a saved page, in the fragment of its address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from ...explanation.source import ExplanationSource
from ...validation import check_path

__all__ = ["link_to"]


def link_to(page: str | Path, source: ExplanationSource, mark: Any) -> str:
    """Address of a page, a file or a URL, with the state of a mark; `js/src/core/text/link.ts` reads it."""
    if isinstance(page, str) and "://" in page:
        address = page.partition("#")[0]
    else:
        address = check_path("page", page).resolve().as_uri()
    time, series = mark.scales["x"], mark.edited.of(mark.instance)
    state = {
        "instance": mark.facts["instances"][mark.instance],
        "class": source.class_names[mark.facts["targets"][mark.target]],
        "method": source.methods[mark.method],
        "zoom": None if time.min is None or time.max is None else [time.min, time.max],
        "window": mark.window,
        "inside": _inside(mark.inside),
        "edits": [] if series is None else [{"do": "replace", "values": np.ravel(series).tolist()}],
    }
    return f"{address}#cam1d={quote(json.dumps(state), safe='')}"


def _inside(inside: Any) -> dict[str, Any] | None:
    """What the panel Inside shows; None if it is closed."""
    return {"layer": inside.layer, "filter": inside.filter, "step": inside.step} if inside.unfolded else None
