"""Everything by keyboard, and what axe-core finds, in a real Chromium."""

import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from ..support.selection import slow_but
from .page import MARK, READ_COLORS, SNAPSHOT, choose_method, darken, ready, shown, violations

pytestmark = pytest.mark.browser

OPTIONS = f"{MARK}.model.optionsModel.current"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return save_html(explanation(), tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    page.locator(".bqplot.figure").focus()
    return page


def crosshair(page):
    return page.locator(".cam1d-crosshair").evaluate("(line) => getComputedStyle(line).display")


def read_out(page):
    return page.locator(".cam1d-announced").inner_text()


def test_arrows_move_the_crosshair_and_its_values_are_read_out(page):
    page.keyboard.press("Home")
    assert read_out(page).startswith("0.00 s (sample 0); ax ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert read_out(page).startswith("0.28 s (sample 7)")
    page.keyboard.press("End")
    assert read_out(page).startswith("2.36 s (sample 59); not seen by the explained layer")
    assert crosshair(page) == "inline"
    page.keyboard.press("Escape")
    assert crosshair(page) == "none"


def test_the_series_is_zoomed_by_keys_and_the_crosshair_stays_on_show(page):
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("z")
    picture = page.evaluate(SNAPSHOT)
    left, width = picture["plot"]["left"], picture["plot"]["width"]
    assert picture["centers"][1] - picture["centers"][0] == pytest.approx(1.5**3 * width / 60, rel=0.01)
    assert picture["centers"][0] == pytest.approx(left + width / 120, abs=1)  # where the crosshair was
    page.keyboard.press("End")
    assert read_out(page).startswith("2.36 s (sample 59)")
    picture = page.evaluate(SNAPSHOT)
    assert left < picture["centers"][59] < left + width
    page.keyboard.press("ArrowLeft")
    assert read_out(page).startswith("2.32 s (sample 58)")
    # Above the rows, a frame on the whole series shows which part is displayed: the last three tenths.
    row = picture["overview"]
    middle = row["top"] + row["height"] / 2
    edges = page.evaluate(READ_COLORS, [[left + share * width, middle] for share in (1 - 1.5**-3, 0.9)])
    assert [max(color[:3]) < 100 for color in edges] == [True, False]
    page.keyboard.press("0")
    centers = page.evaluate(SNAPSHOT)["centers"]
    assert centers[1] - centers[0] == pytest.approx(width / 60, rel=0.01)


def test_pages_turn_instances_arrows_classes_and_letters_the_rest(page):
    page.keyboard.press("PageDown")
    _, target, _ = shown(page)
    ready(page, 1, target, 0)
    page.keyboard.press("ArrowDown" if target < 2 else "ArrowUp")
    ready(page, 1, target + 1 if target < 2 else target - 1, 0)
    page.keyboard.press("m")
    page.wait_for_selector('.bqplot.figure[data-ready$="/1"]')
    for key in ("o", "s", "a", "+", "+", "-"):
        page.keyboard.press(key)
    options = page.evaluate(OPTIONS)
    assert (options["overlay"], options["order"], options["style"]) == (True, "share", "strip")
    assert options["gain"] == pytest.approx(1.25, rel=0.01)
    page.keyboard.press("0")
    assert page.evaluate(OPTIONS)["gain"] == 1


def test_keys_of_the_page_stay_the_pages(page):
    page.evaluate("window.seen = []; addEventListener('keydown', (event) => seen.push(event.key))")
    for key in ("Control+s", "d", "PageDown"):
        page.keyboard.press(key)
    assert page.evaluate("seen") == ["Control", "s"]


# JupyterLab may look at the focused element alone.
SUPPRESSED = "() => document.activeElement.hasAttribute('data-lm-suppress-shortcuts')"


@pytest.mark.parametrize(
    "place", slow_but(["figure", "menu", "index"], ["figure", "slider", "menu", "button", "class", "index"])
)
def test_letters_and_digits_stay_in_the_viewer_wherever_the_focus_is(page, place):
    page.get_by_role("button", name="View: ").focus()
    {
        "figure": page.locator(".bqplot.figure"),
        "slider": page.get_by_role("slider", name="class", exact=True),
        "menu": page.get_by_role("combobox", name="method"),
        "button": page.get_by_role("button", name="View: "),
        "class": page.get_by_role("radio").first,
        "index": page.get_by_role("spinbutton", name="instance"),
    }[place].focus()
    # JupyterLab listens at the document, before the viewer.
    listen = f"document.addEventListener('keydown', ({{ key }}) => seen.push([key, ({SUPPRESSED})()]), true)"
    page.evaluate(f"window.seen = []; {listen}")
    before = page.evaluate(OPTIONS)["style"]
    keys = ["a", "d", "x", "0", "Shift+M"]
    for key in (*keys, "Control+c", "Shift+Enter"):
        page.keyboard.press(key)
    seen = dict(page.evaluate("seen"))
    assert {key: seen[key] for key in ("a", "d", "x", "0", "M", "c", "Enter")} == {
        "a": True, "d": True, "x": True, "0": True, "M": True, "c": False, "Enter": False
    }  # fmt: skip
    # The viewer's own keys work, but for those of a text field.
    assert (page.evaluate(OPTIONS)["style"] != before) == (place != "index")


def test_the_plot_takes_the_focus_by_wheel_and_click_and_shows_it(page):
    for gesture in ("wheel", "click"):
        page.get_by_role("button", name="View: ").focus()
        box = page.locator(".bqplot.figure").bounding_box()
        page.mouse.move(box["x"] + 300, box["y"] + 200)
        if gesture == "wheel":
            page.keyboard.down("Control")
            page.mouse.wheel(0, -100)
            page.keyboard.up("Control")
        else:
            page.mouse.down()
            page.mouse.up()
        page.wait_for_function("document.activeElement.matches('.bqplot.figure')")
        outline = page.locator(".bqplot.figure").evaluate("(figure) => getComputedStyle(figure).outlineStyle")
        assert outline == "solid"


def test_what_has_the_focus_has_a_ring(page):
    page.get_by_role("spinbutton", name="instance").focus()
    page.keyboard.press("Shift+Tab")
    for _ in range(8):
        ring = page.evaluate("""() => {
          const focused = document.activeElement.closest("label") ?? document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(focused);
          return [focused.outerHTML.slice(0, 90), outlineStyle, outlineWidth];
        }""")
        assert ring[1:] == ["solid", "2px"], ring[0]
        page.keyboard.press("Tab")


def test_a_question_mark_unfolds_the_keys(page):
    page.keyboard.press("?")
    assert "previous or next instance" in page.locator(".cam1d-panel").inner_text()
    page.keyboard.press("?")
    assert not page.locator(".cam1d-panel").is_visible()


def test_the_table_of_numbers_follows_the_picture(page):
    page.get_by_role("button", name="Numbers: ").click()
    table = page.get_by_role("table")
    assert table.get_by_role("row").count() == 5
    choose_method(page, "Saliency")
    page.wait_for_function("document.querySelector('.cam1d-numbers caption').textContent.startsWith('Saliency')")
    assert table.get_by_role("row").count() == 4
    assert " %" in table.get_by_role("row").nth(1).inner_text()


@pytest.mark.parametrize("dark", slow_but([True], [False, True]))
def test_axe_finds_nothing_serious(page, dark):
    if dark:
        darken(page)
    for panel in (None, "View", "Find", "Numbers", "Save", "Help"):
        if panel:
            page.get_by_role("button", name=f"{panel}: ").click()
        assert [one for one in violations(page) if one[1] in ("serious", "critical")] == [], panel


def test_the_summary_in_words_follows_the_picture(page):
    before = page.locator("canvas[role=img]").get_attribute("aria-label")
    page.keyboard.press("PageDown")
    page.wait_for_function(
        "before => document.querySelector('canvas[role=img]').getAttribute('aria-label') !== before", arg=before
    )
    assert page.evaluate(SNAPSHOT)["status"] == "ready"
