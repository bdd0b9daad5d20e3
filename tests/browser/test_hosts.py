"""The other places where notebooks run, each with a real kernel."""

from dataclasses import dataclass

import pytest

from ..support.arrays import explanation
from .lab import KERNEL_IS_IDLE, write_notebook
from .pages import new_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
from cam1d_widget import Explanation, ExplanationViewer
viewer = ExplanationViewer(Explanation.load("hosts.npz"), target=1)
viewer
"""


@dataclass(frozen=True)
class Host:
    """Where a notebook is opened, when its kernel is there, how it is run, and how its cells are counted."""

    path: str
    ready: str = "true"
    run: str | None = None
    cells: str = "0"


HOSTS = {
    "Notebook 7": Host(
        "notebooks",
        KERNEL_IS_IDLE,
        "window.jupyterapp.commands.execute('notebook:run-all-cells')",
        "document.querySelectorAll('.jp-Cell').length",
    ),
    "nbclassic": Host(
        "nbclassic/notebooks",
        # Before the kernel is ready and ipywidgets listens to it, widgets are lost.
        "(({ kernel }) => Boolean(kernel?.info_reply?.protocol_version && kernel.widget_manager))"
        "(window.Jupyter?.notebook ?? {})",
        "Jupyter.notebook.execute_all_cells()",
        "Jupyter.notebook.ncells()",
    ),
    # It runs the notebook on its own.
    "Voila": Host("voila/render"),
}


@pytest.fixture(scope="module")
def notebook(folder):
    explanation(instances=6).save(folder / "hosts.npz")
    return write_notebook(folder / "hosts.ipynb", SOURCE)


@pytest.mark.parametrize("name", HOSTS)
def test_the_widget_runs_with_a_kernel(server, notebook, chromium, name):
    host = HOSTS[name]
    page = new_page(chromium, viewport={"width": 1400, "height": 2600})
    page.goto(f"{server.address}/{host.path}/{notebook.relative_to(server.folder)}")
    page.wait_for_function(host.ready)
    if host.run:
        page.evaluate(host.run)
    figure = page.locator(".bqplot.figure")
    page.locator('.bqplot.figure[data-ready="0/1/0"]').wait_for()
    slider = page.get_by_role("slider", name="instance")
    slider.focus()
    # The kernel alone has the maps of other instances.
    slider.press("End")
    page.locator('.bqplot.figure[data-ready="5/1/0"]').wait_for()
    cells = page.evaluate(host.cells)
    figure.focus()
    for key in ("d", "d", "x", "a", "PageUp"):
        page.keyboard.press(key)
    page.locator('.bqplot.figure[data-ready="4/1/0"]').wait_for()
    assert page.evaluate(host.cells) == cells, "a key of the picture was taken for a command of the notebook"
    # Errors of the hosts themselves.
    assert not [error for error in page.errors if "cam1d" in error]
    page.close()
