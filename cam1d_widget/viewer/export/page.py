"""One offline HTML file with the viewer and its tiles: no kernel, no network, no request."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from ipywidgets.embed import dependency_state, embed_data
from tqdm.auto import tqdm

from ...explanation.atomic_file import atomic_file
from ...explanation.source import ExplanationSource
from ...typing import InstancesLike
from ...validation import check_flag, check_new_file, check_number, check_text
from ..choice import Choice
from ..layout.figure import scales
from ..layout.stack import Stack
from ..synced.base import ENTRY_BYTES, PageContents, Synced
from ..synced.channel_stack import ChannelStack
from ..synced.facts import maps_there
from ..synced.inside import results_of_page
from ..synced.tiles import Tile, attribution_key, map_tile, pack, series_key
from ..windows import Intervals
from .excerpt import Excerpt, excerpt
from .scripts import licenses, programs

MEGABYTE = 2**20


@dataclass(frozen=True, eq=False)
class ViewerState:
    """State of a viewer with which a page opens.

    Attributes
    ----------
    shown : Choice, optional
        The current picture. Default: the predicted class of the first instance.
    pinned : Choice, optional
        The pinned picture.
    intervals : Intervals
        By instance, the windows of samples that are marked as true.
    annotations : sequence of dict
        Notes on windows.
    parts : mapping of str to Synced
        State of each panel; the page gets copies.
    """

    shown: Choice | None = None
    pinned: Choice | None = None
    intervals: Intervals = ()
    annotations: Sequence[dict[str, Any]] = ()
    parts: Mapping[str, Synced] = field(default_factory=dict)


def save_html(
    source: ExplanationSource,
    path: str | Path,
    *,
    instances: InstancesLike | None = None,
    targets: InstancesLike | None = None,
    methods: str | Sequence[str] | None = None,
    title: str = "Attribution",
    budget_mb: float = 32,
    progress: bool = True,
    state: ViewerState | None = None,
) -> Path:
    """Write the viewer of an explanation as one file that works in a browser alone.

    Parameters are those of :meth:`ExplanationViewer.save_html`, and the state of a viewer, of which the page keeps the
    part about its own instances, classes and methods.
    """
    state = state or ViewerState()
    path = check_new_file("path", path)
    check_text("title", title)
    check_flag("progress", progress)
    check_number("budget_mb", budget_mb, above=0)
    chosen = excerpt(source, instances, targets, methods)
    modules, terms = programs(), licenses()
    begun = _first_choice(chosen, state.shown)
    jobs: Any = state.parts.get("jobs")
    page = PageContents(
        chosen.instances, chosen.instances[begun["instance"]], results_of_page(jobs.results if jobs else {})
    )
    # The page has its own widgets, so that those of a live viewer stay as they are; they are closed, for ipywidgets
    # keeps every widget until then.
    with ExitStack() as opened:
        parts = {name: opened.enter_context(closing(part.for_page(page))) for name, part in state.parts.items()}
        others = {
            "program": len(terms) + sum(map(len, modules.values())),
            "activations and results": sum(part.page_bytes() for part in parts.values()),
        }
        _check_budget(chosen, others, budget_mb)
        mean = state.shown and state.shown.mean
        mark = ChannelStack(
            chosen,
            targets=chosen.menu,
            instances=chosen.instances,
            tiles=pack(list(_tiles(chosen, progress)), quantize=True),
            absence="This picture is not in this page.",
            scales=scales(source.x.shape[1], source.sampling_rate),
            annotations=_renumbered(state.annotations, chosen.instances),
            intervals=[state.intervals[instance] for instance in chosen.instances] if state.intervals else (),
            pinned=_pinned(chosen, state.pinned),
            mean=None if mean is None else mean._asdict(),
            **parts,
            **begun,
        )
        viewer = opened.enter_context(closing(Stack(mark)))
        text = _page(embed_data([viewer], state=dependency_state([viewer])), modules, terms, title)
    with atomic_file(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _tiles(chosen: Excerpt, progress: bool) -> Any:
    there = [maps_there(chosen, label, chosen.menu) for label in chosen.methods]
    places = [
        (method, instance, target)
        for instance in range(len(chosen.instances))
        for method in range(len(chosen.methods))
        for target in np.flatnonzero(there[method][instance]).tolist()
    ]
    x = chosen.x
    yield from (Tile(series_key(instance), x[instance]) for instance in range(len(chosen.instances)))
    for method, instance, target in tqdm(places, desc="maps", disable=not progress, leave=False):
        key = attribution_key(method, instance, target)
        yield map_tile(chosen, key, chosen.methods[method], instance, chosen.menu[target])


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


def _check_budget(chosen: Excerpt, others: Mapping[str, float], budget_mb: float) -> None:
    """Refuse a page that is too large before its maps are computed; from one map of each method."""
    count, (samples, channels) = len(chosen.instances), chosen.x.shape[1:]
    parts = {name: size / MEGABYTE for name, size in others.items() if size}
    parts[f"{count} series"] = _encoded(count, 4 * samples * channels)
    for label in chosen.methods:
        there = np.argwhere(maps_there(chosen, label, chosen.menu))
        one = chosen.attribution(label, there[0][0], chosen.menu[there[0][1]]) if len(there) else chosen.x[0]
        with_errors = len(there) and chosen.standard_error(label, there[0][0], chosen.menu[there[0][1]]) is not None
        parts[f"{len(there)} maps of {label}"] = _encoded(len(there), (4 if with_errors else 2) * one.size)
    total = sum(parts.values())
    if total > budget_mb:
        sizes = "; ".join(f"{name}: {size:.1f} MB" for name, size in parts.items())
        raise ValueError(
            f"the page would take {total:.1f} MB, more than budget_mb={budget_mb:g} ({sizes}); "
            "choose fewer with instances=, targets= or methods=, or raise budget_mb="
        )


def _encoded(count: int, nbytes: int) -> float:
    return count * (4 * nbytes / 3 + ENTRY_BYTES) / MEGABYTE


def _inline(value: Any) -> str:
    """JSON that cannot close its script element: "<" is escaped."""
    return json.dumps(value).replace("<", "\\u003c")


def _page(data: dict[str, Any], modules: dict[str, str], terms: str, title: str) -> str:
    return Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        licenses=html.escape(terms),
        modules=_inline(modules),
        state=_inline(data["manager_state"]),
        view=_inline(data["view_specs"][0]),
    )
