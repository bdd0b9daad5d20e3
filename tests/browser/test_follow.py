"""The explained class follows the instance, in a real Chromium with no kernel."""

import dataclasses

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer

from ..support.arrays import explanation
from .page import MARK, drawn, move, ready, shown

pytestmark = pytest.mark.browser

WHOLE = explanation(instances=12)
PREDICTED = WHOLE.probabilities.argmax(axis=1)
WRONG = np.flatnonzero(WHOLE.y != PREDICTED).tolist()
CHOICE = f"(({{ instance, target, against }}) => [instance, target, against])({MARK}.model.choice)"
PINNED = f"{MARK}.model.pinnedChoice?.target ?? null"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return ExplanationViewer(WHOLE).save_html(tmp_path_factory.mktemp("page") / "page.html", progress=False)


@pytest.fixture
def page(open_page, path):
    page = open_page(path)
    shown(page)
    return page


def test_the_predicted_class_is_explained_until_one_is_chosen(page):
    move(page, "instance", "Home")
    for instance in range(1, 6):
        move(page, "instance", "ArrowRight")
        ready(page, instance, PREDICTED[instance], 0)
    other = (int(PREDICTED[5]) + 1) % 3
    page.locator(".cam1d-class-menu select").select_option(str(other))
    move(page, "instance", "ArrowRight")
    ready(page, 6, other, 0)
    page.locator(".cam1d-class-menu select").select_option("true")
    ready(page, 6, WHOLE.y[6], 0)
    move(page, "instance", "ArrowRight")
    ready(page, 7, WHOLE.y[7], 0)


def test_mistakes_are_found_and_compared_with_the_true_class(page):
    page.get_by_role("button", name="Find").click()
    page.get_by_role("combobox", name="prediction").select_option("wrong")
    page.keyboard.press("Escape")
    chip = page.locator(".cam1d-chip button")
    assert chip.inner_text() == f"wrong: {len(WRONG)} of 12 ✕"
    seen = []
    for _ in WRONG:
        instance = page.evaluate(CHOICE)[0]
        assert instance in WRONG
        if page.locator(".cam1d-why[aria-pressed='true']").count() == 0:
            page.locator(".cam1d-why").click()
        assert page.evaluate(CHOICE) == [instance, PREDICTED[instance], WHOLE.y[instance]]
        assert page.evaluate(PINNED) == WHOLE.y[instance]
        seen.append(instance)
        page.evaluate(f"{MARK}.model.step(1)")
        drawn(page)
    assert sorted(seen) == WRONG
    page.locator(".cam1d-why").click()
    assert page.evaluate(CHOICE)[2] is None
    assert page.evaluate(PINNED) is None
    chip.click()
    assert page.locator(".cam1d-chip button").count() == 0
    assert page.errors == []


def test_keys_step_the_instance_from_a_button_and_after_it_has_gone(page):
    instance = next(one for one in WRONG if one + 1 not in WRONG and one + 2 < len(WHOLE.x))
    page.evaluate(f"{MARK}.model.choose({{ instance: {instance} }})")
    why = page.locator(".cam1d-why")
    why.focus()
    page.keyboard.press("Enter")
    assert why.get_attribute("aria-pressed") == "true"
    for further in (1, 2):
        page.keyboard.press("PageDown")
        drawn(page)
        assert page.evaluate(CHOICE)[0] == instance + further
    assert page.evaluate("document.activeElement.matches('.bqplot')"), "the button was left out of a right prediction"


def test_a_class_that_is_only_the_highest_of_the_menu_is_not_called_predicted(open_page, tmp_path):
    menu = [target for target in range(3) if target != PREDICTED[0]]
    path = ExplanationViewer(WHOLE).save_html(tmp_path / "page.html", instances=[0], targets=menu, progress=False)
    page = open_page(path)
    shown(page)
    selected = page.locator(".cam1d-class-menu select option:checked")
    selected.dispatch_event("pointerdown")
    assert selected.inner_text().startswith("highest of these: ")


def test_a_class_that_alone_was_explained_is_not_called_what_it_is_not(open_page, tmp_path):
    """As of `explain(..., targets=...)`: neither the menu nor the button promises a map that there is not."""
    others = (PREDICTED + 1) % 3
    places = np.arange(len(WHOLE.x))
    single = dataclasses.replace(
        WHOLE,
        targets=others,
        attributions={label: values[places, others][:, np.newaxis] for label, values in WHOLE.attributions.items()},
        completeness={},
        standard_errors={},
    )
    viewer = ExplanationViewer(single)
    viewer.instance = WRONG[0]
    page = open_page(viewer.save_html(tmp_path / "page.html", progress=False))
    shown(page)
    selected = page.locator(".cam1d-class-menu select option:checked")
    assert selected.inner_text().startswith("explained: ")
    assert page.locator(".cam1d-why").count() == 0
    assert page.errors == []
