"""Selecting a window on a page, in a real Chromium with no kernel."""

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer

from ..support.arrays import explanation
from .page import EVIL, MARK, READ_COLORS, SNAPSHOT, brush, ready, shown

pytestmark = pytest.mark.browser
WINDOW = f"{MARK}.model.get('window')"


@pytest.fixture(scope="module")
def whole():
    return explanation()


@pytest.fixture(scope="module")
def path(whole, tmp_path_factory):
    viewer = ExplanationViewer(whole, method="Saliency", intervals={0: [(0.4, 0.8)]})
    return viewer.save_html(tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    return page


def test_shift_and_drag_choose_a_window_and_move_nothing(page, whole):
    before = page.evaluate(SNAPSHOT)["centers"]
    brush(page, 40, 20)
    assert page.evaluate(WINDOW) == [20, 41]
    assert page.evaluate(SNAPSHOT)["centers"] == before
    instance, target, _ = shown(page)
    values = whole.attribution("Saliency", instance, target)
    share = 100 * values[20:41].sum() / values.sum()
    said = page.locator(".cam1d-window").inner_text()
    assert f"0.80 s to 1.64 s: {share:.1f} % of the sum of |attribution| in 35.0 % of the time" in said
    assert "needs a live kernel" in said
    page.get_by_role("button", name="clear the window").click()
    assert page.evaluate(WINDOW) is None
    assert not page.locator(".cam1d-window").is_visible()


def test_the_window_follows_class_and_instance_and_can_be_chosen_by_keys(page):
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("[")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    assert page.evaluate(WINDOW) == [3, 10]
    said = page.locator(".cam1d-window").inner_text()
    page.keyboard.press("PageDown")
    ready(page, 1, *shown(page)[1:])
    assert page.locator(".cam1d-window").inner_text() != said
    page.keyboard.press("Escape")
    assert page.evaluate(WINDOW) is None


def test_notes_on_windows_are_kept_with_their_instance_and_can_be_removed(page):
    brush(page, 10, 30)
    page.get_by_label("note on the window").fill(EVIL)
    page.get_by_label("note on the window").press("Enter")
    notes = f"{MARK}.model.get('annotations')"
    assert page.evaluate(notes) == [{"instance": 0, "window": [10, 31], "text": EVIL}]
    page.get_by_role("button", name="clear the window").click()
    panel = page.locator(".cam1d-window")
    assert f"Note 0.40 s to 1.24 s: {EVIL}" in panel.inner_text()
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("PageDown")
    panel.wait_for(state="hidden")
    page.keyboard.press("PageUp")
    panel.wait_for(state="visible")
    page.get_by_role("button", name="remove the note").click()
    assert page.evaluate(notes) == []
    assert page.errors == []


def test_true_intervals_are_drawn_over_the_rows_and_scored(page, whole):
    picture = page.evaluate(SNAPSHOT)
    for row in picture["rows"]:
        colors = page.evaluate(READ_COLORS, [[picture["centers"][s], row["top"] + 1.5] for s in range(60)])
        green = [tuple(color[:3]) == (0, 158, 115) for color in colors]
        assert green == [10 <= sample < 20 for sample in range(60)]
    instance, target, _ = shown(page)
    values = whole.attribution("Saliency", instance, target)
    inside = 10 <= np.unravel_index(values.argmax(), values.shape)[0] < 20
    legend = page.locator(".cam1d-legend").inner_text()
    assert f"true intervals: {100 * values[10:20].sum() / values.sum():.1f} % of the sum" in legend
    assert ("lies in them" if inside else "lies outside") in legend
    page.locator("input[type=number]").first.fill("1")
    page.keyboard.press("Enter")
    ready(page, 1, target, 2)
    assert "true intervals" not in page.locator(".cam1d-legend").inner_text()
    assert page.errors == []
