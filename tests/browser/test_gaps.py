"""A series with gaps in a real Chromium: the line has them, and so has everything that is computed from it."""

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import MARK, READ_COLORS, SNAPSHOT, drawn, saved, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GAP = slice(20, 35)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    whole = explanation(instances=1, channels=2)
    x = whole.x.copy()
    x[0, GAP, 0] = np.nan
    x[0, 27, 0] = x[0, 0, 0]
    return save_html(replace(whole, x=x), tmp_path_factory.mktemp("page") / "page.html", progress=False)


def dark_pixels(page, sample, row):
    """How many places of a row a line is drawn at, at a sample: the colors behind it are paler."""
    picture = page.evaluate(SNAPSHOT)
    top, height = picture["rows"][row]["top"], picture["rows"][row]["height"]
    places = [[picture["centers"][sample], top + 3 + step] for step in range(int(height) - 6)]
    return sum(max(color[:3]) < 160 and color[3] > 100 for color in page.evaluate(READ_COLORS, places))


@pytest.mark.parametrize("style", ["tint", "line"])
def test_the_line_has_the_gap_and_a_sample_within_it_is_a_dot(open_page, path, style):
    page = open_page(path)
    shown(page)
    page.evaluate(f"{MARK}.model.optionsModel.change({{style: '{style}'}})")
    drawn(page)
    assert dark_pixels(page, 10, 0) > 0
    assert dark_pixels(page, 23, 0) == 0
    assert dark_pixels(page, 27, 0) > 0
    assert dark_pixels(page, 23, 1) > 0
    assert page.errors == []


def test_files_and_words_have_the_gap(open_page, path):
    page = open_page(path)
    shown(page)
    lines = list(csv.reader(io.StringIO(saved(page, "CSV").decode())))
    assert [row for row, line in enumerate(lines[1:]) if line[1] == ""] == [*range(20, 27), *range(28, 35)]
    assert "NaN" not in saved(page, "SVG").decode()
    ET.fromstring(saved(page, "SVG"))
    picture = page.evaluate(SNAPSHOT)
    page.locator(".bqplot.figure").hover(position={"x": picture["centers"][23], "y": picture["rows"][0]["top"] + 5})
    assert "gap" in page.locator(".cam1d-readout tr").first.inner_text()
    page.get_by_role("button", name="Numbers: ").click()
    assert "NaN" not in page.locator(".cam1d-numbers").inner_text()
