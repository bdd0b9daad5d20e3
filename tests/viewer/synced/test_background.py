from threading import Event

import numpy as np
import pytest

from cam1d_widget.cancellation import CancelledError, check_cancelled
from cam1d_widget.explanation.source import Scores
from cam1d_widget.viewer import choice
from cam1d_widget.viewer.synced import channel_stack
from cam1d_widget.viewer.synced.background import Background
from cam1d_widget.viewer.synced.channel_stack import ChannelStack
from cam1d_widget.viewer.synced.tiles import CANCELLED
from cam1d_widget.viewer.viewer import ExplanationViewer

from ...support.arrays import explanation
from ...support.synced import sent as sent_by
from ...support.synced import unpack
from ...support.waiting import until


class Slow:
    """Explanation whose maps by some methods take long, and are held until they are let go or cancelled."""

    def __init__(self, *slow, seconds=30.0, **changes):
        self._whole, self._slow, self._seconds = explanation(**changes), slow, seconds
        self.go = Event()

    def __getattr__(self, name):
        return getattr(self._whole, name)

    def seconds(self, method, instance=None, target=None):
        return self._seconds if method in self._slow else 0.0

    def attribution(self, method, instance, target):
        while method in self._slow and not self.go.wait(0.001):
            check_cancelled()
        return self._whole.attribution(method, instance, target)


@pytest.fixture(autouse=True)
def hurried(unhurried, monkeypatch):
    """As outside of tests: a map that takes longer than a second is slow."""
    monkeypatch.setattr(choice, "SECONDS", 1.0)
    monkeypatch.setattr(channel_stack, "SLOW", 1.0)


@pytest.fixture
def sent(monkeypatch):
    """What a mark says to the browser half."""
    return sent_by(monkeypatch, ChannelStack)


def ask(mark, *keys, request=1):
    mark._handle_custom_msg({"type": "tiles", "request": request, "keys": list(keys)}, [])


def display(mark):
    mark._handle_custom_msg({"type": "views", "count": 1}, [])


def test_a_new_task_cancels_the_one_before_and_starts_after_its_end():
    background, events, started = Background(), [], Event()

    def endless():
        started.set()
        try:
            while True:
                check_cancelled()
        except CancelledError:
            events.append("cancelled")

    background.start(endless)
    started.wait()
    background.start(lambda: events.append("done"))
    background.wait()
    assert events == ["cancelled", "done"]


def test_a_slow_map_is_announced_and_computed_while_others_are_answered(sent):
    source = Slow("Saliency")
    mark = ChannelStack(source, method=1)
    ask(mark, "series/0", "attribution/2/0/0", request=1)
    [(said, [series])] = sent
    assert (said["slow"], said["seconds"]) == (1, 30.0)
    assert dict(unpack({"index": said["index"], "data": series})).keys() == {"series/0"}, "it does not wait for the map"
    ask(mark, "attribution/1/0/0", request=2)
    assert sent[1][0]["request"] == 2
    source.go.set()
    mark._background.wait()
    assert sent[2][0]["request"] == 1
    assert [tile["key"] for tile in sent[2][0]["index"]] == ["series/0", "attribution/2/0/0"]


def test_two_windows_of_one_widget_do_not_cancel_each_other(sent):
    source = Slow("Saliency")
    mark = ChannelStack(source, method=1)
    first, second = "attribution/2/0/1", "attribution/2/1/1"
    ask(mark, first, request=1)
    ask(mark, first, request=7)
    for request in (2, 8):  # both go on to another map
        mark._handle_custom_msg({"type": "cancel", "keys": [first]}, [])
        ask(mark, second, request=request)
    until(lambda: {1, 7} <= {content.get("request") for content, _ in sent})
    source.go.set()
    mark._background.wait()
    answers = {content["request"]: content for content, _ in sent if "request" in content}
    assert answers.keys() == {1, 7, 2, 8}
    assert [answers[request]["errors"] for request in (2, 8)] == [{}, {}]
    assert [answers[request]["index"][0]["key"] for request in (2, 8)] == [second, second]


