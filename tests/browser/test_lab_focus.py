"""The focus stays in the viewer when what has it is removed, in a real JupyterLab, whose commands are letters."""

import pytest

from ..support.arrays import explanation
from .lab import KERNEL_IS_IDLE, write_notebook
from .page import drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
from cam1d_widget import Explanation, ExplanationViewer
viewer = ExplanationViewer(Explanation.load("focus.npz"), method="Saliency")
viewer.finder.verdict = "wrong"
viewer.options.hidden = [1]
viewer.selected_window = (0.4, 1.2)
viewer.annotations = [(instance, 0, 1, "here") for instance in range(6)]
viewer
"""
HAS_FOCUS = "() => document.querySelector('.cam1d-viewer').contains(document.activeElement)"
# JupyterLab moves the focus some time after the element that had it was removed.
SETTLED = "() => new Promise((done) => setTimeout(() => requestIdleCallback(done), 0))"


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    explanation(instances=6).save(folder / "focus.npz")
    write_notebook(folder / "focus.ipynb", SOURCE, "viewer")
    page = open_notebook("focus.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".bqplot.figure[data-ready]").nth(1).wait_for()
    page.wait_for_function(KERNEL_IS_IDLE)
    return page


@pytest.fixture(scope="module")
def viewer(page):
    """The first of two views of the widget."""
    return page.locator(".cam1d-viewer").first


def stays(page, cells):
    drawn(page)
    page.evaluate(SETTLED)
    page.evaluate(SETTLED)
    assert page.evaluate(HAS_FOCUS)
    page.keyboard.press("b")
    assert page.locator(".jp-Cell").count() == cells


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_a_panel_that_is_closed_leaves_the_focus_to_its_button(page, viewer, key):
    cells = page.locator(".jp-Cell").count()
    button = viewer.get_by_role("button", name="Find: ")
    button.focus()
    page.keyboard.press("Enter")
    (
        viewer.get_by_role("combobox", name="prediction")
        if key == "Escape"
        else viewer.get_by_role("button", name="close the panel")
    ).focus()
    page.keyboard.press(key)
    viewer.locator(".cam1d-panel").wait_for(state="hidden")
    stays(page, cells)
    assert button.evaluate("(button) => button === document.activeElement")


@pytest.mark.parametrize("name", ["remove the filter", "Show all channels", "clear the window", "remove the note"])
def test_a_button_that_removes_itself_leaves_the_focus_to_the_plot(page, viewer, name):
    cells = page.locator(".jp-Cell").count()
    button = viewer.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")
    button.wait_for(state="detached")
    stays(page, cells)
    assert viewer.locator(".bqplot.figure").evaluate("(figure) => figure === document.activeElement")


def test_help_opens_in_the_view_where_its_key_was_pressed(page, viewer):
    viewer.locator(".bqplot.figure").focus()
    page.keyboard.press("?")
    viewer.locator(".cam1d-panel").wait_for()
    assert page.locator(".cam1d-panel:not([hidden])").count() == 1


def test_escape_clears_the_crosshair_then_closes_the_panel_then_leaves(page, viewer):
    figure, panel = viewer.locator(".bqplot.figure"), viewer.locator(".cam1d-panel")
    has_focus = "(figure) => figure === document.activeElement"
    figure.focus()
    if panel.is_hidden():
        page.keyboard.press("?")
    page.keyboard.press("ArrowRight")
    viewer.locator(".cam1d-readout").first.wait_for()
    page.keyboard.press("Escape")
    viewer.locator(".cam1d-readout").first.wait_for(state="hidden")
    assert panel.is_visible()
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert figure.evaluate(has_focus)
    for control in (figure, viewer.get_by_role("button", name="Find: "), viewer.get_by_role("slider", name="method")):
        control.focus()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.matches('.jp-Cell')")


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
