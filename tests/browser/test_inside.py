"""Inside of a network, in a real JupyterLab with a real kernel, and on a page without one."""

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget

from ..support.networks import edge, hidden_pieces, planted
from ..support.synced import outcome
from .lab import run_all, write_notebook
from .page import MARK, choose, violations

pytestmark = pytest.mark.browser

SOURCE = """
import time
from pathlib import Path

import numpy as np

from cam1d_widget import CAM1DWidget
from tests.support.networks import edge, hidden_pieces, planted

x, _ = hidden_pieces(edge())
widget = CAM1DWidget(
    planted(edge()), x, np.arange(len(x)) % 2, sampling_rate=50, methods=["HiResCAM"], class_names=["<i>up</i>", "down"]
)
best = widget.jobs.work["inside series"]


def held(arguments):
    while not Path("go").exists():
        yield 0.0, "held"
        time.sleep(0.02)
    return (yield from best(arguments))


widget.jobs.work["inside series"] = held
widget
"""
PANEL = ".cam1d-inside"


@pytest.fixture(scope="module")
def lab(folder, open_notebook):
    write_notebook(folder / "inside.ipynb", SOURCE, "widget")
    page = open_notebook("inside.ipynb")
    run_all(page)
    page.get_by_role("button", name="Inside:").first.click()
    page.locator(f"{PANEL} canvas[aria-label*='layer planted']").first.wait_for()
    return page


@pytest.mark.slow
def test_a_layer_is_read_and_a_click_on_a_filter_opens_its_meaning(lab):
    panel = lab.locator(PANEL).first
    panel.locator("canvas").first.click(position={"x": 300, "y": 20})
    words = panel.get_by_text("responds most to channel 1")
    words.wait_for()
    assert panel.locator("canvas[aria-label*='Kernel']").count() == 1
    assert panel.locator("canvas[aria-label*='<i>up</i>: AUC']").count() == 1
    assert lab.locator("i:text('up')").count() == 0


@pytest.mark.slow
def test_what_a_step_sees_is_shown_under_the_pointer(lab):
    lab.locator(f"{PANEL} canvas").first.hover(position={"x": 300, "y": 20})
    readout = lab.locator(f"{PANEL} > .cam1d-note").first
    assert "receptive field of the step:" in readout.inner_text()


@pytest.mark.slow
def test_how_the_score_comes_about_is_computed_by_the_kernel(lab):
    lab.locator(f"{PANEL} canvas").first.click(position={"x": 300, "y": 20})
    story = lab.locator(".cam1d-contributions").first
    story.locator("canvas[aria-label*='what the filter responds to']").wait_for()
    assert "of planted contributes to the score of" in story.inner_text()
    story.get_by_role("button", name="close the contributions").click()
    story.wait_for(state="detached")


@pytest.mark.slow
def test_series_that_the_class_likes_best_are_computed_on_demand_and_can_be_cancelled(lab, folder):
    panel = lab.locator(PANEL).first
    compute = panel.get_by_role("button", name="Compute", exact=True)
    compute.focus()
    lab.keyboard.press("Enter")
    panel.get_by_role("button", name="cancel: Compute").wait_for()
    lab.keyboard.press("Enter")  # the button that starts is the one that cancels, and keeps the focus
    compute.wait_for()
    (folder / "go").touch()
    lab.keyboard.press("Enter")
    panel.locator("canvas[aria-label*='Nearest real series']").wait_for()
    assert "times as far from the nearest real series" in panel.inner_text()
    assert lab.errors == []


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    x, _ = hidden_pieces(edge(), 4)
    widget = CAM1DWidget(planted(edge()), x, sampling_rate=50, methods=["HiResCAM"])
    work = widget.jobs.work
    reading, _ = outcome(work["inside layer"]({"layer": "planted"}))
    widget.jobs.keep("inside layer/planted", reading)
    meaning, _ = outcome(work["inside filter"]({"layer": "planted", "filter": 1}))
    widget.jobs.keep("inside filter/planted/1", meaning)
    widget.inside.filter, widget.inside.unfolded = 1, True
    path = widget.save_html(tmp_path_factory.mktemp("page") / "page.html", progress=False)
    widget.close()
    return path


GEOMETRY = """() => {
  const of = (element) => element.getBoundingClientRect().left;
  const stack = [...document.querySelectorAll(".bqplot canvas")].find((one) => one.__channelStack);
  const canvas = document.querySelector(".cam1d-inside canvas");
  const picture = stack.__channelStack.snapshot().centers.map((x) => x + of(stack));
  return { picture, filters: canvas.__insidePanel.snapshot().centers.map((x) => x + of(canvas)) };
}"""


