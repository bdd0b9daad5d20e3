"""A picture that is pinned next to the others, in a real Chromium with no kernel."""

import dataclasses
import itertools
import re

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from ..support.selection import slow_but
from .page import MARK, SNAPSHOT, choose, drawn, laid_out, pixels, saved, shown, violations

pytestmark = pytest.mark.browser

PINNED = "document.querySelector('.cam1d-pinned')"
IMAGE = r'<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
PIXELS = f"{PINNED}.querySelector('canvas').toDataURL()"
BOXES = """() => [".bqplot.figure", ".cam1d-pinned"].map((name) => {
  const { left, top, width, height } = document.querySelector(name).getBoundingClientRect();
  return [left, top, width, height];
})"""


@pytest.fixture(scope="module")
def whole():
    return explanation()


@pytest.fixture(scope="module")
def path(whole, tmp_path_factory):
    return save_html(whole, tmp_path_factory.mktemp("page") / "page.html", progress=False)


def pinned_becomes(page, name):
    page.wait_for_function(f"name => {PINNED}.dataset.ready === name && !{PINNED}.hidden", arg=name)
    laid_out(page)
    drawn(page)


@pytest.fixture
def page(open_page, path):
    """Instance 0 pinned by its key, instance 2 displayed."""
    page = open_page(path)
    shown(page)
    choose(page, "{target: 1, method: 1}")
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("p")
    pinned_becomes(page, "0/1/1")
    choose(page, "{instance: 2}")
    return page


def ends(page):
    texts = page.locator(".cam1d-bar span:last-child").all_inner_texts()
    return [float(text) for text in texts]


def test_the_pinned_picture_stays_and_both_end_in_one_color(page, whole):
    before = page.evaluate(PIXELS)
    maps = whole.attributions["Gradient × Input"][[0, 2], 1]
    assert ends(page) == pytest.approx([np.abs(maps).max()] * 2, rel=0.01)
    assert "and of the other view" in page.locator(".cam1d-color-range").first.inner_text()
    page.get_by_role("button", name="View: ").click()
    page.get_by_label("share color range").uncheck()
    assert sorted(ends(page)) == pytest.approx(sorted(np.abs(maps).max(axis=(1, 2))), rel=0.01)
    page.get_by_label("share color range").check()
    choose(page, "{instance: 1}")
    choose(page, "{instance: 2}")
    assert page.evaluate(PIXELS) == before
    assert page.locator(".cam1d-which").all_inner_texts() == ["Current: ", "Pinned: "]
    assert page.errors == []


def test_lines_of_both_legends_are_as_close_however_long_the_other_is(open_page, whole, tmp_path):
    long = {"Saliency": "a description of several lines, " * 8}
    viewer = ExplanationViewer(dataclasses.replace(whole, descriptions=long), method="Saliency")
    viewer.pinned = (0, 1, "Gradient × Input")
    page = open_page(viewer.save_html(tmp_path / "page.html", progress=False))
    pinned_becomes(page, "0/1/1")
    gaps = page.locator(".cam1d-block").evaluate_all(
        """(blocks) => blocks.map((block) => {
          const box = (name) => block.querySelector(name).getBoundingClientRect();
          return box(".cam1d-words").top - box(".cam1d-bar").bottom;
        })"""
    )
    assert max(gaps) - min(gaps) < 5


def test_it_is_zoomed_with_the_other_and_has_the_same_crosshair(page):
    before = page.evaluate(PIXELS)
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("Home")
    lines = page.locator(".cam1d-crosshair").evaluate_all(
        "lines => lines.map((line) => getComputedStyle(line).display)"
    )
    assert lines == ["inline", "inline"]
    page.keyboard.press("z")
    drawn(page)
    assert page.evaluate(PIXELS) != before


def test_the_pointer_over_the_pinned_picture_takes_the_crosshair_from_the_keyboard(page):
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("Home")
    canvas = page.locator(".cam1d-pinned canvas")
    box = canvas.bounding_box()
    for share in (0.5, 0.6):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 60)
    places = page.locator(".cam1d-crosshair").evaluate_all("lines => lines.map((line) => +line.getAttribute('x1'))")
    assert len(places) == 2
    assert min(places) > 0
    assert places[0] == pytest.approx(places[1], abs=0.5)
    readouts = page.locator(".cam1d-readout").evaluate_all("tips => tips.map((tip) => tip.style.display)")
    assert sorted(readouts) == ["", "none"], "values under the pointer alone"
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("End")
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 60)
    assert page.errors == []


