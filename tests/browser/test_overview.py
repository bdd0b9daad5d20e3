"""The overview above the rows of a zoomed picture, in a real Chromium."""

import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import SNAPSHOT, shown

pytestmark = pytest.mark.browser


def middle(page):
    """The sample in the middle of what is displayed, as a share of the series."""
    picture = page.evaluate(SNAPSHOT)
    centers, plot = picture["centers"], picture["plot"]
    return ((plot["left"] + plot["width"] / 2 - centers[0]) / (centers[1] - centers[0]) + 0.5) / len(centers)


def test_a_click_moves_there_a_drag_goes_on_and_the_whole_series_needs_none(open_page, tmp_path):
    page = open_page(save_html(explanation(time=300), tmp_path / "page.html", progress=False))
    shown(page)
    assert page.evaluate(SNAPSHOT)["overview"] is None
    page.locator(".bqplot.figure").focus()
    for _ in range(4):
        page.keyboard.press("z")
    assert middle(page) == pytest.approx(0.5, abs=0.01)
    picture, box = page.evaluate(SNAPSHOT), page.locator(".bqplot.figure").bounding_box()
    y = box["y"] + picture["overview"]["top"] + 5

    def x(share):
        return box["x"] + picture["plot"]["left"] + share * picture["plot"]["width"]

    page.mouse.click(x(0.75), y)
    assert middle(page) == pytest.approx(0.75, abs=0.01)
    page.mouse.move(x(0.72), y)
    page.mouse.down()
    page.mouse.move(x(0.3), y, steps=4)
    page.mouse.up()
    assert middle(page) == pytest.approx(0.33, abs=0.01)
    page.mouse.move(x(0.9), y)
    assert middle(page) == pytest.approx(0.33, abs=0.01)
    page.keyboard.press("0")
    assert page.evaluate(SNAPSHOT)["overview"] is None
    assert page.errors == []
