import json
from pathlib import Path

import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget.viewer.synced import base as _frontend
from cam1d_widget.viewer.synced.channel_stack import ChannelStack
from cam1d_widget.viewer.synced.tiles import MOST

from ...support.arrays import Lazy, explanation
from ...support.synced import sent as sent_by
from ...support.synced import unpack


@pytest.fixture
def sent(monkeypatch):
    """What a mark says to the browser half."""
    return sent_by(monkeypatch, ChannelStack)


def ask(mark, *keys, request=1):
    mark._handle_custom_msg({"type": "tiles", "request": request, "keys": list(keys)}, [])


def test_name_and_version_are_those_of_the_browser_half():
    manifest = json.loads((Path(__file__).parents[3] / "js" / "package.json").read_text())
    assert manifest["name"] == _frontend.MODULE
    assert f"^{manifest['version']}" == _frontend.VERSION


def test_the_first_picture_travels_with_the_state():
    whole = explanation()
    mark = ChannelStack(whole, instance=2, target=1, method=1)
    tiles = dict(unpack(mark.tiles))
    np.testing.assert_array_equal(tiles["series/2"], whole.x[2])
    np.testing.assert_array_equal(tiles["attribution/1/2/1"], whole.attribution("Gradient × Input", 2, 1))


def test_nothing_else_is_computed_before_it_is_asked_for():
    lazy = Lazy(explanation())
    ChannelStack(lazy)
    assert lazy.computed == [("Grad-CAM", 0, 0)]


def test_one_message_asks_and_one_answers(sent):
    whole = explanation()
    mark = ChannelStack(whole)
    ask(mark, "series/3", "attribution/2/3/1", request=9)
    [(content, [data])] = sent
    tiles = dict(unpack({"index": content["index"], "data": data}))
    assert content["request"] == 9
    np.testing.assert_array_equal(tiles["series/3"], whole.x[3])
    np.testing.assert_array_equal(tiles["attribution/2/3/1"], whole.attribution("Saliency", 3, 1))
    json.dumps(content, allow_nan=False)


def test_a_fault_is_reported_and_affects_no_other_tile(sent):
    mark = ChannelStack(Lazy(explanation(), RuntimeError("out of memory")))
    ask(mark, "series/3", "attribution/2/3/1")
    [(content, _)] = sent
    assert [entry["key"] for entry in content["index"]] == ["series/3"]
    assert content["errors"] == {"attribution/2/3/1": "could not be computed: out of memory"}


@pytest.mark.parametrize(
    "key",
    ["series/-1", "series/4", "attribution/-1/0/0", "attribution/0/-1/0", "attribution/0/0/-1", "attribution/3/0/0"]
    + [f"mean-{kind}/predicted/1/{places}" for kind in ("series", "attribution") for places in ("-1/0", "0/-1")],
)
def test_an_index_that_is_none_is_answered_with_an_error_and_with_no_other_picture(key, sent):
    mark = ChannelStack(explanation())
    ask(mark, key)
    [(answer, buffers)] = sent
    assert (answer["index"], buffers) == ([], None)
    assert " must be a whole number from 0 to " in answer["errors"][key]


def test_a_request_is_answered_once_for_each_key_and_its_size_is_bounded(sent):
    mark = ChannelStack(explanation())
    ask(mark, *["series/1"] * 100_000, "series/2")
    assert [entry["key"] for entry in sent[0][0]["index"]] == ["series/1", "series/2"]
    keys = [f"series/{'0' * place}1" for place in range(MOST + 5)]
    ask(mark, *keys)
    assert [entry["key"] for entry in sent[1][0]["index"]] == keys[:MOST]
    assert list(sent[1][0]["errors"]) == keys[MOST:]


def test_an_interrupt_is_answered_as_well(sent):
    mark = ChannelStack(Lazy(explanation(), KeyboardInterrupt()), tiles={"index": [], "data": b""})
    ask(mark, "attribution/2/3/1", request=7)
    [(content, _)] = sent
    assert content["request"] == 7
    assert content["errors"] == {"attribution/2/3/1": "could not be computed: interrupted"}


def test_an_answer_without_tiles_has_no_buffer(sent):
    mark = ChannelStack(Lazy(explanation(), RuntimeError("out of memory")))
    ask(mark, "attribution/2/3/1")
    assert sent[0][1] is None


def test_other_messages_are_none_of_its_business(sent):
    ChannelStack(explanation())._handle_custom_msg({"event": "hover"}, [])
    assert sent == []


@pytest.mark.parametrize(("name", "value", "count"), [("instance", 4, 4), ("target", -1, 3), ("method", 3, 3)])
def test_an_index_beyond_what_there_is_is_refused(name, value, count):
    mark = ChannelStack(explanation())
    with pytest.raises(
        TraitError, match=rf"{name} must be a whole number(, at least 0| from 0 to {count - 1}), but is {value}"
    ):
        setattr(mark, name, value)


def test_tables_and_tiles_are_not_echoed():
    silent = {
        name for name, one in ChannelStack.class_traits(sync=True).items() if one.metadata.get("echo_update") is False
    }
    assert silent >= {"explained", "facts", "probabilities", "scores", "steps", "tiles", "truth"}
    assert not silent & {"instance", "target", "method", "against", "mean", "pinned", "window", "annotations"}


def test_tables_go_as_bytes():
    state = ChannelStack(explanation()).get_state()
    scores = state["scores"]
    assert (scores["dtype"], scores["shape"]) == ("float32", [4, 3])
    assert isinstance(scores["data"], memoryview)
    assert isinstance(state["tiles"]["data"], memoryview)


def test_receptive_fields_of_the_steps_are_included():
    whole = explanation()
    packed = ChannelStack(whole).get_state()["steps"]
    steps = np.frombuffer(packed["data"], packed["dtype"]).reshape(packed["shape"])
    np.testing.assert_array_equal(steps, whole.receptive_field)