def test_on_a_page_filters_are_under_the_samples_they_respond_to_and_follow_the_zoom(open_page, path):
    page = open_page(path)
    page.locator(f"{PANEL} canvas").first.wait_for()
    whole = page.evaluate(GEOMETRY)
    assert whole["filters"] == pytest.approx(whole["picture"], abs=0.02)
    page.locator(".bqplot.figure").focus()
    for key in ("Home", "z", "z", "z"):
        page.keyboard.press(key)
    zoomed = page.evaluate(GEOMETRY)
    assert zoomed["filters"] == pytest.approx(zoomed["picture"], abs=0.02)
    assert zoomed["filters"][1] - zoomed["filters"][0] > 1.5 * (whole["filters"][1] - whole["filters"][0])


def test_a_page_shows_what_was_computed_and_says_what_needs_a_kernel(open_page, path):
    page = open_page(path)
    panel = page.locator(PANEL)
    assert "responds most to channel 1" in panel.inner_text()
    assert violations(page, "'.cam1d-viewer'") == []
    assert "needs a live kernel" in panel.locator(".cam1d-best").inner_text()
    panel.get_by_label("filter", exact=True).fill("0")
    panel.get_by_label("filter", exact=True).press("Enter")
    panel.get_by_text("Analyzing this filter needs a live kernel").wait_for()
    page.get_by_role("button", name="Inside:").click()
    assert panel.is_hidden()
    assert (page.errors, [one for one in page.requests if one.startswith("http")]) == ([], [])


LENGTHS = [60, 35, 48, 20]

# Distinct colors of the rows in the filters' canvas, of the samples [start, stop).
COLORS = """([start, stop]) => {
  const canvas = document.querySelector(".cam1d-inside canvas");
  const { frame, scene } = canvas.__insidePanel;
  const { plot, axis, ratio } = frame;
  const [left, right] = [start, stop].map((sample) => Math.round(ratio * (axis.origin + sample * axis.step)));
  const rows = scene.rows.length * 44;
  const at = [left, Math.round(ratio * plot.top), right - left, Math.round(ratio * rows)];
  const { data } = canvas.getContext("2d").getImageData(...at);
  return [...new Set(new Uint32Array(data.buffer))].sort();
}"""


@pytest.fixture(scope="module")
def unequal(tmp_path_factory):
    keras.utils.set_random_seed(0)
    series = keras.Input((70, 2))
    maps = L.Conv1D(3, 5, activation="relu", name="conv", padding="same", strides=2)(series)
    model = keras.Model(series, L.Dense(2)(L.GlobalAveragePooling1D()(maps)))
    x = [np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32) for n in LENGTHS]
    widget = CAM1DWidget(model, x, padding_value=20.0, methods=["HiResCAM"], instance=1)
    for name, arguments in {
        "inside layer/conv": {"layer": "conv"},
        "inside series/1/noise/1/35": {"target": 1, "start": "noise", "nearness": 1, "solutions": 1, "length": 35},
    }.items():
        result, _ = outcome(widget.jobs.work[name.split("/")[0]](arguments))
        widget.jobs.keep(name, result)
    widget.inside.unfolded = True
    path = widget.save_html(tmp_path_factory.mktemp("unequal") / "page.html", progress=False)
    widget.close()
    return path


def test_activations_end_where_the_series_ends_and_padding_is_hatched(open_page, unequal):
    page = open_page(unequal)
    page.locator(f"{PANEL} canvas[aria-label*='layer conv']").wait_for()
    for instance, length in enumerate(LENGTHS):
        choose(page, f"{{instance: {instance}}}")
        found = page.evaluate(GEOMETRY)
        assert len(found["filters"]) == length
        assert found["filters"] == pytest.approx(found["picture"], abs=0.02)
    page.evaluate(f"{MARK}.model.optionsModel.change({{same_axis: true}})")
    choose(page, "{instance: 3}")
    found = page.evaluate(GEOMETRY)
    assert found["filters"] == pytest.approx(found["picture"][:20], abs=0.02)
    padding = page.evaluate(COLORS, [25, 30])
    assert len(padding) > 2
    assert page.evaluate(COLORS, [50, 55]) == padding
    assert page.evaluate(COLORS, [5, 10]) != padding
    assert page.errors == []


def test_a_maximizing_input_is_as_long_as_the_series(open_page, unequal):
    page = open_page(unequal)
    choose(page, "{instance: 1, target: 1}")
    best = page.locator(f"{PANEL} .cam1d-best")
    best.get_by_text("series of at least 35 samples are cut to these").wait_for()
    choose(page, "{instance: 0}")
    best.get_by_text("needs a live kernel").wait_for()
