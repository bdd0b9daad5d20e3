"""Series of unequal length in a real Chromium, in a page without a kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer

from ..support.arrays import explanation
from .page import MARK, PIXELS, READ_COLORS, SNAPSHOT, choose, drawn, laid_out, ready, saved, shown, slider

pytestmark = pytest.mark.browser

LENGTHS = [60, 35, 48, 20]
PADDING = "padding, not part of the series"
SCALE = f"{MARK}.model.get('scales').x"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    whole = replace(explanation(receptive_field=None), lengths=LENGTHS, y=[1, 1, 0, 1])
    viewer = ExplanationViewer(whole, instance=1, method="Saliency")
    return viewer.save_html(tmp_path_factory.mktemp("lengths") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    return page


def ends(page) -> list[float]:
    """First and last sample that are visible, at the edges of their cells."""
    drawn(page)
    return [25 * page.evaluate(f"{SCALE}.get('{name}')") for name in ("min", "max")]


def color_at(page, sample, row=0) -> list[int]:
    picture = page.evaluate(SNAPSHOT)
    band = picture["rows"][row]
    [color] = page.evaluate(READ_COLORS, [[picture["centers"][0] + sample * step(picture), band["top"] + 3]])
    return color


def step(picture) -> float:
    return picture["centers"][1] - picture["centers"][0]


def test_the_time_axis_ends_where_each_series_ends(page):
    for instance in (1, 0, 3, 2):
        choose(page, f"{{instance: {instance}}}")
        assert ends(page) == pytest.approx([-0.5, LENGTHS[instance] - 0.5])
        assert len(page.evaluate(SNAPSHOT)["centers"]) == LENGTHS[instance]
        assert page.evaluate(SNAPSHOT)["overview"] is None
        assert f"{LENGTHS[instance]} samples" in page.locator(".cam1d-summary").inner_text()
        assert page.get_by_text(PADDING).count() == 0
    assert page.errors == []


def test_every_plot_is_exactly_that_of_the_series_alone(page, open_page, tmp_path):
    whole = explanation(receptive_field=None)
    row, length = [3], LENGTHS[3]
    facts = replace(whole.series_facts.rows(row), x=whole.x[row, :length], y=[1])
    maps = {label: maps[row, :, :length] for label, maps in whole.attributions.items()}
    gaps = {label: gaps[row] for label, gaps in whole.completeness.items()}
    one = replace(whole, **vars(facts), targets=whole.targets[row], attributions=maps, completeness=gaps)
    viewer = ExplanationViewer(one, method="Saliency")
    alone = open_page(viewer.save_html(tmp_path / "alone.html", progress=False))
    shown(alone)
    choose(page, "{instance: 3}")
    for change in ("{}", "{style: 'line', smoothing: 5}", "{overlay: true, sign: 'positive', clip: 10}"):
        for target, method in ((0, 0), (1, 1), (2, 2)):
            for each, instance in ((page, 3), (alone, 0)):
                each.evaluate(f"{MARK}.model.optionsModel.change({change})")
                choose(each, f"{{instance: {instance}, target: {target}, method: {method}}}")
                ready(each, instance, target, method)
                drawn(each)
            assert page.evaluate(PIXELS) == alone.evaluate(PIXELS)
    texts = [
        file.decode().partition("index")[2].partition(")")[2] for file in (saved(page, "SVG"), saved(alone, "SVG"))
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) > 1000


def test_a_zoom_stays_while_shorter_series_pass(page):
    choose(page, "{instance: 0}")
    page.evaluate(f"{MARK}.zoom(4, 50)")
    before = ends(page)
    assert before[1] - before[0] == pytest.approx(15)
    choose(page, "{instance: 3}")
    assert ends(page) == pytest.approx([4.5, 19.5])
    choose(page, "{instance: 0}")
    assert ends(page) == pytest.approx(before)


def test_what_follows_a_series_next_to_a_longer_one_is_hatched_and_is_no_sample(page):
    choose(page, "{instance: 0}")
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("p")
    choose(page, "{instance: 3}")
    laid_out(page)
    assert ends(page) == pytest.approx([-0.5, 59.5])
    assert page.get_by_text(PADDING).count() == 1
    colors = {tuple(color_at(page, 22 + place / 4)) for place in range(140)}
    assert all(red == green == blue or abs(int(red) - int(blue)) < 25 for red, green, blue, _ in colors)
    assert len(colors) > 1
    box, picture = page.locator(".bqplot.figure").bounding_box(), page.evaluate(SNAPSHOT)
    middle = picture["rows"][1]["top"] + 20
    readout = page.locator(".bqplot.figure .cam1d-readout")
    for sample, visible in ((10, True), (30, False)):
        page.mouse.move(box["x"] + picture["centers"][0] + sample * step(picture), box["y"] + middle)
        drawn(page)
        assert readout.is_visible() == visible
    # A drag that ends in the padding selects up to the last sample.
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + picture["centers"][12], box["y"] + middle)
    page.mouse.down()
    page.mouse.move(box["x"] + picture["centers"][0] + 40 * step(picture), box["y"] + middle)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert page.evaluate(f"{MARK}.model.windows.chosen") == [12, 20]
    page.keyboard.press("End")
    assert "sample 19" in page.locator(".bqplot.figure .cam1d-announced").inner_text()
    page.keyboard.press("p")
    drawn(page)
    assert ends(page) == pytest.approx([-0.5, 19.5])


def test_all_instances_can_have_the_same_time_axis(page):
    page.get_by_role("button", name="View: ").click()
    page.get_by_label("same time axis for all instances").check()
    for instance in (1, 3):
        choose(page, f"{{instance: {instance}}}")
        assert ends(page) == pytest.approx([-0.5, 59.5])
        assert page.get_by_text(PADDING).count() == 1
    page.evaluate(f"{MARK}.zoom(2, 10)")
    drawn(page)
    assert page.evaluate(SNAPSHOT)["overview"] is not None
    page.get_by_label("same time axis for all instances").uncheck()
    assert ends(page)[1] <= 19.5 + 1e-6


def test_a_mean_states_how_many_series_each_time_step_averages(page):
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("c")
    laid_out(page)
    assert ends(page) == pytest.approx([-0.5, 59.5])
    assert "of those that have it: 3 to 1" in page.locator(".cam1d-legend").inner_text()
    box, picture = page.locator(".bqplot.figure").bounding_box(), page.evaluate(SNAPSHOT)
    for sample, words in ((10, "mean of 3 instances"), (25, "mean of 2 instances"), (50, "mean of 1 instance")):
        page.mouse.move(box["x"] + picture["centers"][sample], box["y"] + picture["rows"][1]["top"] + 20)
        drawn(page)
        assert page.get_by_text(words, exact=True).count() == 1


def test_a_window_that_was_selected_in_a_longer_series_is_cut(page):
    choose(page, "{instance: 0}")
    page.evaluate(f"{MARK}.model.windows.choose([10, 40], true)")
    text = page.locator(".cam1d-window")
    assert "0.40 s to 1.60 s" in text.inner_text()
    choose(page, "{instance: 3}")
    assert "0.40 s to 0.80 s" in text.inner_text()
    choose(page, "{instance: 0}")
    assert "0.40 s to 1.60 s" in text.inner_text()


def test_the_slider_reaches_every_instance(page):
    slider(page, "instance").focus()
    page.keyboard.press("End")
    laid_out(page)
    assert shown(page)[0] == 3
    assert ends(page) == pytest.approx([-0.5, 19.5])
    assert np.isfinite(page.evaluate(SNAPSHOT)["limit"])
