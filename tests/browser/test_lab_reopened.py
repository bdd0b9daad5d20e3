"""A notebook that is opened again after its kernel was shut down, in a real JupyterLab."""

import base64
import json

import pytest

from ..support.arrays import explanation
from ..support.waiting import until
from .lab import KERNEL_IS_IDLE, cells_of, save_by_keys, write_notebook
from .page import READ_COLORS, SNAPSHOT, pixels

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
from cam1d_widget import Explanation, ExplanationViewer
viewer = ExplanationViewer(Explanation.load("reopened.npz"), target=1)
viewer
"""
STATE = "application/vnd.cam1d-widget+json"
RUN = "window.jupyterapp.commands.execute('notebook:run-all-cells')"


def shows(page, name):
    page.locator(f'.bqplot.figure[data-ready="{name}"]').wait_for()


def press(page, slider, key):
    page.get_by_role("slider", name=slider, exact=True).focus()
    page.keyboard.press(key)


@pytest.fixture(scope="module")
def saved(folder, open_notebook):
    """The notebook as it is saved after another instance and method were chosen."""
    explanation(instances=6, time=300).save(folder / "reopened.npz")
    path = write_notebook(folder / "reopened.ipynb", SOURCE)
    page = open_notebook("reopened.ipynb")
    page.evaluate(RUN)
    shows(page, "0/1/0")
    press(page, "instance", "End")
    shows(page, "5/1/0")
    press(page, "method", "ArrowRight")
    shows(page, "5/1/1")
    save_by_keys(page)
    assert page.errors == []
    page.close()
    return path


@pytest.fixture(scope="module")
def page(server, saved, open_notebook):
    server.shut_down_kernels()
    return open_notebook("reopened.ipynb")


def output_of(path):
    [cell] = cells_of(path)
    return cell.outputs[0].data


def test_the_file_holds_the_picture_that_was_on_show_and_little_more(saved):
    data = output_of(saved)
    [mark] = [model for model in data[STATE]["state"].values() if model["model_name"] == "ChannelStackModel"]
    keys = [tile["key"] for tile in mark["state"]["tiles"]["index"]]
    assert keys == ["series/5", "attribution/1/5/1", "attribution/0/5/1"]
    # Bytes of the three tiles in base64, and of the state of sliders, menus and panels.
    assert len(json.dumps(data[STATE])) < 4 / 3 * 4 * 300 * (3 + 3 + 1) + 40_000
    picture = pixels(base64.b64decode(data["image/png"]))
    assert picture.shape[1] > 800
    assert b"matplotlib" not in base64.b64decode(data["image/png"])


def test_the_displayed_picture_is_restored_and_states_that_there_is_no_kernel(page):
    shows(page, "5/1/1")
    assert page.locator(".jp-OutputArea-output").inner_text().count("model not found") == 0
    page.get_by_text("run the cell again for more").wait_for()


def test_what_was_computed_can_be_looked_at_and_the_rest_asks_to_run_the_cell(page):
    press(page, "method", "ArrowLeft")
    shows(page, "5/1/0")
    page.get_by_role("button", name="View: ").click()
    page.get_by_label("attribution as").select_option("line")
    press(page, "instance", "Home")
    figure = page.locator('.bqplot.figure[data-state="missing"]')
    figure.wait_for()
    label = figure.locator("canvas").first.get_attribute("aria-label")
    assert label == "This map needs the kernel that made the widget: run the cell again."
    shown = page.evaluate(SNAPSHOT)
    places = [[x, shown["rows"][0]["top"] + 12] for x in shown["centers"][5:-5:10]]
    colors = set(map(tuple, page.evaluate(READ_COLORS, places)))
    assert {color[:3] for color in colors} == {(255, 255, 255)}, "a map of another series is drawn"


def test_saved_again_without_its_kernel_the_file_keeps_what_it_has(page, saved):
    before = output_of(saved)
    save_by_keys(page)
    assert output_of(saved) == before


def test_run_again_it_is_live(page):
    page.evaluate(RUN)
    shows(page, "0/1/0")
    press(page, "instance", "End")
    shows(page, "5/1/0")
    assert page.get_by_text("run the cell again").count() == 0


def test_behind_another_tab_it_does_not_stop_jupyterlab(server, saved, folder, open_notebook):
    """In a hidden tab the figure is smaller than its margins."""
    write_notebook(folder / "other.ipynb", "")
    until(lambda: b"reopened.ipynb" in server.ask(f"lab/api/workspaces/{folder.name}"))
    page = open_notebook("other.ipynb")
    page.get_by_role("tab", name="reopened.ipynb").click()
    page.locator(".bqplot.figure[data-ready]").wait_for()
    # bqplot lays out its own background with a negative size.
    assert [error for error in page.errors if "<rect> attribute" not in error] == []


def test_nothing_failed_in_the_page(page):
    page.wait_for_function(KERNEL_IS_IDLE)
    assert page.errors == []
