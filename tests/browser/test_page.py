"""The saved page in a real Chromium: no kernel, no network, the same picture."""

import re

import numpy as np
import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation, with_predicted_only
from ..support.selection import slow_but
from .page import (
    EVIL,
    PIXELS,
    READ_COLORS,
    SNAPSHOT,
    choose_method,
    move,
    ready,
    shown,
    slider,
    table_colors,
    violations,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole():
    return explanation()


@pytest.fixture(scope="module")
def whole_page(whole, tmp_path_factory):
    return save_html(whole, tmp_path_factory.mktemp("page") / "page.html", progress=False)


def test_a_page_opens_without_a_fault_and_fetches_nothing(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert [url for url in page.requests if url.startswith("file:")] == [whole_page.as_uri()]


def test_a_browser_that_cannot_decompress_is_told_so(pages, whole_page, tmp_path):
    text = whole_page.read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(
        text.replace("<body>", "<body><script>delete window.DecompressionStream</script>"), encoding="utf-8"
    )
    with pages.lent() as lend:
        page = lend(viewport={"width": 1100, "height": 900})
        page.goto(path.as_uri())
        page.get_by_text("This browser cannot decompress the programs in this page").wait_for()
        assert page.errors == []


@pytest.mark.parametrize(
    ("name", "place"), slow_but([("instance", 0), ("method", 2)], [("instance", 0), ("class", 1), ("method", 2)])
)
def test_each_slider_moves_the_picture(open_page, whole_page, name, place):
    page = open_page(whole_page)
    least = [index * (axis != place) for axis, index in enumerate(shown(page))]
    move(page, name, "Home")
    ready(page, *least)
    pixels = page.evaluate(PIXELS)
    move(page, name, "ArrowRight")
    ready(page, *(index + (axis == place) for axis, index in enumerate(least)))
    assert page.evaluate(PIXELS) != pixels
    assert page.errors == []


@pytest.mark.parametrize(
    ("name", "place", "last"), slow_but([("class", 1, 2)], [("instance", 0, 3), ("class", 1, 2), ("method", 2, 2)])
)
def test_a_slider_reaches_the_last_of_all(open_page, whole_page, name, place, last):
    page = open_page(whole_page)
    move(page, name, "End")
    page.wait_for_function(
        "([place, last]) => document.querySelector('.bqplot.figure').dataset.ready?.split('/')[place] == last",
        arg=[place, last],
    )


def test_every_control_has_a_name(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    for name in ("instance", "class", "method"):
        assert slider(page, name).count() == 1
    assert page.get_by_role("spinbutton", name="instance").count() == 1
    assert page.get_by_role("combobox", name="class").count() == 1
    assert page.get_by_role("combobox", name="method").count() == 1


def test_menus_and_sliders_move_each_other(open_page, whole_page):
    page = open_page(whole_page)
    _, target, _ = shown(page)
    choose_method(page, "Saliency")
    ready(page, 0, target, 2)
    assert slider(page, "method").get_attribute("aria-valuetext") == "Saliency · approximate"
    move(page, "class", "End")
    ready(page, 0, 2, 2)
    assert page.get_by_role("combobox", name="class").input_value() == "2"
    page.locator("input[type=number]").fill("3")
    page.keyboard.press("Enter")
    ready(page, 3, 2, 2)


@pytest.mark.parametrize("ratio", slow_but([2], [1, 2]))
@pytest.mark.parametrize("method", slow_but([2], [1, 2]))
def test_a_cell_has_the_color_of_its_value(open_page, whole, whole_page, method, ratio):
    page = open_page(whole_page, device_scale_factor=ratio)
    _, target, _ = shown(page)
    page.get_by_role("combobox", name="method").select_option(index=method)
    ready(page, 0, target, method)
    picture = page.evaluate(SNAPSHOT)
    values = whole.attribution(whole.methods[method], 0, target)
    assert picture["limit"] == pytest.approx(np.abs(values).max(), rel=1e-4)
    samples = np.arange(60)  # also where the explained layer sees nothing: these maps were not made there
    for channel, row in enumerate(picture["rows"]):
        # Just within the row's upper border, where the line does not come: it keeps a margin.
        colors = page.evaluate(READ_COLORS, [[picture["centers"][sample], row["top"] + 1.6] for sample in samples])
        off = np.abs(np.array(colors)[:, :3] - table_colors(picture, values[samples, channel])).max(axis=1)
        assert np.quantile(off, 0.8) <= 2


def test_the_strip_has_the_color_of_its_value_at_its_time(open_page, whole, whole_page):
    page = open_page(whole_page)
    instance, target, method = shown(page)
    picture = page.evaluate(SNAPSHOT)
    values = whole.attribution(whole.methods[method], instance, target)[:, 0]
    middle = picture["strip"]["top"] + picture["strip"]["height"] / 2
    samples = np.arange(5, 48)  # between the first and the last center
    colors = page.evaluate(READ_COLORS, [[picture["centers"][sample], middle] for sample in samples])
    np.testing.assert_allclose(np.array(colors)[:, :3], table_colors(picture, values[samples]), atol=2)


def test_samples_that_are_not_seen_are_hatched_and_explained(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    picture = page.evaluate(SNAPSHOT)
    strip = picture["strip"]
    colors = page.evaluate(READ_COLORS, [[picture["centers"][59], strip["top"] + 2 + row] for row in range(14)])
    assert len({tuple(color) for color in colors}) == 2
    assert "not seen by the explained layer" in page.locator(".cam1d-legend").inner_text()


def hatched(page, picture, sample):
    """Whether the one row is hatched at a sample: lines of one color on paper, where a map's cell has one color."""
    top = picture["rows"][0]["top"]
    colors = page.evaluate(READ_COLORS, [[picture["centers"][sample], top + 2 + row] for row in range(14)])
    return {tuple(color[:3]) for color in colors} >= {(255, 255, 255), (99, 102, 110)}


def test_a_series_of_one_channel_is_marked_in_its_row_as_its_map_was_made(open_page, tmp_path):
    placed = {"Grad-CAM": True, "Gradient × Input": False, "Saliency": False}
    whole = explanation(channels=1, placed=placed)
    page = open_page(save_html(whole, tmp_path / "one.html", progress=False))
    legend = page.locator(".cam1d-legend")
    instance, target, _ = shown(page)
    picture = page.evaluate(SNAPSHOT)
    assert (picture["strip"], len(picture["rows"])) == (None, 1)
    assert hatched(page, picture, 59)
    assert "not seen by the explained layer" in legend.inner_text()
    assert "extrapolated" in legend.inner_text()
    choose_method(page, "Saliency")
    ready(page, instance, target, 2)
    picture = page.evaluate(SNAPSHOT)
    assert picture["strip"] is None
    assert not hatched(page, picture, 59)
    assert "not seen" not in legend.inner_text()
    assert "extrapolated" not in legend.inner_text()
    assert page.errors == []


def test_the_words_tell_class_probability_exactness_and_gap(open_page, whole, whole_page):
    page = open_page(whole_page)
    instance, target, _ = shown(page)
    page.get_by_role("combobox", name="method").select_option(index=1)
    ready(page, instance, target, 1)
    summary = page.locator(".cam1d-summary").inner_text()
    name, share = whole.class_names[target], 100 * whole.probabilities[0, target]
    assert "Instance 1 of 4 (index 0)" in summary
    assert f"{name} ({share:.1f} %)" in summary
    assert ("✓ right" if whole.y[0] == whole.probabilities[0].argmax() else "✗ wrong") in summary
    legend = page.locator(".cam1d-legend").inner_text()
    assert "color: ± max of this map" in legend
    assert "approximate: the values should add up to the score, but do not · gap: 25.0 % of it" in legend


def test_the_picture_is_described_for_screen_readers(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    label = page.locator("canvas[role=img]").get_attribute("aria-label")
    assert label.startswith("Grad-CAM for class ")
    move(page, "method", "End")
    page.wait_for_function(
        "document.querySelector('.bqplot canvas').getAttribute('aria-label').startsWith('Saliency for class ')"
    )


def test_a_page_of_a_few_covers_exactly_those(open_page, whole, tmp_path):
    path = save_html(whole, tmp_path / "few.html", instances=[3, 1], targets=[2], methods=["Saliency"], progress=False)
    page = open_page(path)
    ready(page, 0, 0, 0)
    assert "Instance 1 of 2 on this page (index 3)" in page.locator(".cam1d-summary").inner_text()
    move(page, "instance", "End")
    ready(page, 1, 0, 0)
    assert "(index 1)" in page.locator(".cam1d-summary").inner_text()
    assert page.evaluate(SNAPSHOT)["limit"] == pytest.approx(
        np.abs(whole.attribution("Saliency", 1, 2)).max(), rel=1e-4
    )
    assert page.errors == []


def test_names_are_text_and_never_markup(open_page, tmp_path):
    whole = explanation(class_names=[EVIL, "b", "c"], channel_names=[EVIL] * 3, channel_units=[EVIL] * 3)
    page = open_page(save_html(whole, tmp_path / "evil.html", title=EVIL, progress=False))
    shown(page)
    move(page, "class", "Home")
    ready(page, 0, 0, 0)
    picture = page.evaluate(SNAPSHOT)
    corner = page.locator(".bqplot.figure").bounding_box()
    row = picture["rows"][0]
    page.mouse.move(corner["x"] + picture["centers"][20], corner["y"] + row["top"] + row["height"] / 2)
    assert EVIL in page.locator(".cam1d-readout").inner_text()
    assert EVIL in page.locator(".cam1d-summary").inner_text()
    assert EVIL in page.locator("h1").inner_text()
    assert page.locator("img").count() == 0
    assert page.errors == []


def test_the_readout_tells_time_value_and_attribution(open_page, whole, whole_page):
    page = open_page(whole_page)
    instance, target, method = shown(page)
    picture = page.evaluate(SNAPSHOT)
    corner = page.locator(".bqplot.figure").bounding_box()
    row = picture["rows"][1]
    page.mouse.move(corner["x"] + picture["centers"][30], corner["y"] + row["top"] + row["height"] / 2)
    readout = page.locator(".cam1d-readout")
    assert readout.locator(".cam1d-time").inner_text() == "1.20 s (sample 30) · Grad-CAM"
    value = whole.attribution(whole.methods[method], instance, target)[30, 0]
    # The channel under the pointer comes first.
    for channel, line in zip([1, 0, 2], readout.locator("tr").all(), strict=True):
        name, measured, _, said = line.locator("td").all_inner_texts()
        assert name == whole.channel_names[channel]
        assert float(measured.replace("−", "-").removesuffix(" g")) == pytest.approx(whole.x[0, 30, channel], rel=0.01)
        assert float(said.replace("−", "-")) == pytest.approx(value, rel=0.01)
    assert readout.locator(".cam1d-pointed td").first.inner_text() == whole.channel_names[1]


def test_a_bracket_shows_what_the_step_under_the_pointer_sees(open_page, whole, whole_page):
    page = open_page(whole_page)
    shown(page)
    picture = page.evaluate(SNAPSHOT)
    corner = page.locator(".bqplot.figure").bounding_box()
    page.mouse.move(corner["x"] + picture["centers"][30], corner["y"] + picture["rows"][1]["top"] + 20)
    field = whole.receptive_field
    start, stop, _ = field[np.abs(field[:, 2] - 30).argmin()]
    bracket = page.locator(".cam1d-bracket")
    left, right = [float(n) for n in re.match(r"M([\d.]+) .*H([\d.]+)v", bracket.get_attribute("d")).groups()]
    edges = np.interp([start - 0.5, stop - 0.5], np.arange(60), picture["centers"]) - picture["plot"]["left"]
    assert [left, right] == pytest.approx(edges, abs=0.01)
    choose_method(page, "Saliency")
    ready(page, 0, shown(page)[1], 2)
    assert bracket.get_attribute("d") == ""


def test_another_instance_takes_the_class_that_was_explained_there(open_page, tmp_path):
    whole = with_predicted_only(explanation(instances=12))
    page = open_page(save_html(whole, tmp_path / "predicted.html", progress=False))
    for instance in range(1, 12):
        move(page, "instance", "ArrowRight")
        ready(page, instance, whole.targets[instance, 0], 0)


def test_a_picture_that_is_not_there_is_grey_and_says_why(open_page, tmp_path):
    whole = with_predicted_only(explanation(instances=2))
    page = open_page(save_html(whole, tmp_path / "predicted.html", progress=False))
    _, target, _ = shown(page)
    page.get_by_role("combobox", name="class").select_option(value=str((target + 1) % 3))
    page.wait_for_selector('.bqplot.figure[data-state="missing"]')
    assert page.locator(".bqplot.figure").get_attribute("data-ready") is None
    picture = page.evaluate(SNAPSHOT)
    assert picture["message"] == "This class was not explained for this instance."
    strip = picture["strip"]
    colors = np.array(page.evaluate(READ_COLORS, [[x, strip["top"] + 10] for x in picture["centers"]]))[:, :3]
    assert (colors.max(axis=1) - colors.min(axis=1)).max() <= 6
    page.get_by_role("combobox", name="class").select_option(value=str(target))
    ready(page, 0, target, 0)


def test_the_time_axis_can_be_zoomed_and_put_back(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    before = page.evaluate(SNAPSHOT)["centers"]
    corner = page.locator(".bqplot.figure").bounding_box()
    page.mouse.move(corner["x"] + 500, corner["y"] + 200)
    page.mouse.wheel(0, -300)  # scrolls the page, and does not zoom
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    step = before[1] - before[0]
    page.wait_for_function(f"{SNAPSHOT}.centers[1] - {SNAPSHOT}.centers[0] > {1.05 * step}")
    after = page.evaluate(SNAPSHOT)["centers"]
    assert (after[1] - after[0]) / step == pytest.approx(np.exp(0.1), rel=0.01)
    page.mouse.dblclick(corner["x"] + 500, corner["y"] + 200)
    page.wait_for_function(f"Math.abs({SNAPSHOT}.centers[0] - {before[0]}) < 0.5")


def test_a_dark_theme_takes_the_dark_table(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.wait_for_function(f"{SNAPSHOT}.table == 'signed_dark'")


@pytest.mark.slow
def test_a_page_is_dark_where_the_system_is_but_printed_on_white(open_page, whole_page):
    page = open_page(whole_page, color_scheme="dark")
    shown(page)
    page.wait_for_function(f"{SNAPSHOT}.table == 'signed_dark'")
    luminance = "Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number))"
    assert page.evaluate(luminance) < 40
    assert violations(page) == []
    # Frames are not drawn while a page is printed: the plot must be light as soon as the page is.
    page.evaluate(
        f"""matchMedia("print").addEventListener("change", () => queueMicrotask(() => {{
          window.printed = {SNAPSHOT}.table;
        }}))"""
    )
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_function("window.printed")
    assert page.evaluate("window.printed") == "signed"
    assert page.evaluate(luminance) == 255
    page.emulate_media(media="screen", color_scheme="light")
    page.wait_for_function(f"document.body.dataset.jpThemeLight == 'true' && {SNAPSHOT}.table == 'signed'")
    page.emulate_media(media="null", color_scheme="dark")


def test_a_page_follows_its_window(open_page, whole_page):
    page = open_page(whole_page)
    shown(page)
    width = page.evaluate(SNAPSHOT)["plot"]["width"]
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function(f"{SNAPSHOT}.plot.width < {width - 80}")
    canvas = page.locator(".bqplot canvas").first.bounding_box()
    figure = page.locator(".bqplot.figure").bounding_box()
    assert canvas["width"] == pytest.approx(figure["width"], abs=1)
