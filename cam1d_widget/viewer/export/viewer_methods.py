"""Methods of :class:`~cam1d_widget.ExplanationViewer` that plot, save and link what it displays.

Each is a function whose first parameter is the viewer; the class of the viewer holds them as attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from ...typing import InstancesLike
from ...validation import check_new_file
from ..choice import known_choice, known_class, known_method, within
from ..conversion import Conversion
from .displayed import Viewer, current_choice, displayed_figure, displayed_numbers
from .link import link_to
from .numbers import write_numbers
from .page import save_html as save_page
from .pictures import Paper, checked_paper, save_figure, save_picture

__all__ = ["link", "plot", "save_html", "save_numbers", "save_pdf", "save_png", "save_svg"]


def save_html(
    self: Viewer,
    path: str | Path,
    instances: InstancesLike | None = None,
    targets: InstancesLike | None = None,
    methods: str | Sequence[str] | None = None,
    *,
    title: str | None = None,
    budget_mb: float = 32,
    model: bool | Literal["float16"] = False,
    progress: bool = True,
) -> Path:
    """Write the viewer as one file that works in any browser, without kernel and network.

    What is not named is left out if the page would be too large otherwise, or its maps would take longer than a
    minute; the page and a warning then state what it holds. The methods that were viewed come first, for all
    instances. The others follow for the instances with a wrong, an uncertain or a very certain prediction, and the
    classes that are neither predicted nor true come last.

    Parameters
    ----------
    path : str or Path
        The file.
    instances, targets : int, sequence of int, or mask, optional
        Indices of the instances and classes. The page has all that are named. Default: all that fit.
    methods : sequence of str, optional
        Labels of the methods. The page has all that are named. Default: those that were named when the widget was
        made; if none was, all but the slow ones; as far as they fit.
    title : str, optional
        Title of the page. Default: the name of the model.
    budget_mb : float
        Largest size in MB. It is estimated from one map of each method, before the others are computed.
    model : bool or "float16"
        Whether the page contains the model, and computes scores without a window, and maps of CAM and gradient
        methods that it does not hold. Scores in the page are equal to those of the model to 1e-4. With "float16",
        kernels take half the bytes, and scores are equal to 1e-3 of the largest.
    progress : bool
        Whether to show a progress bar if it takes more than a second.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If a choice does not exist, or the page would be larger than `budget_mb` with what is named.
    OSError
        If there is no such folder; nothing is computed then.
    """
    return save_page(
        self.explanation,
        path,
        instances=instances,
        targets=targets,
        methods=methods,
        title=self._title if title is None else title,
        budget_mb=budget_mb,
        model=model,
        progress=progress,
        state=self._state,
    )


def link(self: Viewer, page: str | Path) -> str:
    """Address of a page that `save_html` has written, opened at the current instance, class and method.

    The page also has the zoom, the selected window and the edited series, if it contains the model.

    Parameters
    ----------
    page : str or Path
        The file, or its URL.

    Returns
    -------
    str
        The address. If the page lacks something that the address names, the page shows a message.
    """
    return link_to(page, self.explanation, self.mark)


def plot(
    self: Viewer,
    instance: int | None = None,
    target: int | str | None = None,
    method: str | None = None,
    *,
    channels: Sequence[int | str] | None = None,
    limit: float | None = None,
    figsize: tuple[float, float] | None = None,
    width: float | None = None,
) -> Any:
    """Plot the current picture, or another map, as a matplotlib figure.

    Parameters
    ----------
    instance : int, optional
        Index of the instance. Default: the current one.
    target : int or str, optional
        Index or name of the class. Default: the current one.
    method : str, optional
        Label of the method. Default: the current one.
    channels : sequence of int or str, optional
        Indices or names of the channels to draw, from the top. Default: all.
    limit : float, optional
        Value of the last color. Default: the largest |value| of the map.
    figsize : tuple of float, optional
        Width and height in inches.
    width : float, optional
        Width in millimeters, instead of `figsize`.

    Returns
    -------
    matplotlib.figure.Figure
        Save it by ``figure.savefig("map.pdf")``. If only the current picture is plotted, the pinned one is next to
        it.

    Raises
    ------
    ValueError
        If a choice does not exist.
    ImportError
        If matplotlib is not installed.
    """
    options: dict[str, Any] = {"channels": channels, "limit": limit, "figsize": figsize, "width": width}
    source = self.explanation
    if instance is None and target is None and method is None:
        return displayed_figure(self, **options)
    instance = self.shown.instance if instance is None else within("instance", instance, len(source.x))
    target = self.shown.target if target is None else known_class(target, source)
    method = self.shown.method if method is None else known_method(method, source)
    choice = known_choice("target", (instance, target, method), source)
    return displayed_figure(self, [choice], **options)


def save_png(
    self: Viewer,
    path: str | Path,
    *,
    width: float | None = None,
    dpi: float | None = None,
    scale: float | None = None,
) -> Path:
    """Write the current picture as PNG, with its summary, axis and legend, on white.

    The file is drawn by matplotlib at once. A browser that displays the widget then replaces it by the picture on
    the screen, with its zoom and options, as soon as the kernel is idle.

    Parameters
    ----------
    path : str or Path
        The file.
    width : float, optional
        Width in millimeters; texts keep their size. Default: as on the screen.
    dpi : float, optional
        Pixels per inch. Default: 300.
    scale : float, optional
        Instead of `dpi`: pixels per pixel of the screen, of which an inch has 96.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If a size is not a number, or not between its limits.
    OSError
        If there is no such folder.
    """
    return _save_picture(self, "png", path, checked_paper(width, dpi, scale))


def save_svg(self: Viewer, path: str | Path, *, width: float | None = None) -> Path:
    """Write the current picture as SVG, with lines and text as vectors; otherwise like `save_png`."""
    return _save_picture(self, "svg", path, checked_paper(width))


def save_pdf(self: Viewer, path: str | Path, *, width: float | None = None) -> Path:
    """Write the current picture as PDF, drawn by matplotlib: :meth:`plot`, with lines and text as vectors.

    Parameters
    ----------
    path : str or Path
        The file.
    width : float, optional
        Width in millimeters. Default: 203, or twice that if a picture is pinned.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    OSError
        If there is no such folder.
    """
    path, paper = check_new_file("path", path, ".pdf"), checked_paper(width)
    save_figure("pdf", path, displayed_figure(self, width=paper.width), paper)
    return path


def save_numbers(self: Viewer, path: str | Path) -> Path:
    """Write the current numbers as .csv, one line per sample, or as .npz, with unchanged arrays.

    Parameters
    ----------
    path : str or Path
        The file, whose name ends in ".csv" or ".npz".

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the name ends otherwise.
    OSError
        If there is no such folder.
    """
    return write_numbers(self.explanation, path, displayed_numbers(self, current_choice(self)))


def _save_picture(viewer: Viewer, form: str, path: str | Path, paper: Paper) -> Path:
    """Write the current picture as "png" or "svg"."""
    convert = Conversion(viewer.explanation)
    request = {
        "choice": convert.choice_fields(current_choice(viewer)),
        "pinned": convert.choice_fields(viewer.pinned),
        "options": viewer.mark.options.values,
    }
    ask = viewer.mark.ask_for_picture
    return save_picture(form, path, paper, lambda: displayed_figure(viewer, width=paper.width), request, ask)
