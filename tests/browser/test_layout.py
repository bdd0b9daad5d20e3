"""Where things are: panels, controls and rows, at several widths, in a real Chromium with no kernel."""

import numpy as np
import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from ..support.selection import slow_but
from .page import MARK, SNAPSHOT, choose_method, drawn, laid_out, ready, saved, shown

pytestmark = pytest.mark.browser

NAMES = [f"C{channel}" for channel in range(64)]
LEADS = "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6".split()
MIDDLES = ["left", "right", "lower"]
ALIKE = [f"acceleration of the {middle} sensor along the first axis" for middle in MIDDLES]
LONG = ["acceleration of the ankle along the first axis", "a1", "a2"]
OPTIONS = f"{MARK}.model.optionsModel"
# Pages of save_html have a heading and margins, which a notebook has not.
BARE = "() => { document.querySelector('h1').remove(); document.body.style = 'max-width: none; padding: 0'; }"


@pytest.fixture(scope="module")
def whole():
    families = {"Grad-CAM": "class activation map", "Gradient × Input": "gradient", "Saliency": "gradient"}
    return explanation(families=families, channel_names=LONG)


@pytest.fixture(scope="module")
def paths(whole, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    # One method, whose maps have channels: their shares order the rows.
    maps = {"Saliency": np.abs(np.random.default_rng(3).normal(size=(2, 2, 60, 64)))}
    many = explanation(
        instances=2,
        channels=64,
        classes=2,
        channel_names=NAMES,
        channel_units=["µV"] * 64,
        attributions=maps,
        exactness={},
        completeness={},
    )
    named = explanation(class_names=["rest", "a slow walk along the corridor to the stairs", "a run in the park"])
    alike = explanation(class_names=ALIKE, channel_names=ALIKE)
    return {
        "alike": save_html(alike, folder / "alike.html", progress=False),
        "three": save_html(whole, folder / "three.html", progress=False),
        "names": save_html(named, folder / "names.html", progress=False),
        "many": save_html(many, folder / "many.html", progress=False),
    }


@pytest.fixture
def open_at(open_page, paths):
    def open_at(name, width, height=800):
        page = open_page(paths[name], viewport={"width": width, "height": height})
        page.evaluate(BARE)
        shown(page)
        laid_out(page)
        return page

    return open_at


def members(page):
    """Channels of each row, once what has changed so far is drawn."""
    drawn(page)
    return page.evaluate(SNAPSHOT)["members"]


def box(page, selector):
    """Place of an element in the page, however far that is scrolled."""
    place = page.locator(selector).first.bounding_box()
    return {**place, "y": place["y"] + page.evaluate("scrollY")}


CURRENT_ENTRY = """(menu) => {
  const pen = document.createElement("canvas").getContext("2d"), text = menu.selectedOptions[0].text;
  pen.font = getComputedStyle(menu).font;
  return [text, pen.measureText(text).width, menu.clientWidth, menu.title];
}"""


@pytest.mark.few(1)
@pytest.mark.parametrize("width", [1280, 600])
def test_a_long_name_in_a_menu_is_shortened_in_its_middle(open_at, width):
    page = open_at("names", width)
    page.locator(".cam1d-class-menu select").select_option("1")
    drawn(page)
    text, needed, room, title = page.locator(".cam1d-class-menu select").evaluate(CURRENT_ENTRY)
    assert title.startswith("a slow walk along the corridor to the stairs · ")
    assert text.startswith("a")
    assert "…" in text
    assert text.endswith(" %")
    assert needed < room


def test_a_plot_that_is_wider_than_the_viewer_scrolls(open_at):
    page = open_at("three", 250)
    pictures = page.locator(".cam1d-pictures")
    hidden = pictures.evaluate("(one) => one.scrollWidth - one.clientWidth")
    assert hidden > 40
    assert pictures.evaluate("(one) => { one.scrollLeft = 1000; return one.scrollLeft; }") == hidden


def test_two_classes_leave_no_column_empty(open_at):
    page = open_at("many", 1280)
    figure, scores = box(page, ".bqplot.figure"), box(page, ".cam1d-scores")
    assert figure["width"] > 1200
    assert scores["y"] > figure["y"] + figure["height"]
    assert scores["height"] < 80


@pytest.mark.parametrize("width", slow_but([600], [1280, 1000, 600]))
def test_no_panel_moves_the_plot(open_at, width):
    page = open_at("three", width)
    before = box(page, ".bqplot.figure")
    for name in ("View", "Find", "Save", "Help", "Numbers"):
        page.get_by_role("button", name=f"{name}: ").click()
        laid_out(page)
        assert box(page, ".bqplot.figure") == before, name
        panel = box(page, ".cam1d-panel")
        if name == "Numbers" or width < 700:
            assert panel["y"] >= before["y"] + before["height"]
        elif width >= 1000:
            assert panel["x"] >= before["x"] + before["width"]
        assert panel["x"] + panel["width"] <= width
    page.get_by_role("button", name="close the panel").click()
    assert page.locator(".cam1d-panel").is_hidden()
    assert page.get_by_role("button", name="Numbers: ").evaluate("(button) => button === document.activeElement")


def test_what_a_panel_reports_is_seen_in_a_low_panel_too(open_at):
    page = open_at("three", 800)
    page.get_by_role("button", name="Save: ").click()
    page.locator(".cam1d-panel [role=status]").evaluate(
        "(status) => { status.textContent = 'Written: path '.repeat(40); }"
    )
    page.locator(".cam1d-panel").evaluate("(panel) => { panel.style.maxHeight = '250px'; }")
    panel, status = box(page, ".cam1d-panel"), box(page, ".cam1d-panel [role=status]")
    assert panel["y"] < status["y"]
    assert status["y"] + status["height"] <= panel["y"] + panel["height"]


def test_class_scores_are_next_to_the_plot_and_below_it_while_a_panel_is_open(open_at):
    page = open_at("three", 1280)
    plot = box(page, ".bqplot.figure")
    assert box(page, ".cam1d-scores")["x"] >= plot["x"] + plot["width"]
    page.get_by_role("button", name="View: ").click()
    laid_out(page)
    assert box(page, ".cam1d-scores")["y"] >= plot["y"] + plot["height"]
    assert page.locator(".cam1d-scores label").first.is_visible()


@pytest.mark.slow
def test_the_plot_does_not_move_from_instance_to_instance(open_at):
    page = open_at("names", 600)
    height = []
    for instance in range(4):
        page.evaluate(f"{MARK}.model.choose({{ instance: {instance} }})")
        laid_out(page)
        height.append(box(page, ".bqplot.figure")["y"])
    page.evaluate(f"{MARK}.model.choose({{ instance: 0 }})")
    laid_out(page)
    assert sorted(height) == height, "a longer summary moves it once"
    assert box(page, ".bqplot.figure")["y"] == height[-1]


@pytest.mark.parametrize(("width", "rows"), [(1280, 1), (600, 2)])
def test_the_three_sliders_are_in_one_row_or_in_two(open_at, width, rows):
    page = open_at("three", width)
    tops = [
        page.get_by_role("slider", name=name, exact=True).bounding_box()["y"]
        for name in ("instance", "class", "method")
    ]
    assert len({round(top / 12) for top in tops}) == rows
    assert box(page, ".cam1d-controls")["height"] <= 40 * rows
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_64_channels_fit_a_small_screen_with_their_axis_and_page_through(open_at):
    page = open_at("many", 1280)
    picture = page.evaluate(SNAPSHOT)
    axis = box(page, ".bqplot.figure")["y"] + picture["plot"]["top"] + picture["plot"]["height"] + 20
    assert axis < 700, "what a notebook leaves of 800 pixels"
    assert [channel for [channel] in picture["members"]] == list(range(24))
    page.get_by_role("button", name="next channels").click()
    assert members(page)[0] == [24]
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("n")
    assert [channel for [channel] in members(page)] == list(range(40, 64))
    assert "channels 41–64 of 64" in page.locator(".cam1d-pager").inner_text()
    page.keyboard.press("N")
    # Of two classes nothing is next to the plot until a panel is, which narrows it.
    page.get_by_role("button", name="View: ").click()
    laid_out(page)
    beside_panel = page.evaluate(SNAPSHOT)["plot"]
    assert beside_panel == {**picture["plot"], "width": beside_panel["width"]}
    page.get_by_label("rows at once").select_option(label="all")
    laid_out(page)
    assert len(members(page)) == 64
    assert page.evaluate(SNAPSHOT)["plot"] == beside_panel


def test_an_overlay_of_many_channels_shows_eight_and_pages(open_at):
    page = open_at("many", 1280)
    page.evaluate(f"{OPTIONS}.change({{ overlay: true, order: 'share' }})")
    laid_out(page)
    [first] = members(page)
    page.get_by_role("button", name="next channels").click()
    [second] = members(page)
    assert len(first) == len(second) == 8
    assert not set(first) & set(second)


def test_a_label_hides_its_channel_or_all_others_and_tells_its_name(open_at):
    page = open_at("three", 1280)
    picture = page.evaluate(SNAPSHOT)
    at = lambda place: {"x": 40, "y": picture["rows"][place]["top"] + 20}  # noqa: E731
    figure = page.locator(".bqplot.figure")
    figure.hover(position=at(0))
    assert figure.get_attribute("title").startswith(f"{LONG[0]} g: click to hide it")
    before = box(page, ".bqplot.figure")
    figure.click(position=at(1))
    assert members(page) == [[0], [2]]
    assert box(page, ".bqplot.figure") == before
    page.get_by_role("button", name="Show all channels").click()
    figure.click(position=at(2), modifiers=["Alt"])
    assert members(page) == [[2]]
    figure.click(position={"x": 40, "y": picture["rows"][1]["top"]}, modifiers=["Alt"])
    assert members(page) == [[0], [1], [2]]


def test_all_none_or_the_channels_of_largest_share_are_chosen_at_once(open_at):
    page = open_at("many", 1280)
    page.get_by_role("button", name="View: ").click()
    page.get_by_role("button", name="None of the channels").click()
    assert members(page) == []
    page.get_by_label("C7", exact=True).check()
    assert members(page) == [[7]]
    page.get_by_label("top by share").fill("10")
    page.get_by_label("top by share").press("Enter")
    shares = page.evaluate(f"{MARK}.model.picture.shares")
    assert members(page) == [[channel] for channel in sorted(np.argsort(shares)[-10:].tolist())]
    page.get_by_role("button", name="All channels are shown").click()
    assert len(members(page)) == 24


def test_bars_of_the_scores_are_sorted_and_choose_the_class(open_at, whole):
    page = open_at("three", 1280)
    bars = page.locator(".cam1d-scores label")
    order = np.argsort(-whole.probabilities[0])
    assert bars.locator(".cam1d-name").all_inner_texts() == [whole.class_names[target] for target in order]
    bars.nth(1).click()
    ready(page, 0, order[1], 0)
    assert (
        page.get_by_role("slider", name="class", exact=True)
        .get_attribute("aria-valuetext")
        .startswith(whole.class_names[order[1]])
    )
    # One stop for Tab; arrows go on.
    page.keyboard.press("ArrowDown")
    ready(page, 0, order[2], 0)
    assert page.evaluate("document.activeElement.type") == "radio"


def test_menus_have_the_order_of_the_sliders_families_and_full_names(open_at, whole):
    page = open_at("three", 1280)
    menu = page.get_by_role("combobox", name="method")
    labels = ["Grad-CAM · approximate", "Gradient × Input · complete", "Saliency · approximate"]
    assert menu.locator("option").all_text_contents() == labels
    groups = menu.locator("optgroup").evaluate_all("(all) => all.map(({ label }) => label)")
    assert groups == ["class activation map", "gradient"]
    choose_method(page, "Saliency")
    ready(page, *shown(page)[:2], 2)
    assert menu.get_attribute("title") == labels[2]
    always = page.get_by_role("combobox", name="class").locator("optgroup[label=always] option")
    classes = always.all_text_contents()
    assert [text.split(" · ")[0] for text in classes] == list(whole.class_names)


def test_what_is_hidden_is_told_once_and_selects_and_swatches_are_aligned(open_at):
    page = open_at("three", 1280)
    figure = page.locator(".bqplot.figure")
    figure.click(position={"x": 40, "y": page.evaluate(SNAPSHOT)["rows"][1]["top"] + 20})
    drawn(page)
    assert "hidden" not in page.locator(".cam1d-legend").inner_text()
    assert page.get_by_role("button", name="Show all channels").inner_text() == "Show all 3 channels"
    page.locator(".cam1d-method").wait_for()
    choose_method(page, "Gradient × Input")
    laid_out(page)
    picture = page.evaluate(SNAPSHOT)
    figure.hover(position={"x": picture["centers"][20], "y": picture["rows"][0]["top"] + 5})
    swatches = page.locator(".cam1d-readout .cam1d-swatch")
    assert swatches.count() == 2
    assert len({swatch.bounding_box()["x"] for swatch in swatches.all()}) == 1
    page.get_by_role("button", name="Find: ").click()
    selects = page.locator(".cam1d-panel select")
    assert selects.count() == 3
    assert len({select.bounding_box()["x"] for select in selects.all()}) == 1


def test_the_readout_keeps_away_from_the_crosshair_and_begins_with_the_channel_under_the_pointer(open_at):
    page = open_at("many", 1280)
    picture = page.evaluate(SNAPSHOT)
    for sample in (2, 30, 58):
        x, row = picture["centers"][sample], picture["rows"][20]
        page.locator(".bqplot.figure").hover(position={"x": x, "y": row["top"] + 5})
        tip, figure = box(page, ".cam1d-readout"), box(page, ".bqplot.figure")
        crosshair = figure["x"] + x
        assert tip["x"] >= crosshair + 40 or tip["x"] + tip["width"] <= crosshair - 40
        lines = page.locator(".cam1d-readout tr")
        assert lines.count() == 8
        assert lines.first.locator("td").first.inner_text() == NAMES[20]
        assert lines.first.get_attribute("class") == "cam1d-pointed"


def test_the_twelve_leads_have_their_names_and_units_in_full(open_page, tmp_path):
    shape = {"instances": 1, "channels": 12, "classes": 1}
    leads = explanation(**shape, channel_names=LEADS, channel_units=["mV"] * 12)
    page = open_page(save_html(leads, tmp_path / "page.html", progress=False), viewport={"width": 1280, "height": 800})
    shown(page)
    svg = saved(page, "SVG").decode()
    assert [f">{name}</text>" in svg for name in LEADS] == [True] * 12
    assert svg.count(">mV</text>") == 12


@pytest.mark.parametrize("width", slow_but([1020], [1280, 1020, 600]))
def test_the_chip_of_a_filter_leaves_room_for_the_slider(open_at, width):
    page = open_at("three", width)
    page.get_by_role("button", name="Find: ").click()
    page.get_by_role("combobox", name="prediction").select_option("wrong")
    page.locator(".cam1d-chip button").wait_for()
    assert box(page, ".cam1d-control .noUi-base")["width"] > 90
    page.get_by_label("to (%)", exact=True).fill("99")
    page.get_by_label("to (%)", exact=True).press("Enter")
    page.get_by_role("combobox", name="predicted").select_option(index=1)
    page.get_by_role("button", name="remove the filter wrong, predicted rest, confidence 0–99 %: ").wait_for()
    assert box(page, ".cam1d-control .noUi-base")["width"] > 90
    chip, classes = box(page, ".cam1d-chip button"), page.locator(".cam1d-control").nth(1).bounding_box()
    assert chip["x"] + chip["width"] <= (classes["x"] if width > 999 else width)


@pytest.mark.parametrize("width", slow_but([600], [1280, 600]))
def test_a_narrow_class_menu_shows_that_the_class_follows(open_at, width):
    page = open_at("names", width)
    page.get_by_role("button", name="Find: ").click()
    page.get_by_role("combobox", name="prediction").select_option("wrong")
    page.locator(".cam1d-chip button").wait_for()
    for kind, first in (("predicted", "pred"), ("true", "true: "), ("runner-up", ("runner-up: ", "2nd: "))):
        page.locator(".cam1d-class-menu select").select_option(kind)
        drawn(page)
        text, needed, room, _ = page.locator(".cam1d-class-menu select").evaluate(CURRENT_ENTRY)
        assert text.startswith(first)
        assert needed < room


def test_no_control_has_null_as_its_tooltip(open_at):
    page = open_at("three", 1280)
    assert {"instance", "class", "method"} <= set(page.locator(".widget-label").all_inner_texts())
    assert page.locator("[title=null], [title=undefined]").count() == 0


@pytest.mark.slow
def test_names_that_differ_in_their_middle_are_told_apart_wherever_they_are_shortened(open_at):
    page = open_at("alike", 600)
    entries = page.locator(".cam1d-class-menu optgroup").last.locator("option").all_inner_texts()
    menu = page.locator(".cam1d-class-menu select")
    assert [part in text for part, text in zip(MIDDLES, entries, strict=True)] == [True] * 3
    menu.select_option("0")
    drawn(page)
    assert "…left…" in menu.evaluate(CURRENT_ENTRY)[0]
    menu.dispatch_event("pointerdown")
    assert menu.evaluate(CURRENT_ENTRY)[0] == entries[0], "the list of an open menu is as wide as its entries"
    menu.dispatch_event("focusout")
    page.get_by_role("button", name="View: ").click()
    boxes = page.locator(".cam1d-boxes label")
    for place, middle in enumerate(MIDDLES):
        assert f"…{middle}…" in boxes.nth(place).inner_text()
        assert page.get_by_role("checkbox", name=ALIKE[place], exact=True).is_checked()


def test_the_score_of_a_class_with_a_long_name_is_next_to_its_name(open_page, tmp_path):
    wide = [f"movement number {one} of the machine" for one in (45, 46, 47)]
    page = open_page(save_html(explanation(class_names=wide), tmp_path / "wide.html", progress=False))
    for place in range(len(wide)):  # in bold, if it is explained
        page.locator(".cam1d-scores label").nth(place).click()
        drawn(page)
        rows = [row.bounding_box()["height"] for row in page.locator(".cam1d-scores label").all()]
        assert max(rows) - min(rows) <= 1
