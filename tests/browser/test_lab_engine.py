"""A notebook whose browser computes maps with the network of the kernel, in a real JupyterLab."""

import json

import numpy as np
import pytest

from ..support.waiting import until
from .lab import KERNEL_IS_IDLE, run_in_kernel, write_notebook
from .page import MARK, choose, choose_method

pytestmark = [pytest.mark.browser, pytest.mark.slow]

METHODS = ["HiResCAM", "Saliency", "Occlusion"]
SOURCE = f"""
import json
import numpy as np
from cam1d_widget import CAM1DWidget, models

x = np.random.default_rng(0).normal(size=(300, 80, 2)).astype(np.float32)
model = models.question_cnn((80, 2), 3, filters=8)
widget = CAM1DWidget(model, x, background=x[:50] + 0.5, methods={METHODS})
widget.method = "HiResCAM"
widget
"""
MODEL = f"{MARK}.model"
READY = f"() => {MODEL}.engineAnswers?.ready === true"
# What the browser asks the kernel for: keys of tiles, and the types of other messages.
WATCH = f"""() => {{
  const model = {MODEL}, {{ send }} = model;
  window.asked = [];
  model.send = function (content, ...rest) {{
    window.asked.push(...(content.type === "tiles" ? content.keys : [content.type]));
    return send.call(this, content, ...rest);
  }};
}}"""
CHANGE = "model.set_weights([1.5 * weight for weight in model.get_weights()])"


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    write_notebook(folder / "engine.ipynb", SOURCE)
    page = open_notebook("engine.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(KERNEL_IS_IDLE)
    page.wait_for_function(READY)
    page.evaluate(WATCH)
    return page


@pytest.fixture(autouse=True)
def nothing_asked(page):
    page.evaluate("window.asked = []")


def asked(page):
    return page.evaluate("window.asked")


def in_kernel(page, expression):
    return json.loads(run_in_kernel(page, f"print(json.dumps({expression}))"))


def show(page, instance, target, label):
    """Show a map; its values and its gap."""
    choose_method(page, label)
    choose(page, f"{{ instance: {instance}, target: {target} }}")
    page.locator(f'.bqplot.figure[data-ready="{instance}/{target}/{METHODS.index(label)}"]').wait_for()
    tile = page.evaluate(f"(({{ values, gap }}) => [Array.from(values), gap])({MODEL}.picture.attribution)")
    assert page.evaluate(f"{MODEL}.picture.choice.instance") == instance
    return np.array(tile[0]), tile[1]


def assert_is_of_kernel(page, instance, target, label):
    values, gap = show(page, instance, target, label)
    there = np.array(
        in_kernel(page, f"widget.explanation.attribution({label!r}, {instance}, {target}).ravel().tolist()")
    )
    np.testing.assert_allclose(values, there, rtol=0, atol=1e-3 * np.abs(there).max())
    expected = in_kernel(page, f"float(widget.explanation.completeness_gap({label!r}, {instance}, {target}))")
    assert (np.nan if gap is None else gap) == pytest.approx(expected, abs=1e-3, nan_ok=True)


def series_alone(page):
    """Wait until all series are there; the browser has asked for nothing else."""
    until(
        lambda: (
            page.evaluate(f"{MODEL}.tiles.missing([...Array(300).keys()].map((one) => `series/${{one}}`)).length") == 0
        )
    )
    assert [key for key in asked(page) if not key.startswith("series/")] == []


@pytest.mark.parametrize("label", METHODS[:2])
def test_maps_are_those_of_the_kernel_which_is_not_asked_for_them(page, label):
    for instance, target in ((5, 1), (160, 2), (161, 0), (299, 2)):
        assert_is_of_kernel(page, instance, target, label)
    series_alone(page)


def test_the_kernel_computes_what_takes_long_in_a_browser(page):
    assert_is_of_kernel(page, 41, 1, "Occlusion")
    assert "attribution/2/41/1" in asked(page)


def test_scores_without_a_window_and_of_an_edited_series_need_no_kernel(page):
    show(page, 7, 1, "HiResCAM")
    page.evaluate("window.asked = []")
    page.evaluate(f"{MODEL}.windows.choose([20, 50], true)")
    page.get_by_text("With the window replaced by the mean of each channel over the background").wait_for()
    there = page.evaluate(f"{MODEL}.windows.scores.latest.scores")
    expected = in_kernel(page, "[float(one) for one in widget.mark._scores_without(7, 20, 50).scores]")
    np.testing.assert_allclose(there, expected, rtol=1e-4, atol=1e-5)
    page.evaluate(f"{MODEL}.edits.apply({{ do: 'flatten', window: [20, 50], channels: [0, 1] }})")
    page.wait_for_function(f"{MODEL}.status === 'ready'")
    np.testing.assert_allclose(
        page.evaluate(f"Array.from({MODEL}.outputs.scores.values.slice(21, 24))"), there, rtol=1e-4
    )
    assert asked(page) == ["edit"]
    until(lambda: in_kernel(page, "widget.edited is not None"))
    page.evaluate(f"{MODEL}.edits.reset()")
    page.evaluate(f"{MODEL}.windows.choose(null, true)")


@pytest.mark.parametrize("choice", ["widget.instance = 31", "widget.target = 2", "widget.edit(2 * x[widget.instance])"])
def test_a_changed_model_is_noticed_when_python_chooses(page, choice):
    show(page, 30, 1, "HiResCAM")
    run_in_kernel(page, f"kept = model.get_weights(); {CHANGE}; {choice}")
    line = page.locator(".cam1d-stale")
    line.wait_for()
    run_in_kernel(page, "widget.edit(None); model.set_weights(kept); widget.update_model()")
    page.wait_for_function(READY)
    line.wait_for(state="hidden")


def test_a_changed_model_is_noticed_and_its_new_maps_are_right(page):
    before, _ = show(page, 20, 1, "HiResCAM")
    run_in_kernel(page, CHANGE)
    choose(page, "{ instance: 21 }")
    line = page.locator(".cam1d-stale")
    line.wait_for()
    assert line.inner_text().startswith("The model has changed since this widget was made.")
    assert page.evaluate(f"{MODEL}.engineAnswers") is None
    choose(page, "{ instance: 22, method: 1 }")
    page.locator('.bqplot.figure[data-state="error"]').wait_for()
    line.get_by_role("button", name="recompute scores and maps").click()
    page.wait_for_function(READY)
    line.wait_for(state="hidden")
    page.evaluate("window.asked = []")
    assert_is_of_kernel(page, 20, 1, "HiResCAM")
    now, _ = show(page, 20, 1, "HiResCAM")
    assert not np.allclose(now, before, rtol=0.1, atol=0)
    assert_is_of_kernel(page, 23, 2, "Saliency")
    series_alone(page)


def test_a_widget_may_leave_everything_to_its_kernel(page):
    run_in_kernel(page, "other = CAM1DWidget(model, x, methods=['HiResCAM'], engine='kernel')")
    assert in_kernel(page, "other.mark.sends_network") is False


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
