"""How the score comes about, on a page that computes: it follows the keys, the plot and edits of the series."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, inside, models

from .page import MARK, drawn, shown, violations

pytestmark = pytest.mark.browser

PANEL = ".cam1d-contributions"


@pytest.fixture(scope="module")
def widget():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 120, 3)).astype(np.float32)
    return CAM1DWidget(models.question_cnn((120, 3), 3, filters=8), x, methods=["HiResCAM"])


@pytest.fixture(scope="module")
def path(widget, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    return widget.save_html(path, instances=[0, 1], model=True, progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    page.get_by_role("button", name="Inside:").click()
    page.get_by_role("button", name="How does the score come about?").click()
    page.locator(PANEL).wait_for()
    return page


def terms_of(page):
    """The numbers of the sum, and the score that it gives."""
    texts = page.locator(f"{PANEL} .cam1d-sum b").all_inner_texts()
    return [float(text.replace("−", "-").replace("+", "")) for text in texts]


def step_of(page):
    return page.evaluate(f"{MARK}.model.inside.step")


def test_the_sum_is_that_of_python_and_opens_at_the_largest_step(page, widget):
    found = inside.step_contributions(widget._lazy.classifier, widget.explanation.x[0])
    step = step_of(page)
    assert step == found.values.sum(axis=1).argmax()
    filter = found.ranked(step)[0]
    one, here = found.values[step, filter], found.values[step].sum()
    expected = [found.rest, one, here - one, found.values.sum() - here, found.score]
    assert terms_of(page) == pytest.approx(expected, rel=6e-3, abs=1e-5)
    assert page.locator(f"{PANEL} canvas").count() == 4
    assert violations(page, "'.cam1d-viewer'") == []
    assert page.errors == []


def test_keys_select_step_and_filter_and_the_plot_frames_what_the_step_sees(page, widget):
    page.locator(PANEL).focus()
    before = step_of(page)
    page.keyboard.press("ArrowLeft" if before else "ArrowRight")
    after = before - 1 if before else 1
    assert step_of(page) == after
    field = inside.step_contributions(widget._lazy.classifier, widget.explanation.x[0]).receptive_field
    framed = page.evaluate(f"{MARK}.model.highlighted")
    assert framed == [field.start[after], field.stop[after]]
    page.wait_for_function(f"String({MARK}.scene.framed) === '{field.start[after]},{field.stop[after]}'")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate(f"{MARK}.model.inside.filter")
    found = inside.step_contributions(widget._lazy.classifier, widget.explanation.x[0])
    assert chosen == found.ranked(after)[1]
    # the plots are drawn again, and keep the focus
    assert page.evaluate(f"document.activeElement.matches('{PANEL}')")
    page.get_by_role("button", name="close the contributions").click()
    assert page.locator(PANEL).count() == 0
    assert page.evaluate(f"{MARK}.model.highlighted") is None


def test_the_plots_that_a_button_opens_have_the_focus_and_escape_closes_them(open_page, path):
    page = open_page(path)
    shown(page)
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    page.get_by_role("button", name="Inside:").click()
    button = page.get_by_role("button", name="How does the score come about?")
    button.focus()
    page.keyboard.press("Enter")
    page.locator(PANEL).wait_for()
    assert page.evaluate(f"document.activeElement.matches('{PANEL}')")
    page.keyboard.press("Escape")
    button.wait_for()
    assert page.evaluate("document.activeElement.closest('.cam1d-viewer') !== null")


def test_the_channel_that_is_named_is_the_one_with_the_largest_cell(page, widget):
    """The gradient of the filter times the range of the channel: here from Python's gradient of the pre-activation."""
    step, [filter] = (
        step_of(page),
        page.evaluate(
            f"[{MARK}.model.inside.filter ?? Number(document.querySelector('{PANEL} select').value.slice(7))]"
        ),
    )
    found = inside.step_contributions(widget._lazy.classifier, widget.explanation.x[0])
    classifier = widget._lazy.classifier.at(found.stages[0].name)
    x, place = widget.explanation.x[:1], found.positions(step, filter)[0]
    _, slopes = classifier.filters.drive(x, np.array([filter]), np.array([place]))
    ranges = np.array(page.evaluate(f"{MARK}.model.picture.ranges.map(({{ low, high }}) => high - low)"))
    strongest = int((np.abs(slopes[0]).max(axis=0) * ranges).argmax())
    name = page.evaluate(f"{MARK}.model.facts.channel_names[{strongest}]")
    assert page.locator(f"{PANEL} figure").nth(1).inner_text().endswith(f"strongest in {name}")


def test_a_click_on_a_bar_or_on_the_plot_selects_a_step(page):
    bars = page.locator(f"{PANEL} figure").nth(3).locator("canvas")
    steps = page.evaluate(f"{MARK}.model.engineAnswers.model.description.steps.length")
    bars.click(position={"x": bars.bounding_box()["width"] - 3, "y": 70})
    assert step_of(page) == steps - 1
    centers = page.evaluate(f"{MARK}.snapshot().centers")
    plot = page.evaluate(f"{MARK}.snapshot().plot")
    page.locator(".bqplot.figure").click(position={"x": centers[1], "y": plot["top"] + 60})
    assert step_of(page) == 0


def test_contributions_are_those_of_the_edited_series(page, widget):
    page.get_by_role("button", name="Edit: ").click()
    page.get_by_role("button", name="replace by zero").click()
    drawn(page)
    series = np.reshape(page.evaluate(f"Array.from({MARK}.model.edits.seriesOf(0).values)"), (120, 3))
    assert (series == 0).any()
    found = inside.step_contributions(widget._lazy.classifier, series, target=shown(page)[1])
    assert terms_of(page)[-1] == pytest.approx(found.score, rel=6e-3, abs=1e-5)
    assert terms_of(page)[0] == pytest.approx(found.rest, rel=6e-3, abs=1e-5)


def test_a_link_opens_the_contributions(page, open_page, path):
    page.locator(PANEL).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    state = (
        f"(({{ layer: {{ name }}, filter, step, unfolded }}) => [name, filter, step, unfolded])({MARK}.model.inside)"
    )
    there = page.evaluate(state)
    page.get_by_role("button", name="Save: ").click()
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("location.hash !== ''")
    fragment = page.evaluate("location.hash")
    page.goto("about:blank")
    page.goto(path.as_uri() + fragment)
    page.locator(PANEL).wait_for()
    assert page.evaluate(state) == there


def test_space_plays_the_steps(page):
    page.locator(PANEL).focus()
    before = step_of(page)
    page.keyboard.press("Space")
    page.wait_for_function(f"{MARK}.model.inside.step !== {before}")
    page.keyboard.press("Space")
    page.get_by_role("button", name="play the steps").wait_for()
