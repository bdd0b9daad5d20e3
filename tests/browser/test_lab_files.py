"""Files that a notebook writes under "Run all", and from the panel "Save", in a real JupyterLab with a real kernel."""

import re

import pytest

from ..support.arrays import explanation
from ..support.waiting import until
from .lab import ERROR, KERNEL_IS_IDLE, run_in_kernel, write_notebook
from .page import pixels

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    """
from cam1d_widget import Explanation, ExplanationViewer
viewer = ExplanationViewer(Explanation.load("files.npz"), target=1, method="Saliency")
viewer
""",
    """
for instance in range(3):
    viewer.instance = instance
    viewer.save_svg(f"{instance}.svg", width=180)
    viewer.save_png(f"{instance}.png", scale=1)
viewer.pinned = (0, 1, "Grad-CAM")
pdf = viewer.save_pdf("both.pdf")
viewer.save_svg("both.svg")
viewer.pinned = None
written = [open(f"{name}.svg").read(200) for name in (0, 1, 2, "both")]
""",
    # Far below the first view, so that only one of the two is on the screen.
    "from IPython.display import HTML\nHTML('<div style=\"height: 3000px\"></div>')",
    "viewer",
]


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    explanation(instances=6).save(folder / "files.npz")
    write_notebook(folder / "files.ipynb", *CELLS)
    page = open_notebook("files.ipynb")
    page.set_viewport_size({"width": 1300, "height": 900})
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".bqplot.figure[data-ready]").first.or_(page.locator(ERROR)).first.wait_for()
    page.wait_for_function(KERNEL_IS_IDLE)
    return page


def by_browser(path):
    """Text of an SVG once the browser has drawn it; matplotlib's begins otherwise."""
    until(lambda: path.read_text().startswith("<svg "))
    return path.read_text()


def test_under_run_all_every_file_is_written_and_nothing_fails(page, folder):
    assert page.locator(f"{ERROR} pre").all_inner_texts() == []
    assert run_in_kernel(page, "print(all(text.startswith(('<?xml', '<svg')) for text in written))").strip() == "True"
    assert (folder / "both.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("instance", [0, 1, 2])
def test_the_browser_replaces_each_by_the_picture_of_that_moment(page, folder, instance):
    svg = by_browser(folder / f"{instance}.svg")
    assert f">Instance {instance + 1} of 6 (index {instance})" in svg
    assert 'width="180mm"' in svg
    until(lambda: b"matplotlib" not in (folder / f"{instance}.png").read_bytes())


def test_a_picture_that_was_pinned_is_in_the_file_though_it_is_unpinned_by_now(page, folder):
    svg = by_browser(folder / "both.svg")
    assert ">(a) index 2, walk, Saliency" in svg
    assert ">(b) index 0, walk, Grad-CAM" in svg
    assert "…" not in svg


def test_of_two_views_the_one_on_the_screen_is_drawn_as_it_is_laid_out(page, folder):
    """The first is scrolled away, and has another width."""
    page.locator(".jp-WindowedPanel-outer").evaluate("(notebook) => notebook.scrollTo(0, 1e6)")
    second = page.locator(".jp-Cell").last.locator(".bqplot.figure[data-ready]")
    second.scroll_into_view_if_needed()
    before = width_of(second)
    page.set_viewport_size({"width": 1100, "height": 900})
    until(lambda: width_of(second) < before - 100)
    run_in_kernel(page, "viewer.save_png('second.png', scale=1)")
    path = folder / "second.png"
    until(lambda: path.exists() and b"matplotlib" not in path.read_bytes())
    drawn = pixels(path.read_bytes())
    assert drawn.shape[1] == pytest.approx(width_of(second), abs=1)
    assert (drawn[-3:] == 255).all(), "white to the edge"


def width_of(figure):
    return figure.locator("canvas").first.evaluate("(canvas) => canvas.getBoundingClientRect().width")


def test_the_panel_writes_a_page_next_to_the_notebook_and_says_where(page, folder):
    viewer = page.locator(".jp-Cell").last.locator(".cam1d-viewer")
    viewer.get_by_role("button", name="Save: ").click()
    viewer.get_by_role("button", name="widget as a page, HTML").click()
    viewer.get_by_text(re.compile(r"Written: .*Attribution\.html")).wait_for()
    assert (folder / "Attribution.html").read_text().startswith("<!DOCTYPE html>")
    before = (folder / "Attribution.html").stat().st_mtime_ns
    viewer.get_by_role("button", name="widget as a page, HTML").click()
    until(lambda: (folder / "Attribution.html").stat().st_mtime_ns > before)
    assert list(folder.glob("*.html")) == [folder / "Attribution.html"]


def test_the_panel_hands_out_a_pdf(page):
    viewer = page.locator(".jp-Cell").last.locator(".cam1d-viewer")
    for _ in range(2):
        with page.expect_download() as download:
            viewer.get_by_role("button", name="plot as PDF").click()
        assert download.value.path().read_bytes().startswith(b"%PDF")
        assert download.value.suggested_filename == "Saliency-walk-2.pdf"


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
