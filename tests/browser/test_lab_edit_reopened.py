"""A notebook with an edited series that is opened again after its kernel was shut down, in a real JupyterLab."""

import numpy as np
import pytest

from ..support.planted import PLACE
from .lab import KERNEL_IS_IDLE, save_by_keys, write_notebook
from .page import MARK

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
from cam1d_widget import CAM1DWidget
from tests.support.planted import planted_model, planted_series

CAM1DWidget(
    planted_model(), planted_series(), class_names=["none", "in a", "in b"], channel_names=["a", "b", "c"],
    methods=["HiResCAM", "Occlusion"], method="HiResCAM", engine="kernel",  # one computes the map, and not two
)
"""
MODEL = f"{MARK}.model"
READY = f"() => {MODEL}.choice.edited !== undefined && {MODEL}.status === 'ready'"
STATE = f"""() => {{
  const {{ series, attribution }} = {MODEL}.picture;
  return [series, attribution].map(({{ values }}) => Array.from(values));
}}"""


def test_the_edited_series_is_kept_with_its_map_and_scores(server, folder, open_notebook):
    write_notebook(folder / "edit.ipynb", SOURCE)
    page = open_notebook("edit.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(KERNEL_IS_IDLE)
    page.locator(".bqplot.figure[data-ready]").wait_for()
    stretch = f"window: [{PLACE[0] - 4}, {PLACE[1] + 5}], channels: [0, 1]"
    page.evaluate(f"{MODEL}.edits.apply({{ do: 'exchange', {stretch} }})")
    page.wait_for_function(READY)
    page.get_by_text("in b (95").first.wait_for()
    before = page.evaluate(STATE)
    save_by_keys(page)
    assert page.errors == []
    page.close()
    server.shut_down_kernels()

    page = open_notebook("edit.ipynb")
    page.locator(".bqplot.figure[data-ready]").wait_for()
    page.wait_for_function(READY)
    assert "in b (95" in page.locator(".cam1d-summary").inner_text()
    for now, there in zip(page.evaluate(STATE), before, strict=True):
        np.testing.assert_array_equal(now, there)
    page.get_by_role("button", name="Edit: ").click()
    page.get_by_text("Editing a series needs").wait_for()
    page.get_by_role("button", name="Undo: ").click()
    page.get_by_text("in a (95").first.wait_for()
    assert page.errors == []
