"""The other places where notebooks run, each with a real kernel, all served by one server."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..support.arrays import explanation
from .lab import new_page, serving, write_notebook

pytestmark = pytest.mark.browser

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
        "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'",
        "window.jupyterapp.commands.execute('notebook:run-all-cells')",
        "document.querySelectorAll('.jp-Cell').length",
    ),
    "nbclassic": Host(
        "nbclassic/notebooks",
        # Before ipywidgets listens to the kernel, widgets are lost.
        "Boolean(window.Jupyter?.notebook?.kernel?.is_connected() && Jupyter.notebook.kernel.widget_manager)",
        "Jupyter.notebook.execute_all_cells()",
        "Jupyter.notebook.ncells()",
    ),
    # It runs the notebook by itself.
    "Voila": Host("voila/render"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("hosts"), tmp_path_factory.mktemp("jupyter")
    explanation(instances=6).save(folder / "hosts.npz")
    write_notebook(folder / "hosts.ipynb", SOURCE)
    # In a working copy the browser halves are links, which nbclassic and Voila serve to nobody.
    for kind in ("labextensions", "nbextensions"):
        installed = Path(sys.prefix, "share", "jupyter", kind, "cam1d-widget")
        shutil.copytree(installed, home / "path" / kind / "cam1d-widget")
    with serving(folder, home, JUPYTER_PATH=str(home / "path")) as address:
        yield address.removesuffix("/lab")


@pytest.mark.parametrize("name", HOSTS)
def test_the_widget_runs_with_a_kernel(server, chromium, name):
    host = HOSTS[name]
    page = new_page(chromium)
    page.goto(f"{server}/{host.path}/hosts.ipynb")
    page.wait_for_function(host.ready, timeout=60_000)
    if host.run:
        page.evaluate(host.run)
    figure = page.locator(".bqplot.figure")
    page.locator('.bqplot.figure[data-ready="0/1/0"]').wait_for(timeout=60_000)
    slider = page.get_by_role("slider", name="instance")
    slider.focus()
    # The kernel alone has the maps of other instances.
    slider.press("End")
    page.locator('.bqplot.figure[data-ready="5/1/0"]').wait_for(timeout=30_000)
    cells = page.evaluate(host.cells)
    figure.focus()
    for key in ("d", "d", "x", "a", "PageUp"):
        page.keyboard.press(key)
    page.locator('.bqplot.figure[data-ready="4/1/0"]').wait_for(timeout=30_000)
    assert page.evaluate(host.cells) == cells, "a key of the picture was taken for a command of the notebook"
    # Hosts have faults of their own.
    assert not [error for error in page.errors if "cam1d" in error]
    page.close()
