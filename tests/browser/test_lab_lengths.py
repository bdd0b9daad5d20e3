"""Series of unequal length in a real JupyterLab, whose kernel selects the instance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from ..support.arrays import explanation
from ..support.waiting import until
from .lab import KERNEL_IS_IDLE, run_in_kernel, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LENGTHS = [60, 35, 48, 20]
SOURCE = """
from cam1d_widget import Explanation, ExplanationViewer
viewer = ExplanationViewer(Explanation.load("lengths.npz"), instance=3, method="Saliency")
viewer.instance = 0  # before any browser displays it
viewer
"""
ENDS = """() => [...document.querySelectorAll(".bqplot canvas")].map((canvas) => {
  const { axis, plot, centers, status } = canvas.__channelStack.snapshot();
  const step = centers[1] - centers[0];
  return [status, Math.round((plot.left + plot.width - centers[0]) / step + 0.5)];
})"""


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    replace(explanation(), lengths=LENGTHS, y=[1, 1, 0, 1]).save(folder / "lengths.npz")
    write_notebook(folder / "lengths.ipynb", SOURCE, "viewer")
    page = open_notebook("lengths.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".bqplot.figure[data-ready]").nth(1).wait_for()
    page.wait_for_function(KERNEL_IS_IDLE)
    return page


def axis_ends_at(page, second):
    """Whether it does so in the kernel; newer kernels take what widgets say and code in different threads."""
    return np.isclose(float(run_in_kernel(page, "print(viewer.mark.scales['x'].max)")), second, rtol=1e-7, atol=0)


def test_all_views_end_with_the_series_that_the_kernel_selects(page):
    for code, samples in (
        ("pass", 60),
        ("viewer.instance = 1", 35),
        ("viewer.mean = ('true', 0)", 48),
        ("viewer.instance = 3", 20),
        ("viewer.pinned = (2, 0, 'Saliency')", 48),
        ("viewer.pinned = None; viewer.options.same_axis = True", 60),
        ("viewer.options.same_axis = False", 20),
    ):
        run_in_kernel(page, code)
        page.wait_for_function(
            f"samples => ({ENDS})().every(([status, end]) => status === 'ready' && end === samples)", arg=samples
        )
        until(partial(axis_ends_at, page, (samples - 0.5) / 25))
    assert page.errors == []


MODEL = """
import keras
import numpy as np
from keras import layers as L

from cam1d_widget import CAM1DWidget

series = keras.Input((None, 2))
maps = L.Conv1D(3, 5, name="conv", strides=2)(series)
model = keras.Model(series, L.Dense(2)(L.GlobalAveragePooling1D()(maps)))
x = [np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32) for n in (60, 35, 48, 20)]
widget = CAM1DWidget(model, x, methods=["HiResCAM"], instance=1)
widget
"""
FILTERS = """() => {
  const canvas = document.querySelector(".cam1d-inside canvas");
  const { scene, frame } = canvas?.__insidePanel ?? {};
  return scene?.message === null ? [frame.axis.samples, scene.unseen] : null;
}"""


def test_the_kernel_sends_the_activations_of_each_instance_with_its_steps(folder, open_notebook):
    write_notebook(folder / "inside.ipynb", MODEL, "widget")
    page = open_notebook("inside.ipynb", workspace="test_lab_lengths_inside")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".bqplot.figure[data-ready]").first.wait_for()
    page.get_by_role("button", name="Inside:").first.click()
    for instance, samples, blind in ((1, 35, []), (3, 20, [[19, 20]]), (0, 60, [[59, 60]])):
        run_in_kernel(page, f"widget.instance = {instance}")
        page.wait_for_function(f"samples => ({FILTERS})()?.[0] === samples", arg=samples)
        _, unseen = page.evaluate(FILTERS)
        assert unseen == blind
    assert page.errors == []
