"""How often the picture is drawn, and what remains in memory: counts, since times belong to benchmarks."""

import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import MARK, TWO_FRAMES, drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNT = f"""() => {{
  const view = {MARK}, paint = view.paint;
  window.draws = 0;
  view.paint = function () {{ window.draws++; return paint.apply(this); }};
}}"""


@pytest.fixture
def page(open_page, tmp_path):
    page = open_page(save_html(explanation(), tmp_path / "page.html", progress=False))
    page.evaluate(COUNT)
    return page


def test_panning_draws_no_more_often_than_the_hand_moves(page):
    corner = page.locator(".bqplot.figure").bounding_box()
    x, y = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    before = page.evaluate(f"{MARK}.snapshot().centers[0]")
    for step in range(60):
        page.mouse.move(x - 2 * step, y)
    page.mouse.up()
    drawn(page)
    assert page.evaluate(f"{MARK}.snapshot().centers[0]") == pytest.approx(before - 118, abs=3)
    assert 0 < page.evaluate("draws") <= 60


def test_many_changes_between_two_frames_are_drawn_once(page):
    page.evaluate(f"for (let k = 0; k < 40; k++) {MARK}.model.step(1)")
    drawn(page)
    assert page.evaluate("draws") == 1


def test_pictures_leave_nothing_behind(page):
    def nodes():
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        counted = session.send("Memory.getDOMCounters")
        session.detach()
        return counted["nodes"], counted["jsEventListeners"]

    step = f"async () => {{ for (let k = 0; k < 40; k++) {{ {MARK}.model.step(1); await ({TWO_FRAMES})(); }} }}"
    page.evaluate(step)
    before = nodes()
    page.evaluate(step)
    assert nodes() == pytest.approx(before, rel=0.02)
