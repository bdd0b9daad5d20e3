"""Files of the current picture: drawn by matplotlib at once, and by a browser that displays the widget once it answers.

While a cell runs, the kernel receives no message from the browser: under "Run all", and without a browser, the file is
the figure of matplotlib.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from warnings import warn

from ...explanation.atomic_file import atomic_file
from ...explanation.plot import has_matplotlib
from ...validation import check_new_file, check_number
from .figure import checked_width

__all__ = ["Paper", "checked_paper", "save_figure", "save_picture"]

DPI = 300
SCREEN_DPI = 96
_PIXELS = 3e8
"""Pixels of a PNG, which matplotlib draws in four bytes each."""


class Paper(NamedTuple):
    """Width in millimeters, None for the natural one, and pixels per inch."""

    width: float | None = None
    dpi: float = DPI


Ask = Callable[[dict[str, Any], Callable[[bytes | str], object]], bool]
"""Sends a request to the browser; False if none displays the widget so far. An answer that is a str is an error."""


def checked_paper(width: float | None, dpi: float | None = None, scale: float | None = None) -> Paper:
    """Width and resolution of a file, checked."""
    if dpi is not None and scale is not None:
        raise ValueError(f"dpi must be left out if scale is given, but is {dpi!r}: both set the pixels of a PNG")
    if dpi is not None:
        check_number("dpi", dpi, least=20, most=2400, way_out="; it is the number of pixels per inch")
    if scale is not None:
        check_number(
            "scale", scale, least=0.25, most=25, way_out="; it is the number of pixels per pixel of the screen"
        )
        dpi = SCREEN_DPI * scale
    return Paper(None if width is None else checked_width(width), float(dpi or DPI))


def save_figure(form: str, path: Path, figure: Any, paper: Paper) -> None:
    """Write a matplotlib figure."""
    width, height = figure.get_size_inches()
    most = (_PIXELS / (width * height)) ** 0.5
    if form == "png" and paper.dpi > most:
        raise ValueError(
            f"dpi must be at most {most:.0f} in a PNG of {25.4 * width:.0f} × {25.4 * height:.0f} mm, but is "
            f"{paper.dpi:g}; scale is dpi / {SCREEN_DPI}"
        )
    with atomic_file(path) as file:
        figure.savefig(file, format=form, dpi=paper.dpi)


def save_picture(
    form: str, path: str | Path, paper: Paper, draw: Callable[[], Any], request: dict[str, Any], ask: Ask
) -> Path:
    """Write a picture by matplotlib, and request the browser's, which replaces it unless the file has changed.

    Parameters
    ----------
    form : {"png", "svg"}
    path : str or Path
    paper : Paper
    draw : callable
        Returns the matplotlib figure.
    request : dict
        What the browser draws.
    ask : callable
        Sends the request.

    Returns
    -------
    Path
        The file.
    """
    path = check_new_file("path", path, f".{form}")
    drawn = has_matplotlib()
    if drawn:
        save_figure(form, path, draw(), paper)
    written = _stamp(path)

    def take(answer: bytes | str) -> None:
        if _stamp(path) != written:
            return  # a later picture, or another program's file
        if isinstance(answer, bytes):
            with atomic_file(path) as file:
                file.write(answer)
        else:
            outcome = "stays as drawn by matplotlib" if drawn else "was not written"
            warn(f"{path} {outcome}, because the browser could not draw it: {answer}", stacklevel=2)

    if not ask({"picture": form, **request, **paper._asdict()}, take):
        if drawn:
            text = (
                "was drawn by matplotlib, because no browser has answered yet, and none can while cells run; one that "
                "displays the widget will replace the file"
            )
        else:
            text = (
                "will be written by a browser that displays the widget, but none has answered yet, and none can while "
                "cells run; to write it now: "
                'pip install "cam1d_widget[plot]"'
            )
        warn(f"{path} {text}", stacklevel=4)
    return path


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