def test_the_browser_cancels_a_slow_map(sent):
    mark = ChannelStack(Slow("Saliency"), method=1)
    ask(mark, "attribution/2/0/0", request=1)
    mark._handle_custom_msg({"type": "cancel"}, [])
    mark._background.wait()
    assert sent[1][0]["errors"] == {"attribution/2/0/0": CANCELLED}


def test_the_series_travels_without_a_slow_map():
    mark = ChannelStack(Slow("Grad-CAM"))
    assert [tile["key"] for tile in mark.tiles["index"]] == ["series/0"]


def with_occlusion(seconds):
    maps = explanation().attributions
    attributions = {"Occlusion": maps["Saliency"], "Gradient × Input": maps["Gradient × Input"]}
    return Slow("Occlusion", seconds=seconds, attributions=attributions, completeness={}, exactness={})


@pytest.mark.parametrize(("read", "there"), [(0.6, True), (0.8, False)])
def test_the_series_travels_without_a_map_if_the_model_took_long_to_read(read, there):
    source = Slow("Grad-CAM", seconds=0.5)
    source.seconds_to_read = read
    source.go.set()
    keys = [tile["key"] for tile in ChannelStack(source).tiles["index"]]
    assert (len(keys) == 2) == there
    assert keys[0] == "series/0"


def test_where_all_methods_are_slow_the_viewer_opens_on_the_quickest():
    source = with_occlusion(40.0)
    source.seconds = lambda method, *place: {"Occlusion": 40.0, "Gradient × Input": 1.5}.get(method, 3.0)
    viewer = ExplanationViewer(source)
    assert viewer.method == "Gradient × Input"
    assert viewer.mark.better == {"method": 0, "seconds": 40.0, "state": "offered"}


def test_the_viewer_opens_on_a_quick_method_and_computes_the_better_one_meanwhile():
    source = with_occlusion(30.0)
    viewer = ExplanationViewer(source)
    assert viewer.method == "Gradient × Input"
    assert viewer.mark.better == {"method": 0, "seconds": 30.0, "state": "offered"}
    display(viewer.mark)
    assert viewer.mark.better["state"] == "computing"
    source.go.set()
    viewer.mark._offering.wait()
    assert viewer.mark.better["state"] == "ready"


def test_a_better_method_that_takes_minutes_is_offered_and_not_computed():
    viewer = ExplanationViewer(with_occlusion(600.0))
    display(viewer.mark)
    assert viewer.mark.better == {"method": 0, "seconds": 600.0, "state": "offered"}


def test_a_method_that_was_asked_for_is_shown_however_long_it_takes():
    viewer = ExplanationViewer(with_occlusion(30.0), method="Occlusion")
    assert (viewer.method, viewer.mark.better) == ("Occlusion", None)


class Scored(Slow):
    """Explanation with the scores of its first instance; the others follow one by one."""

    def __init__(self, **changes):
        super().__init__(**changes)
        self.named_facts = self._whole.series_facts
        self.known = 1

    def known_scores(self):
        unknown = np.arange(len(self._whole.x))[:, np.newaxis] >= self.known
        return Scores(*(np.where(unknown, np.nan, one) for one in (self._whole.scores, self._whole.probabilities)))

    def scores_of(self, instance):
        return Scores(self._whole.scores[instance], None)

    def more_scores(self, instance=0):
        if self.known == len(self._whole.x):
            return 0
        self.known += 1
        return 1


def test_the_scores_of_the_other_instances_follow_the_first_picture():
    whole = explanation()
    source = Scored(probabilities=np.full_like(whole.scores, 0.5))
    mark = ChannelStack(source, method=1)
    assert np.isnan(mark.scores[:, 0]).tolist() == [False, *[True] * (len(whole.x) - 1)]
    display(mark)
    mark._scoring.wait()
    np.testing.assert_array_equal(mark.scores, whole.scores)
    np.testing.assert_array_equal(mark.probabilities, 0.5)


def test_scores_that_cannot_be_computed_are_reported():
    source = Scored(probabilities=np.full_like(explanation().scores, 0.5))
    source.more_scores = lambda instance: 1 / 0
    mark = ChannelStack(source, method=1)
    display(mark)
    mark._scoring.wait()
    assert mark.stale.startswith("The scores of all series could not be computed")
