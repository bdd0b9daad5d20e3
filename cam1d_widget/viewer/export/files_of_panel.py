"""Files that the panel "Save" requests from the kernel, as jobs."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from ..synced.jobs import Result
from .page import Written

__all__ = ["PageFile", "pdf_work"]

Steps = Generator[tuple[float, str], None, Written]


class PageFile:
    """A page in the folder of the kernel, which each later one of the same viewer replaces.

    Parameters
    ----------
    write : callable
        Writes a page to a path, in steps.
    """

    def __init__(self, write: Callable[[Path], Steps]) -> None:
        self._write = write
        self._path: Path | None = None

    def work(self, title: str) -> Generator[tuple[float, str], None, Result]:
        """Write the page, under a name that no other file has."""
        path = self._path or _free_path(title)
        written = yield from self._write(path)
        self._path = path
        text = f"Written: {path.resolve()}" + (f". {written.note}." if written.note else "")
        return Result({"text": text}, kept=False)


def pdf_work(draw: Callable[[], Any]) -> Generator[tuple[float, str], None, Result]:
    """A figure as PDF, in base64."""
    yield 0.0, "drawing"
    file = io.BytesIO()
    draw().savefig(file, format="pdf")
    return Result({"file": base64.b64encode(file.getvalue()).decode("ascii")}, kept=False)


def _free_path(title: str) -> Path:
    name = re.sub(r"\W+", "_", title).strip("_")[:60] or "page"
    numbers = (f"-{number}" for number in range(2, 1000))
    return next(path for suffix in ("", *numbers) if not (path := Path(f"{name}{suffix}.html")).exists())
