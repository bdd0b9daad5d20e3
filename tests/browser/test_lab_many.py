"""A viewer of very many series in a real JupyterLab: its scores follow, and the notebook keeps its picture alone."""

import base64

import pytest

from ..support.arrays import explanation
from .lab import KERNEL_IS_IDLE, cells_of, save_by_keys, write_notebook
from .page import MARK, pixels

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
from cam1d_widget import Explanation, ExplanationViewer
from cam1d_widget.viewer import saved_state
from cam1d_widget.viewer.synced import stack_state
stack_state._AT_ONCE = saved_state._MOST = 0  # as if there were a million
viewer = ExplanationViewer(Explanation.load("many.npz"))
viewer
"""
STATE = "application/vnd.cam1d-widget+json"
RUN = "window.jupyterapp.commands.execute('notebook:run-all-cells')"


@pytest.fixture(scope="module")
def whole(folder):
    made = explanation(instances=12, time=300)
    made.save(folder / "many.npz")
    return made


@pytest.fixture(scope="module")
def page(folder, open_notebook, whole):
    write_notebook(folder / "many.ipynb", SOURCE)
    page = open_notebook("many.ipynb")
    page.evaluate(RUN)
    page.locator('.bqplot.figure[data-ready^="0/"]').wait_for()
    return page


def test_scores_of_all_series_follow(page, whole):
    page.wait_for_function(f"{MARK}.model.originals.scores.values.every((value) => !Number.isNaN(value))")
    scores = page.evaluate(f"Array.from({MARK}.model.originals.scores.values)")
    assert scores == pytest.approx(whole.scores.ravel().tolist(), rel=1e-6)


def test_neighbors_are_requested_with_the_class_that_they_will_explain(page, whole):
    predicted = whole.scores.argmax(axis=1)
    here = next(row for row in range(1, 11) if predicted[row] != predicted[row + 1])
    page.evaluate(f"{MARK}.model.choose({{ instance: {here}, follow: 'predicted' }})")
    page.locator(f'.bqplot.figure[data-ready="{here}/{predicted[here]}/0"]').wait_for()
    key = f"attribution/0/{here + 1}/{predicted[here + 1]}"
    page.wait_for_function(f"{MARK}.model.tiles.missing(['series/{here + 1}', '{key}']).length === 0")


def test_the_notebook_keeps_the_picture_and_shows_it_without_a_kernel(page, folder, server, open_notebook):
    save_by_keys(page)
    assert page.errors == []
    page.close()
    [cell] = cells_of(folder / "many.ipynb")
    data = cell.outputs[0].data
    assert data[STATE] == {"state": {}}
    assert pixels(base64.b64decode(data["image/png"])).shape[1] > 800
    server.shut_down_kernels()
    page = open_notebook("many.ipynb")
    page.get_by_alt_text("Plot of the widget when the notebook was saved").wait_for()
    page.wait_for_function(KERNEL_IS_IDLE)
    assert page.get_by_text("model not found").count() == 0
    page.evaluate(RUN)
    page.locator('.bqplot.figure[data-ready^="0/"]').wait_for()
    assert page.errors == []
