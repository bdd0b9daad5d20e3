"""Editing a series in a notebook with a kernel, which scores and explains it, in a real JupyterLab."""

import json

import numpy as np
import pytest

from ..support.planted import PLACE, planted_series
from ..support.waiting import until
from .lab import KERNEL_IS_IDLE, run_in_kernel, save_by_keys, write_notebook
from .page import MARK, SNAPSHOT, brush, choose, drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
from cam1d_widget import CAM1DWidget
from tests.support.planted import planted_model, planted_series

widget = CAM1DWidget(
    planted_model(), planted_series(), [1, 2, 0, 1], class_names=["none", "in a", "in b"],
    channel_names=["a", "b", "c"], methods=["HiResCAM", "Occlusion"], engine="kernel",
)
widget
"""
EDITED = "import json; print(json.dumps(None if widget.edited is None else widget.edited.tolist()))"
MODEL = f"{MARK}.model"
WINDOW = slice(PLACE[0] - 4, PLACE[1] + 5)


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    write_notebook(folder / "edit.ipynb", SOURCE, "widget.method = 'HiResCAM'")
    page = open_notebook("edit.ipynb")
    page.wait_for_function(KERNEL_IS_IDLE)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator('.bqplot.figure[data-ready$="/0"]').wait_for()
    return page


@pytest.fixture(autouse=True)
def original(page):
    """Each test begins with the original series of instance 0."""
    yield
    choose(page, "{ instance: 0 }")
    page.evaluate(f"{MODEL}.edits.reset()")
    ready(page, 1)


def ready(page, target):
    page.locator(f'.bqplot.figure[data-ready="0/{target}/0"]').wait_for()


def edited_in_python(page):
    return json.loads(run_in_kernel(page, EDITED))


def open_panel(page):
    if not page.locator(".cam1d-panel").is_visible():
        page.get_by_role("button", name="Edit: ").click()
    page.get_by_role("combobox", name="channel", exact=True).select_option(label="a")


def test_the_kernel_scores_and_explains_what_is_edited(page):
    open_panel(page)
    brush(page, WINDOW.start, WINDOW.stop - 1)
    page.get_by_role("button", name="Exchange: ").click()
    ready(page, 2)
    assert "in b (95" in page.locator(".cam1d-summary").inner_text()
    series = planted_series()[0]
    series[WINDOW, :2] = series[WINDOW, 1::-1]
    np.testing.assert_array_equal(np.float32(edited_in_python(page)), series)
    map_ = np.array(page.evaluate(f"Array.from({MODEL}.picture.attribution.values)"))
    there = json.loads(
        run_in_kernel(
            page,
            "print(json.dumps(widget.mark._scores_without.attribution('HiResCAM', 0, 2, widget.edited)"
            ".values.ravel().tolist()))",
        )
    )
    np.testing.assert_allclose(map_, there, atol=1e-5)
    page.get_by_role("button", name="Undo: ").click()
    ready(page, 1)
    until(lambda: edited_in_python(page) is None)


def test_the_series_follows_a_drag_and_its_map_and_scores_follow_the_kernel(page):
    open_panel(page)
    brush(page, PLACE[0], PLACE[1] - 1)
    picture = page.evaluate(SNAPSHOT)
    corner = page.locator(".bqplot.figure").bounding_box()
    x, y = corner["x"] + picture["centers"][44], corner["y"] + picture["rows"][0]["top"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    for by in range(4, 44, 4):
        page.mouse.move(x, y + by)
    drawn(page)
    moved = f"{MODEL}.picture.series.values[{3 * 44}]"
    value = page.evaluate(moved)
    assert value < planted_series()[0, 44, 0] - 0.2
    page.wait_for_function(f"{MODEL}.status === 'ready' && {MODEL}.outputs.scores.values[1] < 4")
    assert page.evaluate(moved) == value
    page.mouse.up()
    page.wait_for_function(f"{MODEL}.status === 'ready'")
    until(lambda: edited_in_python(page)[44][0] == value)


def test_a_cell_edits_the_series_and_undo_restores_it(page):
    run_in_kernel(page, "series = planted_series()[0]; series[:] = 0; widget.edit(series)")
    page.get_by_text("none (90").first.wait_for()
    assert "edited" in page.locator(".cam1d-summary").inner_text()
    assert page.evaluate(f"{MODEL}.edits.history.done.length") == 1
    run_in_kernel(page, "widget.edit(None)")
    ready(page, 1)
    assert "edited" not in page.locator(".cam1d-summary").inner_text()
    open_panel(page)
    page.get_by_role("button", name="Redo: ").click()
    page.get_by_text("none (90").first.wait_for()
    # A message of the browser and a request to run code are not handled in their order.
    until(lambda: edited_in_python(page) == np.zeros((120, 3)).tolist())


def test_a_stretch_is_taken_from_an_instance_that_was_not_shown(page):
    page.evaluate(f"{MODEL}.edits.take(3, {{ window: [10, 60], channels: [0, 2] }})")
    page.get_by_text("(index 0), edited").first.wait_for()
    x = planted_series()
    x[0, 10:60, ::2] = x[3, 10:60, ::2]
    until(lambda: np.array_equal(np.float32(edited_in_python(page)), x[0]))


def test_the_last_edit_wins_whether_a_cell_or_the_browser_made_it(page):
    flatten = "series = planted_series()[0]; series[:] = 0; widget.edit(series)"
    flat = f"Math.max(...{MODEL}.edits.seriesOf(0).values) === 0"
    for _ in range(2):
        run_in_kernel(page, flatten)
        page.wait_for_function(flat)
        page.evaluate(f"{MODEL}.edits.apply({{ do: 'move', window: [0, 9], channels: [0], by: [1] }})")
        page.wait_for_function(f"!({flat}) && {MODEL}.status === 'ready'")
        until(lambda: edited_in_python(page)[0][0] == 1)
    page.evaluate(f"{MODEL}.edits.reset()")
    ready(page, 1)
    until(lambda: edited_in_python(page) is None)


def test_a_reloaded_page_shows_the_edited_series(page):
    page.evaluate(f"{MODEL}.edits.apply({{ do: 'flatten', window: [0, 120], channels: [0] }})")
    until(lambda: edited_in_python(page) is not None)
    save_by_keys(page)
    page.reload()
    page.wait_for_function(KERNEL_IS_IDLE)
    page.get_by_text("(index 0), edited").first.wait_for()
    assert page.evaluate(f"{MODEL}.edits.history.done.length") == 1
    page.get_by_role("button", name="Edit: ").click()
    page.get_by_role("button", name="Undo: ").click()
    ready(page, 1)
    until(lambda: edited_in_python(page) is None)


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
