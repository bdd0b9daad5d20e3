"""The options of the picture, in a real Chromium with no kernel."""

import numpy as np
import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import MARK, READ_COLORS, SNAPSHOT, choose_method, drawn, laid_out, shown, table_colors

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole():
    return explanation()


@pytest.fixture(scope="module")
def path(whole, tmp_path_factory):
    return save_html(whole, tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    """The page with a map of each channel displayed, and the panel of options open."""
    page = open_page(path)
    choose_method(page, "Gradient × Input")
    page.wait_for_selector('.bqplot.figure[data-ready$="/1"]')
    page.get_by_role("button", name="View").click()
    return page


def limit_becomes(page, limit):
    page.wait_for_function(f"Math.abs({SNAPSHOT}.limit / {limit} - 1) < 1e-3")


def ends(page):
    texts = page.locator(".cam1d-bar span").all_inner_texts()
    return [float(text.replace("−", "-")) for text in texts]


def scope(page):
    return page.locator(".cam1d-color-range").inner_text()


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("per instance", "color: ± max of the 3 maps of this instance by Gradient × Input"),
        ("all", "color: ± max of the 12 maps by Gradient × Input"),
    ],
)
def test_the_ends_of_the_colors_are_those_of_the_scope_and_are_printed(page, whole, choice, words):
    page.get_by_role("combobox", name="color range").select_option(label=choice)
    maps = whole.attributions["Gradient × Input"]
    largest = np.abs(maps[0] if choice == "per instance" else maps).max()
    limit_becomes(page, largest)
    assert ends(page) == pytest.approx([-largest, largest], rel=0.01)
    assert words in scope(page)


def test_a_fixed_end_begins_where_it_was_and_stays(page, whole):
    before = page.evaluate(SNAPSHOT)["limit"]
    page.get_by_role("combobox", name="color range").select_option(label="fixed")
    limit_becomes(page, before)
    page.get_by_role("button", name="View").click()
    page.get_by_role("button", name="View").click()
    page.get_by_label("color limit").fill("0.25")
    page.get_by_label("color limit").press("Enter")
    limit_becomes(page, 0.25)
    assert "a fixed limit" in scope(page)
    assert "largest here" in scope(page)


def test_no_channels_can_be_overlaid(page, whole):
    page.evaluate(f"{MARK}.model.optionsModel.change({{ hidden: {list(range(whole.x.shape[2]))}, overlay: true }})")
    laid_out(page)
    page.evaluate(f"{MARK}.model.optionsModel.change({{ hidden: [] }})")
    laid_out(page)
    assert page.errors == []


def test_the_values_that_are_colored_are_smoothed_signed_and_clipped(page, whole):
    for label, value in (("smooth (samples)", "5"), ("clip (%)", "10")):
        page.get_by_label(label).fill(value)
        page.get_by_label(label).press("Enter")
    page.get_by_label("sign").select_option(label="absolute")
    instance, target, _ = shown(page)
    values = whole.attribution("Gradient × Input", instance, target)
    padded = np.pad(values, ((2, 2), (0, 0)), constant_values=np.nan)
    smooth = np.abs(np.nanmean(np.stack([padded[k : k + 60] for k in range(5)]), axis=0))
    largest = np.sort(smooth[smooth > 0])[int(np.ceil(0.9 * smooth.size)) - 1]
    limit_becomes(page, largest)
    picture = page.evaluate(SNAPSHOT)
    assert picture["table"] == "unsigned"
    assert "90th percentile of |value| of this map" in scope(page)
    assert "mean of 5 samples (0.200 s) · absolute values" in scope(page)
    for channel, row in enumerate(picture["rows"]):
        colors = page.evaluate(READ_COLORS, [[picture["centers"][sample], row["top"] + 1.6] for sample in range(60)])
        off = np.abs(np.array(colors)[:, :3] - table_colors(picture, smooth[:, channel])).max(axis=1)
        assert np.quantile(off, 0.8) <= 3


def test_channels_are_hidden_and_ordered_by_their_share(page, whole):
    instance, target, _ = shown(page)
    sums = np.abs(whole.attribution("Gradient × Input", instance, target)).sum(axis=0)
    page.get_by_label("order").select_option(label="by share")
    order = np.argsort(-sums, kind="stable").tolist()
    page.wait_for_function(f"JSON.stringify({SNAPSHOT}.members) === '{[[c] for c in order]}'.replaceAll(' ', '')")
    page.get_by_label(whole.channel_names[order[0]], exact=True).uncheck()
    page.wait_for_function(f"JSON.stringify({SNAPSHOT}.members) === '{[[c] for c in order[1:]]}'.replaceAll(' ', '')")


def test_rows_lie_on_each_other_or_bear_strips_or_colored_lines(page):
    page.get_by_label("overlay").check()
    page.wait_for_function(f"{SNAPSHOT}.rows.length === 1")
    page.get_by_label("overlay").uncheck()
    page.wait_for_function(f"{SNAPSHOT}.rows.length === 3")
    picture = page.evaluate(SNAPSHOT)
    row = picture["rows"][0]
    top = [[x, row["top"] + 2] for x in picture["centers"]]
    tinted = np.array(page.evaluate(READ_COLORS, top))
    page.get_by_label("attribution as").select_option(label="strips")
    drawn(page)
    assert np.array(page.evaluate(READ_COLORS, top))[:, 3].mean() < tinted[:, 3].mean() / 2
    foot = [[x, row["top"] + row["height"] - 4] for x in picture["centers"]]
    assert np.array(page.evaluate(READ_COLORS, foot))[:, 3].min() == 255
    page.get_by_label("attribution as").select_option(label="colored lines")
    drawn(page)
    assert np.array(page.evaluate(READ_COLORS, foot))[:, 3].min() == 0


def test_a_contrast_has_the_colors_of_the_difference(page, whole):
    instance, target, _ = shown(page)
    other = (target + 1) % 3
    page.get_by_label("contrast against class").select_option(label=whole.class_names[other])
    maps = [whole.attribution("Gradient × Input", instance, place) for place in (target, other)]
    difference = maps[0] - maps[1]
    limit_becomes(page, np.abs(difference).max())
    picture = page.evaluate(SNAPSHOT)
    row = picture["rows"][0]
    colors = page.evaluate(READ_COLORS, [[picture["centers"][sample], row["top"] + 1.6] for sample in range(60)])
    off = np.abs(np.array(colors)[:, :3] - table_colors(picture, difference[:, 0])).max(axis=1)
    assert np.quantile(off, 0.8) <= 3
    assert "\nGradient × Input · difference of two maps" in page.locator(".cam1d-legend").inner_text()
    both = f"{whole.class_names[target]} rather than {whole.class_names[other]}"
    assert f"against / for {both}" in page.locator(".cam1d-legend").first.inner_text()
    page.get_by_role("combobox", name="color range").select_option(label="all")
    assert "of this map" in scope(page)


def test_the_panel_closes_by_escape_and_gives_the_focus_back(page):
    page.get_by_label("gain", exact=True).focus()
    page.keyboard.press("Escape")
    button = page.get_by_role("button", name="View")
    assert button.get_attribute("aria-expanded") == "false"
    assert button.evaluate("(button) => document.activeElement === button")
    assert page.errors == []
