"""A model that changes while its widget is shown, in a real JupyterLab with a real kernel."""

import json

import pytest

from .lab import run_all, run_in_kernel, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
import keras
import numpy as np
from keras import layers as L

from cam1d_widget import CAM1DWidget

keras.utils.set_random_seed(0)
layers = [L.Conv1D(8, 9, activation="relu"), L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")]
model = keras.Sequential([L.Input((80, 2)), *layers])
x = np.random.default_rng(0).normal(size=(12, 80, 2)).astype(np.float32)
widget = CAM1DWidget(model, x, np.arange(12) % 3, methods=["HiResCAM", "Saliency"], engine="kernel")
widget
"""
CHANGE = "model.set_weights([-3 * weight for weight in model.get_weights()])"
PROBABILITIES = "import json; print(json.dumps(np.asarray(model(x)).tolist()))"
IS_WITHIN = """(line) => {
  const right = (element) => element.getBoundingClientRect().right;
  return right(line) <= right(line.parentElement);
}"""
MARK = "[...figure.querySelectorAll('canvas')].find((one) => one.__channelStack).__channelStack.model"


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    """The notebook's page, with two views of one widget."""
    write_notebook(folder / "changed.ipynb", SOURCE, "widget")
    page = open_notebook("changed.ipynb")
    run_all(page)
    return page


def choose(page, instance):
    number = page.locator(".cam1d-viewer").first.locator("input[type=number]")
    number.fill(str(instance))
    number.press("Enter")


def in_mark(page, script):
    return page.locator(".bqplot.figure").first.evaluate(f"(figure) => {{ const mark = {MARK}; return {script} }}")


def test_a_changed_model_is_reported_and_updated_by_a_button(page):
    assert page.locator(".cam1d-stale").count() == 0
    run_in_kernel(page, CHANGE)
    choose(page, 7)
    page.locator('.bqplot.figure[data-state="error"]').nth(1).wait_for()
    assert in_mark(page, "mark.message").startswith("could not be computed: the model has changed since these scores")
    lines = page.locator(".cam1d-stale")
    assert lines.count() == 2  # one a view
    assert lines.first.inner_text().startswith("The model has changed since this widget was made.")
    assert lines.first.evaluate(IS_WITHIN)
    choose(page, 0)  # what was computed before is still shown, with its scores
    page.locator('.bqplot.figure[data-ready^="0/"]').nth(1).wait_for()
    choose(page, 7)
    page.locator('.bqplot.figure[data-state="error"]').nth(1).wait_for()

    lines.first.get_by_role("button", name="recompute scores and maps").press("Enter")
    page.locator('.bqplot.figure[data-ready^="7/"]').nth(1).wait_for()
    assert page.locator(".cam1d-stale").count() == 0
    assert page.locator(".cam1d-viewer").first.evaluate("(viewer) => viewer.contains(document.activeElement)")
    probabilities = json.loads(run_in_kernel(page, PROBABILITIES))
    shown = in_mark(page, "Array.from(mark.outputs.probabilities.values)")
    assert shown == pytest.approx([one for row in probabilities for one in row], abs=1e-5)
    first = page.locator(".cam1d-scores label").first
    assert first.get_attribute("title") == f"class {max(range(3), key=probabilities[7].__getitem__)}"
    assert first.locator(".cam1d-number").inner_text() == f"{100 * max(probabilities[7]):.1f} %"
    choose(page, 0)  # its map was there before the update, and is computed again
    page.locator('.bqplot.figure[data-ready^="0/"]').nth(1).wait_for()
    drawn = in_mark(page, "Array.from(mark.picture.attribution.values)")
    expected = json.loads(run_in_kernel(page, "print(json.dumps(widget.attribution.ravel().tolist()))"))
    assert drawn == pytest.approx(expected, rel=1e-5)
    assert page.errors == []
