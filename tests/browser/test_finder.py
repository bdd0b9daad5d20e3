"""Finding instances on a page, in a real Chromium with no kernel."""

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.export.page import save_html

from ..support.arrays import explanation
from .page import MARK, drawn, laid_out, move, ready, shown, slider

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole():
    return explanation(instances=12)


@pytest.fixture(scope="module")
def path(whole, tmp_path_factory):
    return save_html(whole, tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    page.get_by_role("button", name="Find").click()
    return page


def stops(page, target=0):
    """Instances that the right arrow stops at, from the first on."""
    move(page, "class", "Home")
    move(page, "instance", "Home")
    page.wait_for_selector(f'.bqplot.figure[data-ready$="/{target}/0"]')
    laid_out(page)
    seen = [shown(page)[0]]
    for _ in range(12):
        move(page, "instance", "ArrowRight")
        laid_out(page)
        seen.append(shown(page)[0])
    return sorted(set(seen))


def test_the_slider_stops_at_mistakes_alone(page, whole):
    wrong = np.flatnonzero(whole.probabilities.argmax(axis=1) != whole.y).tolist()
    assert 0 < len(wrong) < 12
    page.get_by_role("combobox", name="prediction").select_option(label="wrong")
    assert f"{len(wrong)} of 12 instances" in page.locator(".cam1d-count").inner_text()
    assert stops(page) == wrong


def test_slider_and_field_hold_the_match_that_is_displayed(page):
    """Matches are far apart: each control asks for instances between them."""
    found = [1, 8, 11]
    page.evaluate(f"{MARK}.model.finderModel.change({{ instances: {found} }})")
    handle, field = slider(page, "instance"), page.locator(".cam1d-controls input")

    def selected():
        drawn(page)
        values = {shown(page)[0], float(handle.get_attribute("aria-valuenow")), int(field.input_value())}
        assert len(values) == 1
        return values.pop()

    assert selected() == 1
    for key, seen in (("ArrowRight", [8, 11, 11]), ("ArrowLeft", [8, 1, 1]), ("PageUp", [8]), ("PageDown", [1])):
        for instance in seen:
            move(page, "instance", key)
            assert selected() == instance
    for wanted, nearest in ((5, 8), (4, 1), (2, 8), (10, 11), (99, 11), (7, 8), (6, 8), (0, 1)):
        field.fill(str(wanted))
        field.press("Enter")
        assert selected() == nearest
    track = page.locator(".cam1d-controls .noUi-base").first.bounding_box()
    page.mouse.move(track["x"] + track["width"] / 11, track["y"] + track["height"] / 2)
    page.mouse.down()
    seen = []
    for place in (2, 3, 4, 6, 9, 10):
        page.mouse.move(track["x"] + track["width"] * place / 11, track["y"] + track["height"] / 2)
        seen.append(selected())
    page.mouse.up()
    assert seen == [1, 1, 1, 8, 8, 11]


def test_classes_and_confidence_are_found(page, whole):
    best = whole.probabilities.argmax(axis=1)
    page.get_by_role("combobox", name="predicted").select_option(label="walk")
    assert f"{(best == 1).sum()} of 12" in page.locator(".cam1d-count").inner_text()
    page.get_by_role("combobox", name="predicted").select_option(label="any")
    page.get_by_label("confidence from (%)").fill("40")
    page.get_by_label("confidence from (%)").press("Enter")
    sure = np.flatnonzero(whole.probabilities.max(axis=1) >= 0.4).tolist()
    assert 0 < len(sure) < 12
    assert stops(page) == sure


def test_where_nothing_is_found_all_are_shown_and_it_says_so(page):
    page.get_by_label("confidence from (%)").fill("100")
    page.get_by_label("confidence from (%)").press("Enter")
    assert "0 of 12 instances: no match" in page.locator(".cam1d-count").inner_text()
    assert stops(page) == list(range(12))


def test_one_can_step_go_and_play(page):
    _, target, method = shown(page)
    page.get_by_role("spinbutton", name="index").fill("7")
    page.get_by_role("spinbutton", name="index").press("Enter")
    ready(page, 7, target, method)
    page.get_by_role("button", name="next instance").click()
    ready(page, 8, target, method)
    page.get_by_role("button", name="previous instance").click()
    ready(page, 7, target, method)
    page.clock.install()
    play = page.get_by_role("button", name="play or pause")
    play.click()
    page.wait_for_function(f"{MARK}.model.choice.instance >= 9")
    play.click()
    drawn(page)
    stopped = shown(page)
    page.clock.run_for(5000)
    assert shown(page) == stopped


def test_the_class_menu_tells_probabilities_in_the_order_of_the_slider(page, whole):
    instance, _, _ = shown(page)
    said = page.locator(".cam1d-class-menu optgroup[label=always] option").all_inner_texts()
    shares = 100 * whole.probabilities[instance]
    assert said == [f"{name} · {share:.1f} %" for name, share in zip(whole.class_names, shares, strict=True)]
    assert page.errors == []


def test_a_page_opens_with_the_filter_of_its_viewer(open_page, whole, tmp_path):
    viewer = ExplanationViewer(whole)
    wrong = np.flatnonzero(whole.probabilities.argmax(axis=1) != whole.y).tolist()
    viewer.finder.verdict = "wrong"
    page = open_page(viewer.save_html(tmp_path / "page.html", progress=False))
    assert shown(page)[0] in wrong
    assert page.locator(".cam1d-chip button").inner_text() == f"wrong: {len(wrong)} of 12 ✕"
    assert page.errors == []
