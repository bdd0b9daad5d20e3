"""Checks of the displayed map: requested in Python or by the browser, kept, and saved in a page."""

import json

import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import CAM1DWidget
from cam1d_widget.viewer.synced.base import PageContents
from cam1d_widget.viewer.synced.jobs import Jobs

from ..support.synced import sent
from ..support.toys import linear
from ..support.waiting import until

NAME = "checks/Occlusion/1/0"


@pytest.fixture
def widget():
    x = np.random.default_rng(0).normal(size=(4, 60, 2)).astype(np.float32)
    classifier = linear(np.random.default_rng(1).normal(size=(2, 60, 2)), np.zeros(2))
    return CAM1DWidget(classifier, x, methods=["Occlusion", "Gradient × Input"])


def judged(result, fill):
    """What the panel says with a fill."""
    return next(one for one in result.content["fills"] if one["fill"] == fill)


def test_what_python_checks_the_panel_shows(widget):
    report = widget.check(instance=1, target=0, method="Occlusion", progress=False)
    result = widget.jobs.results[NAME]
    shown = judged(result, report.fill)
    assert shown["verdict"] == report.verdict
    assert [finding["name"] for finding in shown["findings"]][-1] == "Network"
    assert result.arrays["band"].shape == (5, 2, 21)
    np.testing.assert_array_equal(result.arrays["curves"][0], report.deletion.curves[0])
    assert {judged(result, one)["level"] for one in report.deletions} <= {"unknown quality", "doubtful"}  # no y
    json.dumps(result.content, allow_nan=False)


def test_the_map_on_show_is_checked_unless_another_is_named(widget):
    widget.instance, widget.target, widget.method = 2, 1, "Gradient × Input"
    report = widget.check(progress=False)
    assert (report.instance, report.target, report.method) == (2, 1, "Gradient × Input")
    for wrong in ({"instance": 4}, {"target": 2}, {"method": "tea"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            widget.check(progress=False, **wrong)


def test_the_browser_asks_and_gets_the_same(widget, monkeypatch):
    messages = sent(monkeypatch, Jobs)
    arguments = {"method": "Occlusion", "instance": 1, "target": 0}
    widget.jobs._handle_custom_msg({"type": "start", "name": NAME, "kind": "checks", "arguments": arguments}, [])
    until(lambda: any(content["state"] == "done" for content, _ in messages))
    asked = judged(widget.jobs.results[NAME], "zero")["verdict"]
    assert asked == widget.check(instance=1, target=0, method="Occlusion", progress=False).verdict
    assert {content["state"] for content, _ in messages} == {"running", "done"}


def test_a_page_keeps_what_was_checked_and_knows_that_there_are_checks(widget):
    widget.check(instance=1, target=0, method="Occlusion", progress=False)
    page = widget.jobs.for_page(PageContents([0], 0, widget.jobs.results))
    assert list(page.results) == [NAME]
    assert page.kinds == ["checks"]
    assert page.work == {}


def test_the_verdict_is_that_of_the_fill_in_the_panel_and_python_may_choose_another(widget):
    assert widget.checks.fills == ["zero", "channel mean", "linear interpolation", "swap", "noise"]
    widget.checks.fill = "noise"
    noise = widget.check(instance=1, target=0, method="Occlusion", progress=False)
    swap = widget.check(instance=1, target=0, method="Occlusion", fill="swap", progress=False)
    assert (noise.fill, swap.fill, widget.checks.fill) == ("noise", "swap", "swap")
    told = judged(widget.jobs.results[NAME], "swap")["findings"][1]
    assert (told["name"], "another one of these series" in told["text"]) == ("Deletion", True)
    assert swap.with_fill("noise").verdict == noise.verdict
    row = [one["fill"] for one in widget.jobs.results[NAME].content["fills"]].index("swap")
    np.testing.assert_array_equal(widget.jobs.results[NAME].arrays["curves"][row], swap.deletion.curves[0])


def test_a_given_background_replaces_the_series_of_the_widget():
    x = np.random.default_rng(0).normal(size=(4, 60, 2)).astype(np.float32)
    classifier = linear(np.random.default_rng(1).normal(size=(2, 60, 2)), np.zeros(2))
    widget = CAM1DWidget(classifier, x, methods=["Occlusion"], background=x + 1)
    assert widget.checks.fill == "channel mean"
    assert "the mean of each channel over the background" in widget.check(progress=False).findings[1].text
    lone = CAM1DWidget(classifier, x[0], methods=["Occlusion"])
    with pytest.raises(ValueError, match="swap needs a background of different series, as long as x"):
        lone.check(fill="swap", progress=False)


def test_an_unknown_fill_is_refused_before_anything_is_computed(widget):
    wanted = "fill must be one of 'zero', 'channel mean', 'linear interpolation', 'swap', 'noise', but is 'tea'"
    with pytest.raises(ValueError, match=wanted):
        widget.check(fill="tea", progress=False)
    with pytest.raises(TraitError, match=wanted):
        widget.checks.fill = "tea"
    assert (widget.checks.fill, widget.jobs.results) == ("zero", {})
