"""The selected window, true intervals, and a model's scores without a window."""

import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.export.page import save_html
from cam1d_widget.viewer.synced.channel_stack import ChannelStack
from cam1d_widget.viewer.windows import Annotation, WithoutWindow

from ..support.arrays import explanation
from ..support.synced import sent, state_of


def test_a_window_is_times_in_python_and_samples_in_the_browser():
    viewer = ExplanationViewer(explanation())
    viewer.selected_window = (0.4, 1.2)
    assert viewer.mark.window == (10, 30)
    viewer.mark.window = (5, 10)
    assert viewer.selected_window == (0.2, 0.4)
    viewer.selected_window = None
    assert viewer.mark.window is None


def test_a_window_is_of_whole_samples():
    viewer = ExplanationViewer(explanation(sampling_rate=None))
    viewer.selected_window = (2.2, 2.4)
    assert viewer.selected_window == (2.0, 3.0)
    viewer.selected_window = (0, 60)
    assert viewer.mark.window == (0, 60)


@pytest.mark.parametrize("window", [(1.0, 0.5), (-0.1, 1.0), (0.0, 2.5), (1.0, 1.0)])
def test_windows_that_are_not_in_the_series_are_refused(window):
    viewer = ExplanationViewer(explanation())
    with pytest.raises(TraitError, match=r"selected_window must be times \(t0, t1\) with 0 <= t0 < t1 <= 2.4"):
        viewer.selected_window = window
    assert viewer.selected_window is None


def test_intervals_go_to_the_browser_in_samples_and_into_a_page_with_their_instances(tmp_path):
    viewer = ExplanationViewer(explanation(), intervals={1: [(0.4, 0.8), (1.0, 1.2)], 3: [(0, 0.2)]})
    assert viewer.mark.facts["intervals"] == [[], [[10, 20], [25, 30]], [], [[0, 5]]]
    path = viewer.save_html(tmp_path / "page.html", instances=[3, 1], progress=False)
    assert state_of(path)["ChannelStackModel"]["state"]["facts"]["intervals"] == [[[0, 5]], [[10, 20], [25, 30]]]
    plain = save_html(explanation(), tmp_path / "plain.html", progress=False)
    assert state_of(plain)["ChannelStackModel"]["state"]["facts"]["intervals"] == []


@pytest.mark.parametrize(
    ("intervals", "words"),
    [
        ([[(0, 1)]], r"intervals must hold a list of \(t0, t1\) for each of 4 instances, but holds 1"),
        ({7: [(0, 1)]}, "each key of intervals must be a whole number from 0 to 3, but is 7"),
        ({2: [(1, 9)]}, r"intervals\[2\] must be times \(t0, t1\) with 0 <= t0 < t1 <= 2.4"),
        ({2: [3]}, r"intervals\[2\] must be (a sequence of )?two times"),
    ],
)
def test_intervals_that_are_not_in_the_series_are_refused(intervals, words):
    with pytest.raises((TypeError, ValueError), match=words):
        ExplanationViewer(explanation(), intervals=intervals)


def test_what_is_written_in_the_widget_comes_out_in_times_and_goes_into_a_page(tmp_path):
    viewer = ExplanationViewer(explanation())
    viewer.mark.annotations = [{"instance": 3, "window": [10, 20], "text": "<b>turn</b>"}]
    assert viewer.annotations == [Annotation(3, 0.4, 0.8, "<b>turn</b>")]
    path = viewer.save_html(tmp_path / "page.html", instances=[2, 3], progress=False)
    [note] = state_of(path)["ChannelStackModel"]["state"]["annotations"]
    assert note == {"instance": 1, "window": [10, 20], "text": "<b>turn</b>"}
    other = state_of(viewer.save_html(tmp_path / "other.html", instances=[1], progress=False))
    assert "annotations" not in other["ChannelStackModel"]["state"]  # as by default


def test_notes_can_be_brought_back():
    notes = [Annotation(0, 0.0, 0.4, "rest"), Annotation(2, 1.2, 2.4, "walk")]
    viewer = ExplanationViewer(explanation())
    viewer.annotations = notes
    assert viewer.annotations == notes
    for wrong in (Annotation(4, 0.0, 0.4, ""), Annotation(0, 0.0, 9.0, "")):
        with pytest.raises(ValueError, match="must be"):
            viewer.annotations = [wrong]
    assert viewer.annotations == notes
    with pytest.raises(ValueError, match="text of annotations must have at most 10,000 characters, but has 10,001"):
        viewer.annotations = [Annotation(0, 0.0, 0.4, "x" * 10_001)]


class Halving:
    """A classifier of which every window takes half of each score."""

    baseline = "zero"
    fault = None

    def __call__(self, instance, first, stop):
        if self.fault:
            raise self.fault
        return WithoutWindow(np.array([instance, first, stop]) / 2, None)


def asked(monkeypatch, model, instance=2):
    messages = sent(monkeypatch, ChannelStack)
    viewer = ExplanationViewer(explanation(), scores_without=model)
    assert viewer.mark.facts["baseline"] == "zero"
    viewer.mark._handle_custom_msg({"type": "replace", "name": "2/5/9", "instance": instance, "window": [5, 9]}, [])
    return messages[-1][0]


def test_the_model_is_asked_for_scores_without_a_window(monkeypatch):
    answer = asked(monkeypatch, Halving())
    assert answer == {"name": "2/5/9", "scores": [1.0, 2.5, 4.5], "probabilities": None, "error": None}


def test_an_instance_that_is_none_is_not_asked_about(monkeypatch):
    assert (
        asked(monkeypatch, Halving(), -1)["error"]
        == "could not be computed: instance must be a whole number from 0 to 3, but is -1"
    )


def test_a_model_that_fails_says_why(monkeypatch):
    model = Halving()
    model.fault = RuntimeError("out of memory")
    assert asked(monkeypatch, model)["error"] == "could not be computed: out of memory"
