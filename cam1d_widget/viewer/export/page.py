"""One offline HTML file with the viewer and its tiles: no kernel, no network, no request."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from ipywidgets.embed import dependency_state, embed_data
from tqdm.auto import tqdm

from ...explanation.atomic_file import whole_file
from ...explanation.explanation import ExplanationSource
from ...explanation.number_checks import check_number
from ..choice import Choice, Mean
from ..layout.figure import scales
from ..layout.stack import Stack
from ..synced.channel_stack import ChannelStack
from ..synced.checks import Checks
from ..synced.facts import maps_there
from ..synced.inside import Inside, inside_of_page
from ..synced.jobs import Jobs, Result, packed_results
from ..synced.options import Options
from ..synced.tiles import Tile, attribution_key, map_tile, pack, series_key
from ..windows import Intervals
from .excerpt import Excerpt, excerpt
from .scripts import licenses, programs

MEGABYTE = 2**20
# Bytes of a page's JSON for one tile beside its numbers.
_ENTRY = 140


def save_html(
    source: ExplanationSource,
    path: str | Path,
    *,
    instances: Any = None,
    targets: Any = None,
    methods: Any = None,
    title: str = "Attribution",
    budget_mb: float = 32,
    progress: bool = True,
    first: tuple[int, int, str] | None = None,
    options: Options | None = None,
    intervals: Intervals = (),
    annotations: Sequence[dict[str, Any]] = (),
    checks: Checks | None = None,
    jobs: Jobs | None = None,
    pinned: Choice | None = None,
    mean: Mean | None = None,
    inside: Inside | None = None,
) -> Path:
    """Write the viewer of an explanation as one file that works in a browser alone.

    Parameters are those of :meth:`ExplanationViewer.save_html`, `first`: instance, class and method on show when the
    page is opened, if they are in it; `options`, which the page gets a copy of; `intervals`, `annotations` and
    `pinned`, by instance of the whole explanation; `mean`, if one is on show; `jobs`, whose results the page keeps, and
    `checks`, which it gets a copy of; and what was looked at `inside` of the network.
    """
    path = checked_file(path)
    check_number("budget_mb", budget_mb, above=0)
    chosen = excerpt(source, instances, targets, methods)
    modules, terms = programs(), licenses()
    begun = _first_choice(chosen, first)
    within, results = inside_of_page(
        inside or Inside(), {} if jobs is None else jobs.results, chosen.instances, chosen.instances[begun["instance"]]
    )
    others = {
        "program": len(terms) + sum(map(len, modules.values())),
        "activations and results": _size(within, results),
    }
    _check_budget(chosen, others, budget_mb)
    mark = ChannelStack(
        chosen,
        targets=chosen.menu,
        instances=chosen.instances,
        tiles=pack(list(_tiles(chosen, progress)), quantize=True),
        absence="This picture is not in this page.",
        scales=scales(source.x.shape[1], source.sampling_rate),
        options=None if options is None else options.copy(),
        checks=None if checks is None else checks.copy(),
        jobs=Jobs(results=results, kinds=[] if jobs is None else jobs.kinds),
        inside=within,
        annotations=_renumbered(annotations, chosen.instances),
        intervals=[intervals[instance] for instance in chosen.instances] if intervals else (),
        pinned=_pinned(chosen, pinned),
        mean=None if mean is None else mean._asdict(),
        **begun,
    )
    # Widgets of its own: those of a live viewer stay as they are.
    viewer = Stack(mark)
    try:
        page = _page(embed_data([viewer], state=dependency_state([viewer])), modules, terms, title)
    finally:
        viewer.close()
    with whole_file(path, "w", encoding="utf-8") as file:
        file.write(page)
    return path


def checked_file(path: str | Path) -> Path:
    """A file that can be written, or an error before anything is computed."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path must be a file in a folder that exists, but there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"path must be a file, but {path} is a folder")
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
    """The pinned picture by its places in a page; None where the page does not have it."""
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


def _first_choice(chosen: Excerpt, first: tuple[int, int, str] | None) -> dict[str, Any]:
    instance, target, method = first or (chosen.instances[0], None, chosen.methods[0])
    place = chosen.instances.index(instance) if instance in chosen.instances else 0
    label = method if method in chosen.methods else chosen.methods[0]
    classes = [target, int(np.argmax(chosen.scores[place])), *chosen.menu]
    there = [c for c in classes if c in chosen.menu and chosen.has(label, place, c)]
    return {
        "instance": place,
        "target": chosen.menu.index(there[0]) if there else 0,
        "method": chosen.methods.index(label),
    }


def _size(inside: Inside, results: Mapping[str, Result]) -> float:
    """Bytes of a page that what was looked at inside of the network takes, and all other results of long work."""
    return 4 / 3 * (len(inside.tiles["data"]) + len(packed_results(results)["data"])) + _ENTRY * len(
        inside.tiles["index"]
    )


def _check_budget(chosen: Excerpt, others: Mapping[str, float], budget_mb: float) -> None:
    """Refuse a page that is too large before its maps are computed; of each method, one map is looked at."""
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
    return count * (4 * nbytes / 3 + _ENTRY) / MEGABYTE


def _inline(value: Any) -> str:
    """JSON that no markup can leave: "<" is written as an escape, which JSON reads as itself."""
    return json.dumps(value).replace("<", "\\u003c")


def _page(data: dict[str, Any], modules: dict[str, str], terms: str, title: str) -> str:
    return Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        licenses=html.escape(terms),
        modules=_inline(modules),
        state=_inline(data["manager_state"]),
        view=_inline(data["view_specs"][0]),
    )
