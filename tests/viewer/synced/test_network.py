"""The kernel sends its network to the browser, once for each request, and notices a changed model."""

import json

import numpy as np
import pytest

from cam1d_widget.explanation.portable_model import PortableModel
from cam1d_widget.viewer.synced.channel_stack import ChannelStack
from cam1d_widget.viewer.synced.network import MOST

from ...support.arrays import Lazy, explanation
from ...support.synced import sent as sent_by


class WithModel(Lazy):
    """An explanation with a model, which counts how often it is compared."""

    def __init__(self, weights=4, fault=None, half_precision=False):
        super().__init__(explanation())
        self.weights, self.fault, self.checks, self.half_precision = weights, fault, 0, half_precision

    def portable_model(self):
        if self.fault is not None:
            raise self.fault
        description = {"methods": ["Grad-CAM"], "half_precision": self.half_precision}
        return PortableModel(description, np.arange(self.weights, dtype=np.float32))

    def check_model(self):
        self.checks += 1
        return True

    def network_finding(self):
        return {"name": "Network", "passed": None, "text": "", "fault": ""}


@pytest.fixture
def sent(monkeypatch):
    return sent_by(monkeypatch, ChannelStack)


def request(source, *, sends_network=True, **content):
    mark = ChannelStack(source, sends_network=sends_network)
    mark._handle_custom_msg({"type": "network", **content}, [])
    mark._network._background.wait()
    return mark


def test_a_request_is_answered_with_description_and_weights(sent):
    request(WithModel())
    [(content, [weights])] = sent
    assert content["network"]["methods"] == ["Grad-CAM"]
    assert content["version"] == 0
    np.testing.assert_array_equal(np.frombuffer(weights, np.float32), np.arange(4))
    json.dumps(content, allow_nan=False)


def test_the_programs_of_the_engine_are_sent_where_they_are_wanted(sent):
    request(WithModel(), programs=True)
    [(_, [_, script, program])] = sent
    assert b"startModel" in script
    assert program.startswith(b"\0asm")


@pytest.mark.parametrize("source", [Lazy(explanation()), WithModel(fault=ValueError("no")), WithModel(MOST // 4 + 1)])
def test_a_network_that_stays_in_the_kernel_is_answered_with_none(sent, source):
    mark = request(source, programs=True)
    assert [(content, list(buffers)) for content, buffers in sent] == [({"network": None, "version": 0}, [])]
    mark.set_state({"instance": 1})


def test_a_widget_that_leaves_all_to_the_kernel_sends_none(sent):
    request(WithModel(), sends_network=False)
    assert sent == []


def test_a_changed_model_is_looked_for_whenever_the_browser_has_computed_with_a_copy(sent):
    source = WithModel()
    mark = ChannelStack(source, sends_network=True)
    mark.set_state({"instance": 1})
    assert source.checks == 0
    mark = request(source)
    mark.set_state({"instance": 2})
    mark._handle_custom_msg({"type": "edit", "instance": 0}, [])
    assert source.checks == 2


@pytest.mark.parametrize("choice", [{"instance": 1}, {"target": 1}, {"mean": {"by": "predicted", "of": 1}}])
def test_a_changed_model_is_looked_for_whenever_python_chooses_what_the_browser_computes(sent, choice):
    source = WithModel()
    mark = request(source)
    mark.set_trait(*next(iter(choice.items())))
    assert source.checks == 1
    mark.edit(0, None)
    assert source.checks == 2


def test_a_network_in_half_precision_stays_in_the_kernel(sent):
    request(WithModel(half_precision=True))
    assert sent[0][0]["network"] is None
