"""A focused element keeps the focus, and what is being typed, while the picture changes."""

import pytest

from cam1d_widget import ExplanationViewer

from ..support.arrays import explanation
from .page import shown

pytestmark = pytest.mark.browser
MARK = "document.querySelector('.bqplot canvas').__channelStack.model"
HAS_FOCUS = "(element) => element === document.activeElement"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    viewer = ExplanationViewer(explanation(), method="Saliency")
    return viewer.save_html(tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    yield page
    assert page.errors == []


def to_next_instance(page):
    instance, target, method = shown(page)
    page.evaluate(f"{MARK}.step(1)")
    page.wait_for_selector(f'.bqplot.figure[data-ready="{instance + 1}/{target}/{method}"]')


def test_a_number_that_is_being_typed_stays(page):
    shown(page)
    page.get_by_role("button", name="View:").click()
    gain = page.get_by_label("gain", exact=True)
    gain.focus()
    page.keyboard.type("2")
    typed = gain.input_value()
    to_next_instance(page)
    assert (gain.input_value(), gain.evaluate(HAS_FOCUS)) == (typed, True)
    page.keyboard.press("Enter")
    assert page.evaluate(f"{MARK}.optionsModel.current.gain") == float(typed)


def test_a_note_that_is_being_written_stays(page):
    shown(page)
    page.evaluate(f"{MARK}.windows.choose([5, 30], true)")
    note = page.get_by_label("note on the window")
    note.focus()
    page.keyboard.type("half a")
    to_next_instance(page)
    page.keyboard.type(" note")
    assert (note.input_value(), note.evaluate(HAS_FOCUS)) == ("half a note", True)


def test_numbers_follow_the_picture_under_the_focus(page):
    shown(page)
    page.get_by_role("button", name="Numbers:").click()
    table = page.get_by_role("region", name="numbers of the plot")
    table.focus()
    to_next_instance(page)
    assert table.locator("caption").inner_text().endswith("index 1")
    assert table.evaluate(HAS_FOCUS)
