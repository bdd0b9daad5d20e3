"""Editing a series on a page that computes, in a real Chromium, opened from disk."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget

from ..support.planted import PLACE, planted_model, planted_series
from ..support.selection import slow_but
from .page import MARK, SNAPSHOT, brush, choose, choose_method, darken, drawn, laid_out, shown, violations

pytestmark = pytest.mark.browser

METHODS = ["HiResCAM", "Saliency", "Occlusion"]
EDITS = f"{MARK}.model.edits"
EDITED = f"Array.from({EDITS}.seriesOf({MARK}.model.choice.instance).values)"
# The map of the current picture.
MAP = f"Array.from({MARK}.model.picture.attribution.values)"
SCORES = f"""() => {{
  const {{ outputs, choice }} = {MARK}.model;
  return Array.from(outputs.scores.values.slice(3 * choice.instance, 3 * choice.instance + 3));
}}"""


@pytest.fixture(scope="module")
def widget():
    names = {"class_names": ["none", "in a", "in b"], "channel_names": ["a", "b", "c"]}
    return CAM1DWidget(planted_model(), planted_series(), [1, 2, 0, 1], methods=METHODS, sampling_rate=50, **names)


@pytest.fixture(scope="module")
def path(widget, tmp_path_factory):
    widget.method = "HiResCAM"
    return widget.save_html(tmp_path_factory.mktemp("page") / "page.html", model=True, progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    yield page
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith(("file:", "blob:", "data:"))] == []


def test_the_buttons_of_all_panels_are_one_row(open_page, path):
    page = open_page(path, viewport={"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.setProperty('--jp-ui-font-family', 'DejaVu Sans')")
    for name in ("Pin: ", "View: "):
        page.get_by_role("button", name=name).click()
        laid_out(page)
        tops = [button.bounding_box()["y"] for button in page.locator(".cam1d-buttons button:visible").all()]
        assert len(tops) == 9
        assert len(set(tops)) == 1, name


def press(page, name):
    page.get_by_role("button", name=name).click()
    drawn(page)


def open_panel(page, channel="a"):
    press(page, "Edit: ")
    page.get_by_role("combobox", name="channel", exact=True).select_option(label=channel)


def summary(page):
    return page.locator(".cam1d-summary").inner_text()


def test_without_its_event_the_series_is_of_another_class(page, widget):
    open_panel(page)
    brush(page, PLACE[0] - 4, PLACE[1] + 4)
    press(page, "replace by zero")
    series = planted_series()[0]
    series[PLACE[0] - 4 : PLACE[1] + 5, 0] = 0
    np.testing.assert_array_equal(np.reshape(page.evaluate(EDITED), series.shape), series)
    expected = widget.mark._scores_without.scores(0, series)
    np.testing.assert_allclose(page.evaluate(SCORES), expected.scores, rtol=1e-4, atol=1e-5)
    assert "edited" in summary(page)
    assert f"none ({100 * expected.probabilities[0]:.1f} %)" in summary(page)
    bars = page.locator(".cam1d-scores").inner_text()
    assert "before 95.4 %" in bars
    press(page, "show the original series")
    assert "in a (95.4 %)" in summary(page)
    assert "edited" not in summary(page)


@pytest.mark.few(1)
@pytest.mark.parametrize("label", METHODS)
def test_the_map_follows_an_event_into_another_channel(page, widget, label):
    choose_method(page, label)
    page.locator(f'.bqplot.figure[data-ready$="/{METHODS.index(label)}"]').wait_for()
    open_panel(page)
    brush(page, PLACE[0] - 4, PLACE[1] + 4)
    press(page, "exchange the two channels")
    page.locator(f'.bqplot.figure[data-ready="0/2/{METHODS.index(label)}"]').wait_for()
    assert "in b (95" in summary(page), "the class that is followed is the predicted one"
    series = planted_series()[0]
    window = slice(PLACE[0] - 4, PLACE[1] + 5)
    series[window, :2] = series[window, 1::-1]
    expected = widget.mark._scores_without.attribution(label, 0, 2, series).values
    there = np.reshape(page.evaluate(MAP), expected.shape)
    np.testing.assert_allclose(there, expected, rtol=0, atol=1e-3 * np.abs(expected).max())
    sample, channel = np.unravel_index(np.abs(there).argmax(), there.shape)
    assert PLACE[0] <= sample < PLACE[1]
    assert channel == (0 if label == "HiResCAM" else 1)


def test_while_its_map_is_computed_the_edited_series_has_none(page):
    choose_method(page, "Occlusion")
    page.locator('.bqplot.figure[data-ready$="/2"]').wait_for()
    open_panel(page)
    brush(page, PLACE[0] - 4, PLACE[1] + 4)
    button = page.get_by_role("button", name="replace by zero").element_handle()
    # A clock that passes a second at each look: the computation stops after its first part.
    waiting = page.evaluate(
        f"""(button) => {{
          const now = performance.now.bind(performance);
          let passed = now();
          performance.now = () => passed += 1000;
          button.click();
          performance.now = now;
          const {{ status, message, picture }} = {MARK}.model;
          return [status, message, picture.mapless];
        }}""",
        button,
    )
    status, message, mapless = waiting
    assert (status, mapless) == ("waiting", True)
    assert message.startswith("computing")
    page.wait_for_function(f"{MARK}.model.status === 'ready'")  # the figure says so from the next frame on
    assert not page.evaluate(f"{MARK}.model.picture.mapless")


def test_a_drag_within_the_window_moves_a_channel_and_the_scores_while_it_lasts(page):
    open_panel(page)
    brush(page, PLACE[0], PLACE[1] - 1)
    before, scores = np.reshape(page.evaluate(EDITED), (120, 3)), page.evaluate(SCORES)
    picture = page.evaluate(SNAPSHOT)
    corner = page.locator(".bqplot.figure").bounding_box()
    x = corner["x"] + picture["centers"][44]
    y = corner["y"] + picture["rows"][0]["top"] + picture["rows"][0]["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 20)
    drawn(page)
    meanwhile = page.evaluate(SCORES)
    assert meanwhile[1] < scores[1]
    page.mouse.move(x, y + 40)
    page.mouse.up()
    drawn(page)
    assert page.evaluate(SCORES)[1] < meanwhile[1]
    assert page.evaluate(SNAPSHOT)["centers"] == picture["centers"], "the plot is not panned"
    by = np.reshape(page.evaluate(EDITED), (120, 3)) - before
    assert np.ptp(by[slice(*PLACE), 0]) < 1e-6
    assert by[PLACE[0], 0] < -0.2
    by[slice(*PLACE), 0] = 0
    assert not by.any()
    assert page.get_by_text("1 edit").is_visible()
    press(page, "Undo: ")
    np.testing.assert_allclose(page.evaluate(SCORES), scores)


def test_edits_by_keyboard_are_undone_redone_and_kept_by_instance(page):
    figure = page.locator(".bqplot.figure")
    figure.focus()
    page.keyboard.press("Home")
    for key in ("Shift+ArrowRight", "[", "Shift+ArrowRight", "]"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Edit: ").press("Enter")
    for name in ("move up", "multiply", "shift to a later", "replace by a moving mean", "add noise"):
        page.get_by_role("button", name=name).press("Enter")
    drawn(page)
    assert page.get_by_text("5 edits").is_visible()
    whole = page.evaluate(EDITED)
    assert page.locator(".bqplot.figure[data-state=ready]").count() == 1
    page.get_by_role("button", name="Undo: ").press("Enter")
    drawn(page)
    less = page.evaluate(EDITED)
    assert less != whole
    page.get_by_role("button", name="Redo: ").press("Enter")
    drawn(page)
    assert page.evaluate(EDITED) == whole
    choose(page, "{ instance: 2 }")
    assert "edited" not in summary(page)
    assert page.get_by_text("0 edits").is_visible()
    choose(page, "{ instance: 0 }")
    assert "edited" in summary(page)
    assert page.evaluate(EDITED) == whole
    page.get_by_role("button", name="show the original").press("Enter")
    drawn(page)
    np.testing.assert_array_equal(np.reshape(page.evaluate(EDITED), (120, 3)), planted_series()[0])


def test_a_stretch_is_taken_from_another_instance(page):
    open_panel(page, "all")
    brush(page, 60, 90)
    page.get_by_label("from instance").fill("1")
    page.get_by_label("from instance").press("Enter")
    press(page, "replace by the same samples of that instance")
    series = planted_series()
    series[0, 60:91] = series[1, 60:91]
    np.testing.assert_array_equal(np.reshape(page.evaluate(EDITED), (120, 3)), series[0])


def test_the_original_is_pinned_next_to_the_edited_series(page):
    open_panel(page)
    press(page, "replace by zero")
    press(page, "Pin: ")
    page.locator('.cam1d-pinned[data-ready^="0/"]').wait_for()
    pinned = page.evaluate(f"Array.from({MARK}.model.pinned.picture.series.values)")
    np.testing.assert_array_equal(np.reshape(pinned, (120, 3)), planted_series()[0])
    said = page.locator(".cam1d-pinned canvas").get_attribute("aria-label")
    assert "in a (95.4 %)" in said
    assert "edited" not in said


def test_what_is_not_of_the_edited_series_says_so(page):
    open_panel(page)
    brush(page, 20, 30)
    press(page, "move up")
    assert "The series is edited" in page.locator(".cam1d-window").inner_text()
    press(page, "Checks: ")
    assert "not of the edited one" in page.locator(".cam1d-panel").inner_text()
    press(page, "Numbers: ")
    assert "index 0, edited" in page.locator(".cam1d-numbers caption").inner_text()
    page.keyboard.press("Escape")
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("c")
    press(page, "Edit: ")
    assert "not means" in page.locator(".cam1d-panel").inner_text()


@pytest.mark.parametrize("dark", slow_but([True], [False, True]))
def test_axe_finds_nothing_serious_in_the_panel(page, dark):
    if dark:
        darken(page)
    open_panel(page)
    press(page, "move up")
    press(page, "Use these numbers")
    page.evaluate(f"{MARK}.model.link.say('The link was copied.')")
    assert page.get_by_role("alert").inner_text() != ""
    assert [one for one in violations(page) if one[1] in ("serious", "critical")] == []


def test_pasted_numbers_and_a_file_replace_the_series_or_say_what_is_wrong(page, tmp_path):
    open_panel(page, "all")
    field, said = page.get_by_label("numbers: a row"), page.get_by_role("alert")
    for text, words in (
        ("1 2 3\n4 5 6", "must have 120 rows of 3 numbers, one row for each sample, but has 2 rows."),
        ("\n".join(["1,2,NaN"] * 120), "must hold finite numbers, but row 1 holds “NaN”."),
        ("\n".join(["1,2,3"] * 119 + ["1,<b>,3"]), "must hold finite numbers, but row 120 holds “<b>”."),
    ):
        field.fill(text)
        press(page, "Use these numbers")
        assert words in said.inner_text()
        assert "edited" not in summary(page)
    series = planted_series()[1]
    field.fill("\n".join(" ".join(map(str, row)) for row in series))
    press(page, "Use these numbers")
    assert said.inner_text() == ""
    np.testing.assert_array_equal(np.reshape(page.evaluate(EDITED), (120, 3)), series)
    assert "in b (97" in summary(page)
    page.get_by_role("combobox", name="channel", exact=True).select_option(label="c")
    file = tmp_path / "c.csv"
    file.write_text("c\n" + "\n".join(["0.5"] * 120), encoding="utf-8")
    page.get_by_label("Load CSV").set_input_files(file)
    page.get_by_text("2 edits").wait_for()
    series[:, 2] = 0.5
    np.testing.assert_array_equal(np.reshape(page.evaluate(EDITED), (120, 3)), series)


def test_a_page_opens_with_the_edited_series_and_undo_restores_the_original(open_page, widget, tmp_path):
    series = planted_series()[0]
    series[PLACE[0] - 4 : PLACE[1] + 5, 0] = 0
    widget.method = "HiResCAM"
    widget.edit(series)
    path = widget.save_html(tmp_path / "page.html", instances=[3, 0], model=True, progress=False)
    alone = widget.save_html(tmp_path / "alone.html", instances=[0], progress=False)
    widget.edit(None)
    page = open_page(path)
    page.locator('.bqplot.figure[data-ready="1/0/0"]').wait_for()
    np.testing.assert_array_equal(np.reshape(page.evaluate(EDITED), series.shape), series)
    assert "none (90" in summary(page)
    assert "edited" in summary(page)
    press(page, "Edit: ")
    press(page, "Undo: ")
    assert "in a (95.4 %)" in summary(page)
    assert page.errors == []
    page = open_page(alone)
    shown(page)
    assert "edited" not in summary(page), "a page without a model cannot score it"
