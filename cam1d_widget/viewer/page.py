"""One offline HTML file with the viewer and its tiles: no kernel, no network, no request."""

from __future__ import annotations

import html
import importlib.metadata
import json
import re
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from ipywidgets.embed import dependency_state, embed_data
from tqdm.auto import tqdm

from ..explanation import ExplanationSource
from .channel_stack import ChannelStack
from .excerpt import Excerpt, excerpt
from .facts import maps_there
from .figure import scales
from .stack import Stack
from .tiles import Tile, attribution_key, pack, series_key

PACKAGE = Path(__file__).parents[1]
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
) -> Path:
    """Write the viewer of an explanation as one file that works in a browser alone.

    Parameters are those of :meth:`ExplanationViewer.save_html`, and `first`: instance, class and method on show
    when the page is opened, if they are in it.
    """
    path = _file(path)
    chosen = excerpt(source, instances, targets, methods)
    modules = _modules()
    _check_budget(chosen, sum(map(len, modules.values())), budget_mb)
    mark = ChannelStack(
        chosen,
        targets=chosen.menu,
        instances=chosen.instances,
        tiles=pack(list(_tiles(chosen, progress)), quantize=True),
        absence="This picture is not in this page.",
        scales=scales(source.x.shape[1], source.sampling_rate),
        **_first_choice(chosen, first),
    )
    # Widgets of its own: those of a live viewer stay as they are.
    viewer = Stack(mark)
    try:
        page = _page(embed_data([viewer], state=dependency_state([viewer])), modules, title)
    finally:
        viewer.close()
    path.write_text(page, encoding="utf-8")
    return path


def _file(path: str | Path) -> Path:
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
        question = (chosen.methods[method], instance, chosen.menu[target])
        gap = chosen.completeness_gap(*question)
        yield Tile(attribution_key(method, instance, target), chosen.attribution(*question), gap)


def _first_choice(chosen: Excerpt, first: tuple[int, int, str] | None) -> dict[str, int]:
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


def _check_budget(chosen: Excerpt, program: int, budget_mb: float) -> None:
    """Refuse a page that is too large before its maps are computed; of each method, one map is looked at."""
    count, (samples, channels) = len(chosen.instances), chosen.x.shape[1:]
    parts = {"program": program / MEGABYTE, f"{count} series": _encoded(count, 4 * samples * channels)}
    for label in chosen.methods:
        there = np.argwhere(maps_there(chosen, label, chosen.menu))
        one = chosen.attribution(label, there[0][0], chosen.menu[there[0][1]]) if len(there) else chosen.x[0]
        parts[f"{len(there)} maps of {label}"] = _encoded(len(there), 2 * one.size)
    total = sum(parts.values())
    if total > budget_mb:
        sizes = "; ".join(f"{name}: {size:.1f} MB" for name, size in parts.items())
        raise ValueError(
            f"the page would take {total:.1f} MB, more than budget_mb={budget_mb:g} ({sizes}); "
            "choose fewer with instances=, targets= or methods=, or raise budget_mb="
        )


def _encoded(count: int, nbytes: int) -> float:
    return count * (4 * nbytes / 3 + _ENTRY) / MEGABYTE


def _modules() -> dict[str, str]:
    """Every script of the page by name: all stand on this disk already."""
    return {
        "require.js": _read(PACKAGE / "static" / "require.js"),
        # Its icon fonts are files of their own, which no page of ours shows: not even asked for.
        "embed-amd.js": _read(PACKAGE / "static" / "embed-amd.js").replace("@font-face", "@media not all"),
        "bqscales": _read(_nbextension("bqscales")),
        "bqplot": _read(_nbextension("bqplot")),
        "cam1d-widget": _read(_nbextension("cam1d_widget", "cam1d-widget")),
    }


def _nbextension(distribution: str, name: str | None = None) -> Path:
    """AMD module of an installed package, wherever its environment keeps shared data."""
    if distribution == "cam1d_widget" and (PACKAGE / "nbextension" / "index.js").exists():
        return PACKAGE / "nbextension" / "index.js"
    tail = f"nbextensions/{name or distribution}/index.js"
    for file in importlib.metadata.files(distribution) or []:
        if file.as_posix().endswith(tail):
            return Path(str(file.locate()))
    raise FileNotFoundError(f"{distribution} is installed without its '{tail}'; install it anew with pip")


def _read(path: Path) -> str:
    # A source map is not in the page, and must not be looked for.
    return re.sub(r"^//# sourceMappingURL=.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _inline(value: Any) -> str:
    """JSON that no markup can leave: "<" is written as an escape, which JSON reads as itself."""
    return json.dumps(value).replace("<", "\\u003c")


def _page(data: dict[str, Any], modules: dict[str, str], title: str) -> str:
    return Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        modules=_inline(modules),
        state=_inline(data["manager_state"]),
        view=_inline(data["view_specs"][0]),
    )
