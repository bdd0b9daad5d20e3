"""What is taken away of a viewer: pages, pictures and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..explanation.atomic_file import whole_file
from ..explanation.explanation import ExplanationSource
from ..explanation.plot import png_picture
from ..typing import InstancesLike
from .export.numbers import save_numbers
from .export.page import checked_file, save_html
from .layout.stack import Stack


class TakingAway(Stack):
    """A stack whose pictures and numbers are taken away as files."""

    _explanation: ExplanationSource
    _intervals: Any
    inside: Any
    checks: Any
    jobs: Any
    instance: Any
    target: Any
    method: Any
    pinned: Any
    mean: Any
    numbers: Any

    def save_html(
        self,
        path: str | Path,
        instances: InstancesLike | None = None,
        targets: InstancesLike | None = None,
        methods: str | Sequence[str] | None = None,
        *,
        title: str = "Attribution",
        budget_mb: float = 32,
        progress: bool = True,
    ) -> Path:
        """Write the viewer as one file that works in a browser alone, with no kernel and no network.

        Parameters
        ----------
        path : str or Path
            The file.
        instances, targets : int, sequence of int, or mask, optional
            Indices of the instances and classes. Default: all.
        methods : sequence of str, optional
            Labels of the methods. Default: those that were chosen; else all but the slow ones.
        title : str
            Title of the page.
        budget_mb : float
            Size in MB beyond which nothing is written. It is reckoned from one map of each method, before the
            others are computed.
        progress : bool
            Whether to show how many maps are computed.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If a choice does not exist, or the page would be larger than `budget_mb`.
        OSError
            If there is no such folder; nothing is computed then.
        """
        first = (self.instance, self.target, self.method)
        return save_html(
            self._explanation,
            path,
            instances=instances,
            targets=targets,
            methods=methods,
            title=title,
            budget_mb=budget_mb,
            progress=progress,
            first=first,
            options=self.mark.options,
            intervals=self._intervals,
            annotations=self.mark.annotations,
            checks=self.checks,
            jobs=self.jobs,
            pinned=self.pinned,
            mean=self.mean,
            inside=self.inside,
        )

    def save_png(self, path: str | Path) -> None:
        """Write the picture on show as PNG, exactly as on the screen, with its summary, axis and legend.

        The browser draws it: the file is there as soon as it has answered, after the cell that asked.

        Parameters
        ----------
        path : str or Path
            The file.

        Raises
        ------
        RuntimeError
            If the widget is not on show in a browser; ``explanation.plot`` draws without one.
        OSError
            If there is no such folder.
        """
        self._save_picture("png", path)

    def save_svg(self, path: str | Path) -> None:
        """Write the picture on show as SVG: lines stay lines and text stays text. As `save_png` in all else."""
        self._save_picture("svg", path)

    def _save_picture(self, form: str, path: str | Path) -> None:
        path = checked_file(path)

        def take(picture: bytes) -> None:
            with whole_file(path) as file:
                file.write(picture)

        self.mark.ask_for_picture(form, take)

    def save_numbers(self, path: str | Path) -> Path:
        """Write the numbers on show as .csv, a line a sample, or as .npz, with the arrays as they are.

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
        return save_numbers(self._explanation, path, self.numbers)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and a picture for sites that run no widget, where matplotlib is installed."""
        bundle = super()._repr_mimebundle_(**kwargs)
        picture = png_picture(self._explanation, self.instance, self.target, self.method)
        return bundle if picture is None else {**bundle, "image/png": picture}
