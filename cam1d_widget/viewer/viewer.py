"""ExplanationViewer: an explanation with sliders for instance, class and method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from traitlets import Any as AnyTrait
from traitlets import TraitType, link, observe, validate

from ..explanation.lengths import samples_in_words
from ..explanation.plot import has_matplotlib, png_picture
from ..explanation.source import ExplanationSource, lengths_of, seconds_of
from ..typing import IntervalsLike
from ..validation import check_function, check_list, check_members, counted, shown
from .choice import (
    FOLLOWS,
    Choice,
    Mean,
    best_method,
    first_instance,
    first_method,
    first_target,
    known_choice,
    known_class,
    known_mean,
    known_method,
    refusing_choice,
    within,
)
from .conversion import Conversion
from .export import viewer_methods
from .export.displayed import current_choice, displayed_figure, displayed_numbers
from .export.files_of_panel import offer_files
from .export.numbers import Numbers
from .export.page import ViewerState
from .following import follow_class
from .layout.figure import scales
from .layout.stack import Stack
from .saved_state import MIME, saved_state
from .synced.channel_stack import ChannelStack
from .synced.checked import chosen
from .synced.checks import Checks
from .synced.finder import Finder
from .synced.inside import Inside, InsideSource
from .synced.jobs import Jobs
from .synced.options import Options
from .unattended import is_unattended, keeps_pictures
from .windows import Annotation, ScoresWithout, checked_intervals


class ExplanationViewer(Stack):
    """Stacked channels with their attribution, and sliders for instance, class and method.

    Parameters
    ----------
    explanation : ExplanationSource
        The explanation, such as an `Explanation`.
    instance, target, method : optional
        The initial picture. Default: the first instance with a map, its predicted class, and the best method whose map
        takes no longer than a second: Occlusion, a method that is exact for the classifier, or a gradient method. If
        Occlusion takes longer, its first map is computed in the background.
    intervals : sequence or mapping of lists of (t0, t1), optional
        By instance, where the true cause is, in the unit of the time axis. Drawn over the rows; the legend shows how
        much of the map is inside.
    scores_without : ScoresWithout, optional
        Computes the scores of a series with one window replaced; `CAM1DWidget` uses its model.
    jobs : Jobs, optional
        Long computations that the browser may request.
    inside : InsideSource, optional
        Reads the layers of the network.
    update_model : callable, optional
        Called when the user requests an update after the model has changed.
    **traits
        What an ipywidgets box takes, such as ``layout``.

    Attributes
    ----------
    instance : int
        Index of the current instance.
    target : int
        Index of the explained class. Initially, and if the class was not explained on an instance: the predicted
        class.
    method : str
        Label of the method.
    follow : {"predicted", "true", "runner-up", "contrast", "fixed"}
        Which class is explained when the instance changes: "contrast" is the predicted class minus the true one.
        Choosing a class fixes it.
    against : int or None
        Index of a class whose map is subtracted from that of `target`: evidence for one rather than the other.
    mean : Mean or None
        Instances whose mean is shown instead of one: ("true" or "predicted", index of the class).
    pinned : Choice or None
        Picture that is pinned next to the current one, on the same scales: (instance, target, method), or
        ``viewer.shown`` to pin the current one.
    selected_window : tuple of float or None
        Times (t0, t1) of the window that was selected by Shift and drag, in the unit of the time axis.
    annotations : list of Annotation
        Notes on windows: instance, t0, t1 and text of each.
    checks : Checks
        Replacement values in the checks of a map; ``viewer.checks.fill = "zero"``.
    finder : Finder
        Filter of instances; ``viewer.finder.verdict = "wrong"`` shows only the misclassified ones.
    options : Options
        How pictures are drawn; ``viewer.options.scope = "method"`` sets one.
    """

    instance = TraitType(0, help="Index of the current instance.")
    target = TraitType(0, help="Index of the explained class; set it to the index or name of one.")
    method = TraitType("", help="Label of the method.")
    against = AnyTrait(None, help="Index of the class whose map is subtracted, or None; set it to an index or name.")
    follow: Any = chosen(*FOLLOWS)
    mean = AnyTrait(None, help='Displayed mean: ("true" or "predicted", class), or None for one instance.')
    pinned = AnyTrait(None, help="Pinned picture, or None.")
    selected_window = AnyTrait(None, help="Times (t0, t1), or None.")

    def __init__(
        self,
        explanation: ExplanationSource,
        *,
        instance: int | None = None,
        target: int | str | None = None,
        method: str | None = None,
        intervals: IntervalsLike | None = None,
        scores_without: ScoresWithout | None = None,
        checks: Checks | None = None,
        jobs: Jobs | None = None,
        inside: InsideSource | None = None,
        update_model: Callable[[], None] | None = None,
        **traits: Any,
    ) -> None:
        parts = {"scores_without": scores_without, "checks": checks, "jobs": jobs, "inside": inside}
        self._check_arguments(explanation, parts, update_model, traits)
        self._explanation = explanation
        self._convert = Conversion(explanation)
        self._viewed: list[str] = []
        instance = first_instance(explanation) if instance is None else within("instance", instance, len(explanation.x))
        best = best_method(explanation) if method is None else None
        method = known_method(first_method(explanation) if method is None else method, explanation)
        follow = "predicted" if target is None else "fixed"
        target = known_class(first_target(explanation, method, instance) if target is None else target, explanation)
        lengths = lengths_of(explanation)
        self._intervals = checked_intervals(intervals, lengths, explanation.sampling_rate)
        jobs = jobs or Jobs()
        offer_files(self, jobs)
        mark = ChannelStack(
            explanation,
            scores_without=scores_without,
            checks=checks or Checks(),
            jobs=jobs,
            inside=Inside(inside),
            update_model=update_model,
            intervals=self._intervals,
            instance=instance,
            target=target,
            method=explanation.methods.index(method),
            scales=scales(int(lengths[instance]), explanation.sampling_rate),
            follow=follow,
        )
        # From the start, so that it also sees the initial instance and class.
        follow_class(self)
        super().__init__(mark, instance=instance, target=target, method=method, follow=follow, **traits)
        if best not in (None, method):
            mark.offer(explanation.methods.index(best), seconds_of(explanation, best))
        for name in ("instance", "target", "against", "follow"):
            link((mark, name), (self, name))
        convert = self._convert
        link((mark, "method"), (self, "method"), transform=(convert.label, convert.index))
        link((mark, "mean"), (self, "mean"), transform=(convert.mean, convert.mean_fields))
        link((mark, "pinned"), (self, "pinned"), transform=(convert.choice, convert.choice_fields))
        link((mark, "window"), (self, "selected_window"), transform=(convert.times, convert.samples))

    def _check_arguments(
        self, explanation: Any, parts: dict[str, Any], update_model: Any, traits: dict[str, Any]
    ) -> None:
        """Refuse arguments of a wrong type before anything is computed."""
        check_members(
            "explanation", explanation, "an Explanation, as explain(model, x) returns", ("methods", "attribution")
        )
        for name, of, needed in (
            ("scores_without", "a function of a window with a baseline", ("__call__", "baseline")),
            ("inside", "a reader of layers", ("layers", "activations")),
        ):
            if parts[name] is not None:
                check_members(name, parts[name], of, needed)
        for name, kind in (("checks", Checks), ("jobs", Jobs)):
            if parts[name] is not None and not isinstance(parts[name], kind):
                raise TypeError(f"{name} must be {kind.__name__}(...), but is {shown(parts[name])}")
        for name in traits:
            if not self.has_trait(name):
                raise TypeError(f"{name} must be an argument of {type(self).__name__} or a trait of an ipywidgets box")
        if update_model is not None:
            check_function("update_model", update_model, "no argument")
        if not explanation.methods or not len(explanation.x):
            raise ValueError("explanation must hold at least one instance and one method, but holds none")

    def __repr__(self) -> str:
        source = self._explanation
        instances, _, channels = source.x.shape
        samples = samples_in_words(source.x, source.lengths)
        return (
            f"<{type(self).__name__} of {instances} series ({samples}, {counted(channels, 'channel')}) at instance "
            f"{self.instance}, {source.class_names[self.target]}, {self.method}>"
        )

    @property
    def explanation(self) -> ExplanationSource:
        """The displayed explanation."""
        return self._explanation

    @property
    def shown(self) -> Choice:
        """The current picture, to be pinned: ``viewer.pinned = viewer.shown``."""
        return Choice(self.instance, self.target, self.method, self.against, self.mean)

    @property
    def checks(self) -> Checks:
        """Replacement values in the checks of a map."""
        return self.mark.checks

    @property
    def finder(self) -> Finder:
        """Filter of instances."""
        return self.mark.finder

    @property
    def options(self) -> Options:
        """How pictures are drawn."""
        return self.mark.options

    @property
    def inside(self) -> Inside:
        """Selected layer and filter: ``viewer.inside.layer = "conv1"``."""
        return self.mark.inside

    @property
    def jobs(self) -> Jobs:
        """Long computations, and their results."""
        return self.mark.jobs

    @property
    def attribution(self) -> np.ndarray:
        """The current map, of shape (time, channel or 1), computed if necessary."""
        return self.numbers.attribution

    @property
    def numbers(self) -> Numbers:
        """Current series and map, with standard errors, or with the standard deviations of a mean."""
        return displayed_numbers(self, current_choice(self))

    @property
    def annotations(self) -> list[Annotation]:
        """Notes on windows in the widget; can be set, to restore notes."""
        return list(map(self._convert.annotation, self.mark.annotations))

    @annotations.setter
    def annotations(self, notes: Sequence[Annotation]) -> None:
        with refusing_choice():
            self.mark.annotations = list(map(self._convert.note, check_list("annotations", notes, "Annotation")))

    plot = viewer_methods.plot
    link = viewer_methods.link
    save_html = viewer_methods.save_html
    save_png = viewer_methods.save_png
    save_svg = viewer_methods.save_svg
    save_pdf = viewer_methods.save_pdf
    save_numbers = viewer_methods.save_numbers

    @property
    def _title(self) -> str:
        """Title of a page."""
        return "Attribution"

    @property
    def _state(self) -> ViewerState:
        """State with which a page opens."""
        mark = self.mark
        return ViewerState(
            self.shown,
            self.pinned,
            self.follow,
            self._viewed,
            self._intervals,
            mark.annotations,
            mark.parts,
            mark.edited.series,
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, its state for a notebook without a kernel, and a figure for sites that run no widgets."""
        unattended = is_unattended()
        if unattended:
            # No browser will request the map. Why it cannot be computed is reported by the widget.
            with suppress(Exception):
                self.mark.read_first_map()
        bundle = {**super()._repr_mimebundle_(**kwargs), MIME: saved_state(self)}
        # JupyterLab stores the painted picture itself. Elsewhere, a figure of a slow map would delay the display.
        if has_matplotlib() and (unattended or not keeps_pictures()) and self.mark.quick:
            # The widget reports why a map cannot be computed; an error here would prevent its display.
            with suppress(Exception):
                rows = range(self._explanation.x.shape[2])[: self.options.per_page or None]
                bundle = {**bundle, "image/png": png_picture(displayed_figure(self, channels=rows))}
        return bundle

    @validate("instance")
    def _check_instance(self, proposal: Any) -> int:
        return within("instance", proposal["value"], len(self._explanation.x))

    @validate("target")
    def _check_target(self, proposal: Any) -> int:
        return known_class(proposal["value"], self._explanation)

    @validate("against")
    def _check_against(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else known_class(proposal["value"], self._explanation, "against")

    @validate("method")
    def _check_method(self, proposal: Any) -> str:
        return known_method(proposal["value"], self._explanation)

    @validate("pinned")
    def _check_pinned(self, proposal: Any) -> Choice | None:
        pinned = proposal["value"]
        return None if pinned is None else known_choice("pinned", pinned, self._explanation)

    @validate("mean")
    def _check_mean(self, proposal: Any) -> Mean | None:
        mean = proposal["value"]
        return None if mean is None else known_mean("mean", mean, self._explanation)

    @validate("selected_window")
    def _check_window(self, proposal: Any) -> tuple[float, float] | None:
        with refusing_choice():
            window = self._convert.samples(proposal["value"])
        # Rounded to whole samples.
        return self._convert.times(window)

    @observe("method")
    def _note_method(self, change: Any) -> None:
        self._viewed = list(dict.fromkeys([self.method, *self._viewed]))

    @observe("instance")
    def _leave_mean(self, change: Any) -> None:
        self.mean = None
