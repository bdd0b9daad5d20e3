"""Files that the panel "Save" requests from the kernel, as jobs."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

from ...progress import Steps
from ..synced.jobs import Jobs, Result
from .displayed import Viewer, displayed_figure
from .page import page_steps
from .pictures import checked_paper

__all__ = ["offer_files"]


def offer_files(viewer: Viewer, jobs: Jobs) -> None:
    """Offer the files that the browser cannot make by itself: a page in the folder of the kernel, and a PDF."""
    written: list[Path] = []

    def page(arguments: dict[str, Any]) -> Steps[Result]:
        """Write a page under a new name; later pages of the same viewer replace it."""
        path = written[0] if written else _free_path(viewer._title)
        result = yield from page_steps(viewer.explanation, path, title=viewer._title, state=viewer._state)
        written[:] = [path]
        text = f"Written: {path.resolve()}" + (f". {result.note}." if result.note else "")
        return Result({"text": text}, kept=False)

    def pdf(arguments: dict[str, Any]) -> Steps[Result]:
        """Draw a figure as PDF, in base64."""
        yield 0.0, "drawing"
        file = io.BytesIO()
        displayed_figure(viewer, width=checked_paper(arguments.get("width")).width).savefig(file, format="pdf")
        return Result({"file": base64.b64encode(file.getvalue()).decode("ascii")}, kept=False)

    jobs.offer("page", page)
    jobs.offer("pdf", pdf)


def _free_path(title: str) -> Path:
    name = re.sub(r"\W+", "_", title).strip("_")[:60] or "page"
    numbers = (f"-{number}" for number in range(2, 1000))
    return next(path for suffix in ("", *numbers) if not (path := Path(f"{name}{suffix}.html")).exists())
