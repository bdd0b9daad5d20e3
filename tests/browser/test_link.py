"""Links to a state of a saved page, in a real Chromium, opened from disk."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget

from ..support.planted import PLACE, planted_model, planted_series
from .page import MARK, brush, choose, drawn, laid_out, shown

pytestmark = pytest.mark.browser

MODEL = f"{MARK}.model"
STATE = f"""() => {{
  const {{ choice, edits, windows, link }} = {MODEL};
  const {{ instance, target, method }} = choice;
  const zoom = ["min", "max"].map((edge) => {MODEL}.get("scales").x.get(edge));
  const series = Array.from(edits.seriesOf(instance).values);
  return {{ instance, target, method, series, window: windows.chosen, zoom, panel: link.panel }};
}}"""
VIEW = "{ instance: 2, class: 'in b', method: 'Saliency', panel: 'View' }"


@pytest.fixture(scope="module")
def widget():
    names = {"class_names": ["none", "in a", "in b"], "channel_names": ["a", "b", "c"]}
    return CAM1DWidget(planted_model(), planted_series(), methods=["HiResCAM", "Saliency"], **names)


@pytest.fixture(scope="module")
def path(widget, tmp_path_factory):
    return widget.save_html(tmp_path_factory.mktemp("page") / "page.html", model=True, progress=False)


def there(page):
    """The page once its model has started."""
    shown(page)
    page.wait_for_function(f"{MODEL}.engineAnswers.ready")
    laid_out(page)
    return page


class At:
    """A page at a fragment."""

    def __init__(self, path, fragment):
        self.address = path.as_uri() + fragment

    def as_uri(self):
        return self.address


def test_a_copied_link_restores_edits_window_zoom_and_panel(open_page, path):
    page = there(open_page(path))
    choose(page, "{ instance: 3, method: 1 }")
    page.get_by_role("button", name="Edit: ").click()
    brush(page, PLACE[0], PLACE[1])
    page.get_by_role("button", name="Flatten: ").click()
    page.get_by_role("button", name="Noise: ").click()
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("z")
    page.get_by_role("button", name="Save: ").click()
    page.get_by_role("button", name="Copy link").click()
    page.locator(".cam1d-summary").get_by_text("link").wait_for()
    before = page.evaluate(STATE)
    assert before["panel"] == "Edit"  # which was open before the panel that copies the link
    other = there(open_page(At(path, page.evaluate("location.hash"))))
    assert other.evaluate(STATE) == before
    assert other.locator('button[aria-expanded="true"]').inner_text() == "Edit"
    assert "edited" in other.locator(".cam1d-summary").inner_text()
    assert other.locator(".bqplot.figure[data-state=ready]").count() == 1
    for one in (page, other):
        assert one.errors == []
        assert [url for url in one.requests if not url.startswith(("file:", "blob:", "data:"))] == []


def test_a_link_of_python_opens_its_state(open_page, path, widget):
    widget.instance, widget.method, widget.selected_window = 1, "Saliency", (30, 50)
    series = planted_series()[1]
    series[60:90, 1] = 0
    widget.edit(series)
    page = there(open_page(At(path, "#" + widget.link(path).partition("#")[2])))
    state = page.evaluate(STATE)
    np.testing.assert_array_equal(np.reshape(state["series"], series.shape), series)
    assert (state["instance"], state["method"], state["window"]) == (1, 1, [30, 50])
    assert "predictednone" in page.locator(".cam1d-summary").inner_text()
    assert page.errors == []


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("#cam1d=%7B%22inst", "The link was ignored: it is cut off or damaged."),
        (
            "#cam1d=%7B%22instance%22:9,%22class%22:%22none%22,%22method%22:%22Saliency%22%7D",
            "The link was ignored: the page has no instance 9.",
        ),
    ],
)
def test_a_damaged_link_is_ignored_with_a_notice(open_page, path, fragment, words):
    page = there(open_page(At(path, fragment)))
    summary = page.locator(".cam1d-summary")
    assert words in summary.inner_text()
    assert "Instance" in summary.inner_text()
    page.get_by_role("button", name="close the message").click()
    drawn(page)
    assert words not in summary.inner_text()
    assert page.errors == []


def test_a_link_is_followed_on_an_open_page(open_page, path):
    page = there(open_page(path))
    page.evaluate(f"location.hash = '#cam1d=' + encodeURIComponent(JSON.stringify({VIEW}))")
    page.locator('.bqplot.figure[data-ready="2/2/1"]').wait_for()
    assert page.locator('button[aria-expanded="true"]').inner_text() == "View"
    assert page.errors == []
