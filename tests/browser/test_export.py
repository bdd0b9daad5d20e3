"""Files that the page exports, in a real Chromium: compared with the screen pixel by pixel."""

import csv
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from ..support.selection import slow_but
from .page import EVIL, HEAD, PIXELS, SNAPSHOT, choose_method, on_paper, pixels, ready, saved, shown

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole():
    return explanation(class_names=[EVIL, "walk", "run"], channel_names=[EVIL, 'a"&y', "az\x01"])


@pytest.fixture(scope="module")
def path(whole, tmp_path_factory):
    return save_html(whole, tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.mark.parametrize("ratio", slow_but([2], [1, 2]))
@pytest.mark.parametrize("method", slow_but(["Gradient × Input"], ["Grad-CAM", "Gradient × Input"]))
def test_a_png_has_the_pixels_of_the_screen(open_page, path, method, ratio):
    page = open_page(path, device_scale_factor=ratio)
    shown(page)
    choose_method(page, method)
    page.wait_for_selector(f'.bqplot.figure[data-ready$="/{int(method != "Grad-CAM")}"]')
    plot = page.evaluate(SNAPSHOT)["plot"]
    file, screen = pixels(saved(page, "PNG", dpi=96 * ratio)), on_paper(page.evaluate(PIXELS))
    left, top, right, bottom = (
        round(ratio * edge)
        for edge in (0, plot["top"], plot["left"] + plot["width"] + 60, plot["top"] + plot["height"])
    )
    head = HEAD * ratio
    off = np.abs(file[top + head : bottom + head, left:right, :3] - screen[top:bottom, left:right]).max(axis=2)
    assert np.quantile(off, 0.995) <= 3
    assert page.errors == []


def test_an_svg_drawn_by_a_browser_has_the_pixels_of_the_png(open_page, path, chromium):
    page = open_page(path)
    shown(page)
    png = pixels(saved(page, "PNG"))[..., :3]
    other = chromium.new_page(viewport={"width": png.shape[1], "height": png.shape[0]})
    other.set_content(f"<body style='margin:0'>{saved(page, 'SVG').decode()}</body>")
    drawn = pixels(other.screenshot())[..., :3]
    other.close()
    rows = slice(0, min(len(png), len(drawn)))
    off = np.abs(png[rows] - drawn[rows]).max(axis=2)
    # The same picture; the edges of lines and letters are smoothed in another way.
    assert np.mean(off > 60) < 0.02
    assert np.median(off) <= 1


def test_names_are_text_in_an_svg(open_page, path):
    page = open_page(path)
    shown(page)
    page.get_by_role("combobox", name="class").select_option(value="0")
    ready(page, 0, 0, 0)
    root = ET.fromstring(saved(page, "SVG"))
    kinds = {element.tag.split("}")[1] for element in root.iter()}
    assert kinds <= {"svg", "rect", "path", "clipPath", "text", "image"}
    said = " ".join("".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text"))
    assert "<img src=x" in said
    assert 'a"&y' in said
    assert all(image.get("href").startswith("data:image/png") for image in root.iter() if image.tag.endswith("}image"))


def test_the_axis_of_the_file_has_the_ticks_of_the_screen(open_page, path):
    page = open_page(path)
    shown(page)
    ticks = [tick["text"] for tick in page.evaluate(SNAPSHOT)["axis"]["ticks"]]
    root = ET.fromstring(saved(page, "SVG"))
    said = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]
    first = said.index(ticks[-1]) - len(ticks) + 1
    assert said[first : first + len(ticks)] == ticks
    assert "time (s)" in said


def test_the_numbers_of_a_page_are_those_of_its_picture(open_page, whole, path):
    page = open_page(path)
    instance, target, _ = shown(page)
    choose_method(page, "Saliency")
    ready(page, instance, target, 2)
    headings, *lines = csv.reader(io.StringIO(saved(page, "CSV").decode(), newline=""))
    assert headings[:3] == ["time (s)", f"{EVIL} g", 'a"&y g']
    values = np.array(lines, float)
    np.testing.assert_allclose(values[:, 0], np.arange(60) / 25)
    np.testing.assert_allclose(values[:, 1:4], whole.x[instance], rtol=1e-6)
    exact = whole.attribution("Saliency", instance, target)
    assert np.abs(values[:, 4:] - exact).max() <= exact.max() / 60000
