"""What a picture says while its map is computed, or where it cannot be, in a real JupyterLab with a real kernel."""

import nbformat
import pytest

from ..viewer.arrays import explanation
from .lab import KERNEL_IS_IDLE, new_page, run_all, serving

pytestmark = pytest.mark.browser

SOURCE = """
import time
from pathlib import Path

from cam1d_widget import Explanation, ExplanationViewer


class Slow:
    '''Maps of later instances come when a file is there, and those of one method never.'''

    def __init__(self, whole):
        self.whole = whole

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def attribution(self, method, instance, target):
        if method == "Saliency":
            raise RuntimeError("out of memory")
        while instance > 1 and not Path("go").exists():
            time.sleep(0.02)
        return self.whole.attribution(method, instance, target)


viewer = ExplanationViewer(Slow(Explanation.load("states.npz")), target=1)
viewer
"""
MARK = "[...figure.querySelectorAll('canvas')].find((one) => one.__channelStack).__channelStack"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
# Newer kernels can answer widgets in a thread of their own, which no interrupt reaches; the main thread is asked here.
ASK_THE_MAIN_THREAD = f"() => {{ {KERNEL}.commsOverSubshells = 'disabled' }}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    explanation(instances=6).save(folder / "states.npz")
    cells = [nbformat.v4.new_code_cell(source) for source in (SOURCE, "viewer")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "states.ipynb")
    return folder


@pytest.fixture(scope="module")
def page(folder, chromium, tmp_path_factory):
    """The notebook's page, with two views of one viewer."""
    with serving(folder, tmp_path_factory.mktemp("jupyter")) as address:
        page = new_page(chromium)
        page.goto(f"{address}/tree/states.ipynb")
        page.wait_for_function(KERNEL_IS_IDLE, timeout=60_000)
        page.evaluate(ASK_THE_MAIN_THREAD)
        run_all(page)
        yield page
        page.close()


def choose(page, instance, method=0, view=0):
    viewer = page.locator(".cam1d-viewer").nth(view)
    viewer.locator("select").nth(1).select_option(index=method)
    viewer.locator("input[type=number]").fill(str(instance))
    viewer.locator("input[type=number]").press("Enter")


def shows(page, instance, method=0):
    """Both views show this picture."""
    name = f"{instance}/1/{method}"
    page.locator(f'.bqplot.figure[data-ready="{name}"]').nth(1).wait_for(timeout=30_000)


def veil(page, state):
    """What is said over the picture, once both views are in a state; nothing calls it ready then."""
    page.locator(f'.bqplot.figure[data-state="{state}"]').nth(1).wait_for(timeout=30_000)
    assert page.locator(".bqplot.figure[data-ready]").count() == 0
    return page.locator(".bqplot.figure").first.evaluate(f"(figure) => {MARK}.snapshot().veil")


def test_a_map_that_takes_long_is_waited_for_and_can_be_interrupted_and_asked_for_anew(page, folder):
    shows(page, 0)
    choose(page, 5)
    assert veil(page, "waiting") == "computing …"
    page.evaluate(f"() => {KERNEL}.interrupt()")
    assert veil(page, "error") == "could not be computed: interrupted"
    choose(page, 0)
    shows(page, 0)
    choose(page, 5)
    assert veil(page, "waiting") == "computing …"
    (folder / "go").touch()
    shows(page, 5)


def test_a_map_that_fails_says_why_and_keeps_no_other_from_being_shown(page, folder):
    (folder / "go").touch()
    choose(page, 3, method=2)
    assert veil(page, "error") == "could not be computed: out of memory"
    choose(page, 3, method=1)
    shows(page, 3, method=1)


def test_what_one_view_chooses_the_other_shows(page, folder):
    (folder / "go").touch()
    choose(page, 1, view=1)
    shows(page, 1)
    choose(page, 0, view=0)
    shows(page, 0)


def test_the_state_that_is_saved_holds_the_picture_on_show(page, folder):
    (folder / "go").touch()
    choose(page, 4, method=1)
    shows(page, 4, method=1)
    script = f"(figure) => {MARK}.model.get_state().tiles.index.map(({{ key }}) => key)"
    assert page.locator(".bqplot.figure").first.evaluate(script) == ["series/4", "attribution/1/4/1"]


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
