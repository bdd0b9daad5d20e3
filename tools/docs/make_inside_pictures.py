"""Take the pictures of docs/inside.md: the real panel over the network that `make page` trained, in a real browser."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import keras
from make_screenshot import BROWSERS
from playwright.sync_api import sync_playwright

from cam1d_widget import CAM1DWidget
from cam1d_widget.data import load_watch

ROOT = Path(__file__).parents[2]
LAYER, FILTER, TARGET = "conv1", 0, 2
# A layer whose contributions are shown, and a filter that contributes to the score.
POOLED, STEP = "pool2", 3
WORK = {
    f"inside layer/{LAYER}": ("inside layer", {"layer": LAYER}),
    f"inside filter/{LAYER}/{FILTER}": ("inside filter", {"layer": LAYER, "filter": FILTER}),
    f"inside series/{TARGET}/noise/1": (
        "inside series",
        {"target": TARGET, "start": "noise", "nearness": 1, "solutions": 3},
    ),
}


def looked_into() -> CAM1DWidget:
    """Widget with everything computed that the pictures of a filter show."""
    watch = load_watch()
    widget = CAM1DWidget(
        keras.models.load_model(ROOT / "notebooks" / "first_look.keras"),
        watch.x_test[::8],
        watch.y_test[::8],
        class_names=watch.class_names,
        channel_names=watch.channel_names,
        channel_units=watch.channel_units,
        sampling_rate=watch.sampling_rate,
        background=watch.x_train,
        methods=["HiResCAM"],
    )
    for name, (kind, arguments) in WORK.items():
        widget.jobs.keep(name, finished(widget.jobs.work[kind](arguments)))
    widget.inside.filter, widget.inside.unfolded, widget.target = FILTER, True, TARGET
    return widget


def show_contributions(widget: CAM1DWidget) -> None:
    """Compute what the picture of contributions shows, and open it."""
    work, place = widget.jobs.work, {"layer": POOLED, "instance": widget.instance, "target": widget.target}
    found = finished(work["inside step"](place))
    values = found.arrays["activations"][STEP] * found.arrays["weights"][STEP]
    filter = found.content["filters"][int(values.argmax())]
    widget.jobs.keep("/".join(["inside step", *map(str, place.values())]), found)
    for kind, arguments in (
        ("inside layer", {"layer": POOLED}),
        ("inside filter", {"layer": POOLED, "filter": filter}),
    ):
        name = "/".join([kind, *map(str, arguments.values())])
        widget.jobs.keep(name, finished(work[kind](arguments)))
    widget.inside.layer, widget.inside.filter, widget.inside.step = POOLED, filter, STEP


def finished(going):
    """Result of a job."""
    while True:
        try:
            next(going)
        except StopIteration as end:
            return end.value


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        widget = looked_into()
        page_file = widget.save_html(Path(folder) / "page.html", progress=False)
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1180, "height": 1000})
        page.goto(page_file.as_uri())
        page.wait_for_selector(".bqplot.figure[data-ready]")
        panel = page.locator(".cam1d-inside")
        panel.locator(".cam1d-best canvas").first.wait_for()
        box = panel.bounding_box()
        meaning = panel.locator(".cam1d-plots").bounding_box()
        best = panel.locator(".cam1d-best").bounding_box()
        stretches = {
            "filters": (box["y"], meaning["y"] - 30),
            "meaning": (meaning["y"] - 26, best["y"]),
            "best": (best["y"], best["y"] + best["height"]),
        }
        for name, (top, bottom) in stretches.items():
            clip = {"x": box["x"], "y": top, "width": box["width"], "height": bottom - top}
            page.screenshot(path=ROOT / "docs" / f"inside_{name}.png", clip=clip, full_page=True)
        show_contributions(widget)
        page.goto(widget.save_html(Path(folder) / "contributions.html", progress=False).as_uri())
        story = page.locator(".cam1d-contributions")
        story.locator("canvas").nth(3).wait_for()
        story.screenshot(path=ROOT / "docs" / "inside_contributions.png")
        browser.close()


if __name__ == "__main__":
    main()
