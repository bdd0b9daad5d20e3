"""Everything by keyboard, and what axe-core finds, in a real Chromium."""

import pytest

from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import MARK, READ_COLORS, SNAPSHOT, ready, shown, violations

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


def test_arrows_move_the_crosshair_and_its_values_are_told(page):
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
    # Above the rows, a frame on the whole series tells which part is on show: the last three tenths.
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
    assert page.evaluate("seen") == ["Control", "s", "d"]
    suppressed = "document.querySelector('.bqplot.figure').hasAttribute('data-lm-suppress-shortcuts')"
    assert page.evaluate(suppressed)
    page.keyboard.down("Control")
    assert not page.evaluate(suppressed)
    page.keyboard.up("Control")
    assert page.evaluate(suppressed)


def test_a_question_mark_unfolds_the_keys(page):
    page.keyboard.press("?")
    assert "previous or next instance" in page.locator(".cam1d-panel").inner_text()
    page.keyboard.press("?")
    assert not page.locator(".cam1d-panel").is_visible()


def test_the_table_of_numbers_follows_the_picture(page):
    page.get_by_role("button", name="Numbers: ").click()
    table = page.get_by_role("table")
    assert table.get_by_role("row").count() == 5
    page.locator("select").nth(1).select_option(label="Saliency")
    page.wait_for_function("document.querySelector('.cam1d-numbers caption').textContent.startsWith('Saliency')")
    assert table.get_by_role("row").count() == 4
    assert " %" in table.get_by_role("row").nth(1).inner_text()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(page, dark):
    if dark:
        page.evaluate("""() => {
          document.body.dataset.jpThemeLight = "false";
          document.body.style.background = "#111111";
          const colors = {
            "--jp-ui-font-color1": "#f2f2f4", "--jp-layout-color0": "#111111", "--jp-layout-color1": "#212121",
            "--jp-widgets-color": "#f2f2f4", "--jp-widgets-label-color": "#f2f2f4",
            "--jp-widgets-input-color": "#f2f2f4", "--jp-widgets-input-background-color": "#111111" };
          Object.entries(colors).forEach(([name, color]) => document.documentElement.style.setProperty(name, color));
          document.querySelector("h1").style.color = "#f2f2f4";
        }""")
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