def test_unpinned_the_other_has_all_the_room(page):
    page.get_by_role("button", name="Unpin: ").click()
    page.wait_for_function(f"{PINNED}.hidden")
    page.wait_for_function(f"{SNAPSHOT}.plot.width > 550")
    assert page.locator(".cam1d-bar").count() == 1


@pytest.mark.parametrize("width", slow_but([700], [1100, 700]))
def test_it_is_next_to_the_other_or_below_without_room(open_page, whole, tmp_path, width):
    viewer = ExplanationViewer(whole, instance=1, method="Saliency")
    viewer.pinned = viewer.shown
    page = open_page(viewer.save_html(tmp_path / "page.html", progress=False), viewport={"width": width, "height": 900})
    pinned_becomes(page, f"1/{viewer.target}/2")
    (left, top, wide, high), (other_left, other_top, other_wide, _) = page.evaluate(BOXES)
    if width == 1100:
        assert other_left >= left + wide
        assert other_top == top
    else:
        assert other_top >= top + high
        assert other_left == left
    assert other_wide == pytest.approx(wide, abs=1)
    assert violations(page, "'.cam1d-viewer'") == []


@pytest.mark.slow
def test_dates_are_at_each_axis_under_the_pointer_and_in_files(open_page, tmp_path):
    starts = np.datetime64("2024-03-05T23:59:58") + np.arange(4) * np.timedelta64(1, "h")
    viewer = ExplanationViewer(explanation(start=starts), instance=1)
    viewer.pinned = (0, 1, "Saliency")
    page = open_page(viewer.save_html(tmp_path / "page.html", progress=False))
    pinned_becomes(page, "0/1/2")
    picture = page.evaluate(SNAPSHOT)
    page.locator(".bqplot.figure").hover(position={"x": picture["centers"][30], "y": picture["plot"]["top"] + 60})
    assert page.locator(".cam1d-readout").first.inner_text().startswith("2024-03-06 00:59:59.200 (sample 30)")
    page.evaluate(f"{MARK}.model.windows.choose([5, 30], true)")
    assert "2024-03-06 00:59:58.200 to 2024-03-06 00:59:59.200" in page.locator(".cam1d-window").inner_text()
    svg = saved(page, "SVG").decode()
    assert all(text in svg for text in (">00:59:59<", ">23:59:59<", "time, 2024-03-05 to 2024-03-06"))
    assert saved(page, "CSV").decode().split("\r\n")[1].startswith("2024-03-06T00:59:58.000,")
    assert page.errors == []


LETTERED = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>\(([ab])\) ([^<]*)<')


@pytest.mark.parametrize(("width", "beside"), [(None, True), (180, False)])
def test_files_hold_both_pictures_with_letters_and_none_over_the_other(page, width, beside):
    """In the layout of the screen, or below each other where the paper is narrow."""
    svg = saved(page, "SVG", width).decode()
    lettered = [one for one in LETTERED.findall(svg) if one[3].startswith("index")]
    headings = {name: (float(x), float(y), text) for x, y, name, text in lettered}
    (left, top, first), (other_left, other_top, second) = headings["a"], headings["b"]
    assert first.startswith("index 2, walk, Gradient")
    assert second.startswith("index 0, walk, Gradient")
    assert (other_left > left, other_top > top) == (beside, not beside)
    assert "…" not in svg
    assert "Current" not in svg
    # Rows of both, as the colors behind them: none over another.
    boxes = [tuple(map(float, box)) for box in re.findall(IMAGE, svg)]
    for one, two in itertools.combinations(boxes, 2):
        apart = [one[k] + one[k + 2] <= two[k] + 0.1 or two[k] + two[k + 2] <= one[k] + 0.1 for k in (0, 1)]
        assert any(apart)
    assert len(boxes) == 2 * 3 + 2


@pytest.mark.slow
def test_a_file_has_the_width_of_the_paper(page):
    png = saved(page, "PNG", width=85, dpi=300)
    assert pixels(png).shape[1] == pytest.approx(85 / 25.4 * 300, abs=1)
    assert b"pHYs" + (11811).to_bytes(4) * 2 + b"\x01" in png
    assert 'width="85mm"' in saved(page, "SVG", width=85).decode()
