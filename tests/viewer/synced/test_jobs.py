"""Long computations: progress, result, cancel, errors, one at a time; in a thread, as in a kernel."""

import time
from threading import Event

import numpy as np
import pytest

from cam1d_widget.cancellation import check_cancelled
from cam1d_widget.viewer.synced.jobs import Jobs, Result, packed_results

from ...support.synced import sent as sent_by
from ...support.waiting import LIMIT, until


@pytest.fixture
def sent(monkeypatch):
    """What is said to the browser half."""
    return sent_by(monkeypatch, Jobs)


def ask(jobs, **content):
    jobs._handle_custom_msg(content, [])


def said(sent, state):
    """The first message of a state; other threads say it."""
    return until(lambda: next((one for one in list(sent) if one[0]["state"] == state), None), lambda: str(sent))


class Gated:
    """Work that goes on step by step when it is let; it notes that it was closed."""

    def __init__(self, steps=3):
        self.go, self.closed, self.steps, self.arguments = Event(), Event(), steps, None

    def __call__(self, arguments):
        self.arguments = arguments
        try:
            for step in range(self.steps):
                yield step / self.steps, f"step {step}"
                assert self.go.wait(LIMIT)
            return Result({"steps": self.steps}, {"square": np.arange(4.0).reshape(2, 2)})
        finally:
            self.closed.set()


def test_progress_and_then_the_result_with_its_arrays(sent):
    work = Gated()
    work.go.set()
    jobs = Jobs({"gated": work})
    ask(jobs, type="start", name="gated/1", kind="gated", arguments={"instance": 1})
    content, [data] = said(sent, "done")
    running = [(m["done"], m["text"]) for m, _ in sent if m["state"] == "running"]
    assert running == [(0, "step 0"), (1 / 3, "step 1"), (2 / 3, "step 2")]
    assert work.arguments == {"instance": 1}
    entry = content["index"][0]
    assert (entry["name"], entry["content"]) == ("gated/1", {"steps": 3})
    assert entry["arrays"] == [{"name": "square", "shape": [2, 2], "offset": 0}]
    np.testing.assert_array_equal(np.frombuffer(data, np.float32), [0, 1, 2, 3])


def test_a_result_is_kept_and_not_computed_again(sent):
    work = Gated()
    work.go.set()
    jobs = Jobs({"gated": work})
    jobs.start("gated/1", "gated", {})
    said(sent, "done")
    sent.clear()
    work.go.clear()
    jobs.start("gated/1", "gated", {})
    assert [content["state"] for content, _ in sent] == ["done"]


def test_a_cancel_stops_it_between_two_steps_and_another_can_begin(sent):
    work = Gated()
    jobs = Jobs({"gated": work})
    jobs.start("gated/1", "gated", {})
    said(sent, "running")
    ask(jobs, type="cancel")
    work.go.set()
    content, _ = said(sent, "cancelled")
    assert content["name"] == "gated/1"
    assert work.closed.is_set()
    assert jobs.results == {}
    jobs.start("gated/1", "gated", {})
    said(sent, "done")


def test_a_step_is_cancelled_where_it_checks_for_cancellation(sent):
    asked, begun, closed = [], Event(), Event()

    def deep(arguments):
        yield 0.0, "one long step"
        try:
            while len(asked) < 10_000:
                check_cancelled()
                asked.append(True)
                begun.set()
                time.sleep(0.002)
            raise AssertionError("nobody stopped it")
        finally:
            closed.set()

    jobs = Jobs({"deep": deep})
    jobs.start("deep", "deep", {})
    assert begun.wait(LIMIT)
    ask(jobs, type="cancel")
    assert said(sent, "cancelled")[0]["name"] == "deep"
    assert closed.is_set()
    check_cancelled()  # out of the job, nothing is stopped


def test_there_is_one_at_a_time_and_who_comes_second_is_refused(sent):
    work = Gated()
    jobs = Jobs({"gated": work})
    jobs.start("gated/1", "gated", {})
    said(sent, "running")
    jobs.start("gated/2", "gated", {})
    content, _ = said(sent, "failed")
    assert content == {
        "state": "failed",
        "name": "gated/2",
        "text": "something else is being computed; cancel it, or wait",
    }
    assert sent[-1][0]["name"] == "gated/1"  # so that a page that has been reloaded receives it
    work.go.set()
    said(sent, "done")


def test_a_fault_is_reported_in_a_sentence_and_the_next_can_begin(sent):
    def wrong(arguments):
        yield 0.0, "beginning"
        raise MemoryError

    jobs = Jobs({"wrong": wrong})
    for _ in range(2):
        sent.clear()
        jobs.start("wrong", "wrong", {})
        assert said(sent, "failed")[0]["text"] == "could not be computed: MemoryError"


def test_the_rest_of_a_closed_widgets_job_is_cancelled(sent):
    work = Gated(steps=1000)
    jobs = Jobs({"gated": work})
    jobs.start("gated/1", "gated", {})
    said(sent, "running")
    jobs.close()
    work.go.set()
    assert work.closed.wait(LIMIT)
    assert jobs.results == {}


def test_results_go_along_into_a_page():
    results = {"one": Result({"a": 1}, {"x": np.ones(3)}), "two": Result({}, {"y": np.zeros((0, 2)), "z": np.ones(1)})}
    packed = packed_results(results)
    assert [entry["name"] for entry in packed["index"]] == ["one", "two"]
    assert packed["index"][1]["arrays"][1] == {"name": "z", "shape": [1], "offset": 12}
    assert Jobs(results=results).get_state()["kept"]["data"].nbytes == 16
    assert Jobs().get_state()["kept"] == {"index": [], "data": None}
