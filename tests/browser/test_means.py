"""Means over a class and standard errors, in a real Chromium with no kernel."""

import csv
import io

import numpy as np
import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import READ_COLORS, SNAPSHOT, choose, ready, saved, shown, table_colors

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def whole():
    maps = explanation(instances=10).attributions["Gradient × Input"]
    errors = np.full(maps.shape, 0.01)
    errors[:, :, 30:] = 10.0
    return explanation(instances=10, standard_errors={"Gradient × Input": errors})


@pytest.fixture
def page(open_page, whole, tmp_path):
    page = open_page(save_html(whole, tmp_path / "page.html", progress=False))
    shown(page)
    choose(page, "{instance: 4, target: 2, method: 1}")
    return page


def readout(page, sample):
    picture = page.evaluate(SNAPSHOT)
    place = {"x": picture["centers"][sample], "y": picture["rows"][0]["top"] + 10}
    page.locator(".bqplot.figure").hover(position=place)
    return page.locator(".cam1d-readout").inner_text()


def test_a_key_shows_the_mean_over_the_true_class_of_the_maps_on_the_page(page, whole):
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("c")
    ready(page, "true 1", 2, 1)
    assert "mean of the 3 instances of true class walk; band: ±" in page.locator(".cam1d-legend").inner_text()
    assert page.locator(".cam1d-summary").inner_text().startswith("Mean over true class walk")
    of = whole.y == 1
    maps = whole.attributions["Gradient × Input"][of, 2]
    *_, last = list(csv.reader(io.StringIO(saved(page, "CSV").decode())))
    series, mean, spread = np.array(last[1:], float).reshape(3, 3)
    np.testing.assert_allclose(series, whole.x[of, -1].mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(mean, maps[:, -1].mean(axis=0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(spread, maps[:, -1].std(axis=0), rtol=1e-3, atol=1e-4)
    picture = page.evaluate(SNAPSHOT)
    place = [picture["centers"][20], picture["rows"][1]["top"] + 1.6]  # where neither line nor band comes
    color = page.evaluate(READ_COLORS, [place])[0][:3]
    assert np.abs(color - table_colors(picture, maps[:, 20, 1].mean())).max() <= 90
    choose(page, "{instance: 5}")
    ready(page, 5, 2, 1)
    assert page.errors == []


def test_each_value_has_its_standard_error_and_what_is_above_two_of_them_is_underlined(page):
    assert "± 0.01" in readout(page, 5)
    assert "±: standard error" in readout(page, 5)
    page.mouse.move(0, 0)
    picture = page.evaluate(SNAPSHOT)
    foot = picture["rows"][0]["top"] + picture["rows"][0]["height"] - 1.5
    dark = [max(color[:3]) < 60 for color in page.evaluate(READ_COLORS, [[x, foot] for x in picture["centers"][3:58]])]
    assert np.mean(dark[:25]) > 0.8
    assert not any(dark[28:])
    assert "underlined" in page.locator(".cam1d-keys").inner_text()
