"""The checks panel of a saved page: it shows the results, and states that everything else needs a live kernel."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, ExplanationViewer

from ..support.arrays import explanation
from ..support.selection import slow_but
from ..support.toys import linear
from .page import EVIL, choose_method, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def widget():
    x = np.random.default_rng(0).normal(size=(4, 60, 2)).astype(np.float32)
    classifier = linear(np.random.default_rng(1).normal(size=(2, 60, 2)), np.zeros(2))
    return CAM1DWidget(classifier, x, methods=["Occlusion", "Gradient × Input"], class_names=[EVIL, "b"])


@pytest.fixture(scope="module")
def path(widget, tmp_path_factory):
    widget.instance, widget.target, widget.method = 3, 0, "Occlusion"
    widget.check(progress=False)
    return widget.save_html(tmp_path_factory.mktemp("page") / "page.html", instances=[1, 3], progress=False)


def test_what_was_checked_is_reported_drawn_and_kept_by_the_numbers_of_the_whole(open_page, path, widget):
    page = open_page(path)
    page.get_by_role("button", name="Checks: how far this map can be trusted").click()
    panel = page.locator(".cam1d-checks")
    result = widget.jobs.results["checks/Occlusion/3/0"]
    shown = result.content["fills"][0]
    assert panel.locator(".cam1d-verdict").inner_text() == shown["verdict"]
    assert panel.get_by_role("status").inner_text() == shown["verdict"]
    assert panel.get_by_role("row").count() == len(shown["findings"])
    assert EVIL in panel.locator("caption").inner_text()
    plot = panel.locator("svg")
    assert "score of the class while the series is removed" in plot.get_attribute("aria-label")
    assert plot.locator(".cam1d-curve").get_attribute("d").count("L") == 20
    assert violations(page, "'.cam1d-viewer'") == []
    choose_method(page, "Gradient × Input")
    panel.get_by_text("needs a live kernel").wait_for()
    assert panel.get_by_role("button").count() == 0
    assert not panel.get_by_role("combobox", name="Fill").is_visible()
    choose_method(page, "Occlusion")
    panel.locator(".cam1d-verdict").wait_for()
    assert page.errors == []


def test_the_fill_is_chosen_by_keys_and_shown_with_the_verdict_that_holds_for_it(open_page, path, widget):
    page = open_page(path)
    page.get_by_role("button", name="Checks: how far this map can be trusted").click()
    panel = page.locator(".cam1d-checks")
    menu = panel.get_by_role("combobox", name="Fill")
    assert menu.locator("option").all_inner_texts() == widget.checks.fills
    assert "the verdict depends on it" in page.locator(f"#{menu.get_attribute('aria-describedby')}").inner_text()
    judged = {one["fill"]: one for one in widget.jobs.results["checks/Occlusion/3/0"].content["fills"]}
    curve = panel.locator("svg .cam1d-curve")
    menu.focus()
    paths = set()
    for fill in widget.checks.fills:
        assert panel.locator("caption").inner_text().endswith(f"; fill: {fill}")
        assert panel.get_by_text(judged[fill]["findings"][1]["text"]).is_visible()
        assert panel.locator(".cam1d-verdict").inner_text() == judged[fill]["verdict"]
        assert menu.evaluate("menu => menu === document.activeElement")
        paths.add(curve.get_attribute("d"))
        page.keyboard.press("ArrowDown")
    assert len(paths) > 1
    assert page.errors == []


@pytest.mark.parametrize("width", slow_but([380], [380, 760]))
@pytest.mark.slow
def test_the_fill_keeps_within_narrow_cells(open_page, path, width):
    page = open_page(path, viewport={"width": width, "height": 900})
    page.get_by_role("button", name="Checks: how far this map can be trusted").click()
    panel = page.locator(".cam1d-checks").bounding_box()
    for part in (".cam1d-fill select", ".cam1d-fill .cam1d-note", ".cam1d-verdict", ".cam1d-findings"):
        box = page.locator(f".cam1d-checks {part}").bounding_box()
        assert box["x"] >= panel["x"] - 1, part
        assert box["x"] + box["width"] <= panel["x"] + panel["width"] + 1, part


def test_without_a_model_there_is_nothing_to_ask(open_page, tmp_path):
    page = open_page(ExplanationViewer(explanation()).save_html(tmp_path / "page.html", progress=False))
    assert page.get_by_role("button", name="Save: ").is_visible()
    assert not page.get_by_role("button", name="Checks: ").is_visible()
