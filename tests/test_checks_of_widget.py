"""Checks of the map on show: asked for in Python or by the browser, kept, and carried into a page."""

import json
import time

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget
from cam1d_widget.viewer.jobs import Jobs

from .attribution.toys import linear

NAME = "checks/Occlusion/1/0"


@pytest.fixture
def widget():
    x = np.random.default_rng(0).normal(size=(4, 60, 2)).astype(np.float32)
    classifier = linear(np.random.default_rng(1).normal(size=(2, 60, 2)), np.zeros(2))
    return CAM1DWidget(classifier, x, methods=["Occlusion", "Gradient × Input"])


def test_what_python_checks_the_panel_shows(widget):
    trust = widget.check(instance=1, target=0, method="Occlusion", progress=False)
    result = widget.jobs.results[NAME]
    assert result.content["verdict"] == trust.verdict
    assert [finding["name"] for finding in result.content["findings"]][-1] == "Network"
    assert result.arrays["band"].shape == (2, 21)
    np.testing.assert_array_equal(result.arrays["curve"], trust.deletion.curves[0])
    json.dumps(result.content, allow_nan=False)


def test_the_map_on_show_is_checked_unless_another_is_named(widget):
    widget.instance, widget.target, widget.method = 2, 1, "Gradient × Input"
    trust = widget.check(progress=False)
    assert (trust.instance, trust.target, trust.method) == (2, 1, "Gradient × Input")
    for wrong in ({"instance": 4}, {"target": 2}, {"method": "tea"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            widget.check(progress=False, **wrong)


def test_the_browser_asks_and_gets_the_same(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(Jobs, "send", lambda self, content, buffers=None: sent.append(content))
    arguments = {"method": "Occlusion", "instance": 1, "target": 0}
    widget.jobs._handle_custom_msg({"type": "start", "name": NAME, "kind": "checks", "arguments": arguments}, [])
    end = time.monotonic() + 30
    while NAME not in widget.jobs.results and time.monotonic() < end:
        time.sleep(0.005)
    asked = widget.jobs.results[NAME].content
    assert asked == {**asked, "verdict": widget.check(instance=1, target=0, method="Occlusion", progress=False).verdict}
    assert {content["state"] for content in sent} == {"running", "done"}


def test_a_page_keeps_what_was_checked_and_knows_that_there_are_checks(widget):
    widget.check(instance=1, target=0, method="Occlusion", progress=False)
    page = widget.jobs.copy()
    assert list(page.results) == [NAME]
    assert page.kinds == ["checks"]
    assert page.work == {}
