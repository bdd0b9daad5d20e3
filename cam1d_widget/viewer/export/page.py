"""One offline HTML file with the viewer and its tiles: no kernel, no network, no request."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template
from typing import Any, Literal, NamedTuple
from warnings import warn

import numpy as np
from ipywidgets.embed import dependency_state, embed_data

from ...explanation.atomic_file import atomic_file
from ...explanation.portable_model import PortableModel
from ...explanation.source import ExplanationSource, HasModel, lengths_of
from ...progress import Steps, part_of_work, with_progress_bar
from ...typing import InstancesLike
from ...validation import check_choice, check_flag, check_new_file, check_number, check_text
from ..choice import Choice
from ..layout.figure import scales
from ..layout.stack import Stack
from ..synced.base import PageContents, Synced
from ..synced.channel_stack import ChannelStack
from ..synced.facts import maps_there
from ..synced.inside import results_of_page
from ..synced.tiles import Tile, attribution_key, map_tile, pack, series_key, series_tile
from ..windows import Intervals
from .excerpt import Excerpt, excerpt
from .page_size import Priorities, fitted, in_time, sizes_of, time_note, without_slow
from .scripts import licenses, programs

# Bytes of the page around its programs and arrays: the state of sliders, menus and panels.
_WIDGETS = 40_000


@dataclass(frozen=True, eq=False)
class ViewerState:
    """State of a viewer with which a page opens.

    Attributes
    ----------
    shown : Choice, optional
        The current picture. Default: the predicted class of the first instance.
    pinned : Choice, optional
        The pinned picture.
    follow : str
        Which class is explained when the instance changes.
    viewed : sequence of str
        Methods that were viewed, the current one first.
    intervals : Intervals
        By instance, the windows of samples that are marked as true.
    annotations : sequence of dict
        Notes on windows.
    parts : mapping of str to Synced
        State of each panel; the page gets copies.
    edited : mapping of int to ndarray of shape (time, channel)
        By instance, the series in its place; a page with the model shows it.
    """

    shown: Choice | None = None
    pinned: Choice | None = None
    follow: str = "fixed"
    viewed: Sequence[str] = ()
    intervals: Intervals = ()
    annotations: Sequence[dict[str, Any]] = ()
    parts: Mapping[str, Synced] = field(default_factory=dict)
    edited: Mapping[int, np.ndarray] = field(default_factory=dict)


def save_html(source: ExplanationSource, path: str | Path, *, progress: bool = True, **options: Any) -> Path:
    """Write the viewer of an explanation as one file that works in a browser alone.

    `options` are those of :func:`page_steps`.
    """
    check_flag("progress", progress)
    written = with_progress_bar(page_steps(source, path, **options), progress)
    if written.note:
        warn(f"{written.path.name}: {written.note}", stacklevel=3)
    return written.path


class Written(NamedTuple):
    """A page, and a note on what was left out; "" if nothing was."""

    path: Path
    note: str


def page_steps(
    source: ExplanationSource,
    path: str | Path,
    *,
    instances: InstancesLike | None = None,
    targets: InstancesLike | None = None,
    methods: str | Sequence[str] | None = None,
    title: str = "Attribution",
    budget_mb: float = 32,
    model: bool | Literal["float16"] = False,
    state: ViewerState | None = None,
) -> Steps[Written]:
    """Write a page; yields the completed share and a description.

    Parameters are those of :meth:`ExplanationViewer.save_html`, and the state of a viewer, of which the page keeps the
    part about its own instances, classes and methods.
    """
    state = state or ViewerState()
    path = check_new_file("path", path)
    check_text("title", title)
    check_number("budget_mb", budget_mb, above=0)
    contained = _model_of(source, model)
    chosen = excerpt(source, instances, targets, methods)
    named = {"instances": instances, "targets": targets, "methods": methods}
    priorities = Priorities(
        [name for name, value in named.items() if value is not None],
        [one for one in (state.shown, state.pinned) if one is not None],
        state.viewed,
    )
    scripts = _inline(programs(engine=contained is not None))
    terms = html.escape(licenses(engine=contained is not None))
    jobs: Any = state.parts.get("jobs")
    results = results_of_page(jobs.results if jobs else {})
    inside: Any = state.parts.get("inside")
    if contained is not None and inside:
        results = (yield from part_of_work(inside.reading_explained(), 0.0, 0.0)) | results
    # The page has its own widgets, so that those of a live viewer stay as they are; they are closed, for ipywidgets
    # keeps every widget until then.
    with ExitStack() as opened:

        def copies(chosen: Excerpt, first: int) -> dict[str, Synced]:
            page = PageContents(chosen.instances, chosen.instances[first], results)
            return {name: opened.enter_context(closing(part.for_page(page))) for name, part in state.parts.items()}

        parts = copies(chosen, _first_choice(chosen, state.shown)["instance"])
        others = {
            "program": len(terms) + len(scripts) + _WIDGETS,
            "model": 0 if contained is None else _size_of(contained),
            "activations and results": sum(part.page_bytes() for part in parts.values()),
        }
        quick = without_slow(chosen, priorities)
        sizes = yield from part_of_work(sizes_of(quick, others), 0.0, 0.05)
        quick = in_time(quick, sizes, priorities)
        fit = fitted(quick, sizes, budget_mb, priorities)
        note = "; ".join(filter(None, [fit.note, time_note(chosen, quick)]))
        begun = _first_choice(fit.chosen, state.shown)
        if fit.chosen.instances != chosen.instances:
            parts = copies(fit.chosen, begun["instance"])
        chosen = fit.chosen
        tiles = yield from part_of_work(_tiles(chosen), 0.05, 1.0)
        absence = "This map was left out of this page." if note else "This plot is not on this page."
        mark = _mark(chosen, state, absence=absence, model=contained, **parts, **begun)
        for place, instance in enumerate(chosen.instances if contained is not None else ()):
            if instance in state.edited:
                mark.edit(place, state.edited[instance])
        viewer = opened.enter_context(closing(Stack(mark)))
        data = embed_data([viewer], state=dependency_state([viewer]))
        _put_tiles(data["manager_state"]["state"][mark.model_id], pack(tiles, bits=fit.bits))
        text = _page(data, scripts, terms, title, note)
    with atomic_file(path, "w", encoding="utf-8") as file:
        file.write(text)
    return Written(path, note)


def _model_of(source: ExplanationSource, model: bool | str) -> PortableModel | None:
    """The model that a page contains; None if it contains none."""
    if isinstance(model, str):
        check_choice("model", model, ["float16"], "; True contains the model in float32")
    elif not check_flag("model", model):
        return None
    if isinstance(source, HasModel):
        made = source.portable_model()
        description = {**made.description, "network_finding": source.network_finding()}
        return replace(made, description=description, float16=model == "float16")
    raise ValueError(
        f"model=True needs a widget with a model, as CAM1DWidget(model, x), but the {type(source).__name__} has maps "
        f"alone; leave it out"
    )


def _size_of(model: PortableModel) -> float:
    """Bytes of a model in a page."""
    packed = model.packed()
    weights = packed.pop("weights")
    return len(json.dumps(packed)) + 4 / 3 * len(weights)


def _mark(chosen: Excerpt, state: ViewerState, **traits: Any) -> ChannelStack:
    """Mark of a page, without its tiles."""
    mean = state.shown and state.shown.mean
    return ChannelStack(
        chosen,
        targets=chosen.menu,
        instances=chosen.instances,
        # A live browser receives what this mark holds: the tiles are put into the page alone.
        tiles=pack([]),
        scales=scales(int(lengths_of(chosen)[traits["instance"]]), chosen.sampling_rate),
        annotations=_renumbered(state.annotations, chosen.instances),
        intervals=[state.intervals[instance] for instance in chosen.instances] if state.intervals else (),
        pinned=_pinned(chosen, state.pinned),
        follow=state.follow,
        mean=None if mean is None else mean._asdict(),
        **traits,
    )


def _put_tiles(entry: dict[str, Any], packed: dict[str, Any]) -> None:
    """Put packed tiles into the state of a mark."""
    entry["state"]["tiles"] = {"index": packed["index"]}
    others = [buffer for buffer in entry["buffers"] if buffer["path"] != ["tiles", "data"]]
    data = base64.b64encode(packed["data"]).decode("ascii")
    entry["buffers"] = [*others, {"encoding": "base64", "path": ["tiles", "data"], "data": data}]


def _tiles(chosen: Excerpt) -> Steps[list[Tile]]:
    there = [maps_there(chosen, label, chosen.menu) for label in chosen.methods]
    places = [
        (method, instance, target)
        for instance in range(len(chosen.instances))
        for method in range(len(chosen.methods))
        for target in np.flatnonzero(there[method][instance]).tolist()
    ]
    tiles = [series_tile(chosen, series_key(instance), instance) for instance in range(len(chosen.x))]
    for done, (method, instance, target) in enumerate(places):
        yield done / len(places), f"map {done + 1:,} of {len(places):,}"
        key = attribution_key(method, instance, target)
        tiles.append(map_tile(chosen, key, chosen.methods[method], instance, chosen.menu[target]))
    return tiles


def _renumbered(annotations: Sequence[dict[str, Any]], instances: tuple[int, ...]) -> list[dict[str, Any]]:
    """Notes on the instances of a page, by their numbers there."""
    there = [note for note in annotations if note["instance"] in instances]
    return [{**note, "instance": instances.index(note["instance"])} for note in there]


def _pinned(chosen: Excerpt, pinned: Choice | None) -> dict[str, Any] | None:
    """The pinned picture by its indices in a page; None if the page does not have it."""
    if pinned is None or pinned.instance not in chosen.instances or pinned.method not in chosen.methods:
        return None
    classes = [pinned.target] if pinned.against is None else [pinned.target, pinned.against]
    if not set(classes) <= set(chosen.menu):
        return None
    target, *against = map(chosen.menu.index, classes)
    return {
        "instance": chosen.instances.index(pinned.instance),
        "target": target,
        "method": chosen.methods.index(pinned.method),
        "against": next(iter(against), None),
        "mean": None if pinned.mean is None else pinned.mean._asdict(),
    }


def _first_choice(chosen: Excerpt, shown: Choice | None) -> dict[str, Any]:
    instance, target, method = (chosen.instances[0], None, chosen.methods[0]) if shown is None else shown[:3]
    place = chosen.instances.index(instance) if instance in chosen.instances else 0
    label = method if method in chosen.methods else chosen.methods[0]
    classes = [target, int(np.argmax(chosen.scores[place])), *chosen.menu]
    there = [c for c in classes if c in chosen.menu and chosen.has(label, place, c)]
    return {
        "instance": place,
        "target": chosen.menu.index(there[0]) if there else 0,
        "method": chosen.methods.index(label),
    }


def _inline(value: Any) -> str:
    """JSON that cannot close its script element: "<" is escaped."""
    return json.dumps(value).replace("<", "\\u003c")


def _page(data: dict[str, Any], scripts: str, terms: str, title: str, note: str) -> str:
    return Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        note=f'<p class="note">{html.escape(note)}.</p>' if note else "",
        licenses=terms,
        programs=scripts,
        state=_inline(data["manager_state"]),
        view=_inline(data["view_specs"][0]),
    )
