"""Any message of a browser: messages are answered, states are checked like arguments, and the widget still works."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from cam1d_widget import ExplanationViewer
from cam1d_widget.explanation.source import LayerFacts, Scores
from cam1d_widget.viewer.other_series import SeriesMap
from cam1d_widget.viewer.synced.channel_stack import ChannelStack
from cam1d_widget.viewer.synced.checks import Checks
from cam1d_widget.viewer.synced.finder import Finder
from cam1d_widget.viewer.synced.inside import Inside
from cam1d_widget.viewer.synced.jobs import Jobs, Result
from cam1d_widget.viewer.synced.options import Options
from cam1d_widget.viewer.synced.tiles import MOST
from cam1d_widget.viewer.windows import Annotation, WithoutWindow

from ...support.arrays import explanation
from ...support.hostile import RAW
from ...support.synced import sent as sent_by

MANY = settings(
    max_examples=20 * settings.default.max_examples, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.sampled_from([0, 1, 2, -1, 99, 10**30, 1.5, -0.5, math.inf, True, None, "1", ""])
VALUES = st.recursive(
    NUMBERS | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from("instance target method against mean window text by of type".split()), inner, max_size=4
        )
    ),
    max_leaves=8,
)
KEYS = VALUES | st.builds(
    "/".join,
    st.tuples(
        st.sampled_from(
            [
                "series",
                "attribution",
                "edited-scores",
                "edited-attribution",
                "mean-series/true",
                "mean-attribution/predicted",
                "activations",
                "x",
            ]
        ),
        st.lists(st.sampled_from(["0", "1", "-1", "99", "", "a", "١", "1.5"]), max_size=4).map("/".join),
    ),
)
WINDOWS = VALUES | st.lists(NUMBERS, min_size=2, max_size=2)
MESSAGES = st.one_of(
    VALUES,
    st.fixed_dictionaries({"type": st.just("tiles")}, optional={"keys": VALUES | st.lists(KEYS), "request": VALUES}),
    st.fixed_dictionaries(
        {"type": st.just("replace")}, optional={"name": VALUES, "instance": VALUES, "window": WINDOWS}
    ),
    st.fixed_dictionaries({"type": st.just("edit")}, optional={"name": VALUES, "instance": VALUES}),
    st.fixed_dictionaries(
        {"type": st.just("start")},
        optional={"name": VALUES, "kind": VALUES | st.just("double"), "arguments": VALUES | st.just({"of": 2})},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["views", "picture"])}, optional={"count": VALUES, "request": VALUES}
    ),
)
NOTES = st.fixed_dictionaries({"instance": NUMBERS, "window": WINDOWS, "text": VALUES}, optional={"evil": VALUES})
MEANS = st.fixed_dictionaries({"by": st.sampled_from(["true", "predicted", "x"]), "of": NUMBERS})
PICTURES = st.fixed_dictionaries(
    {"instance": NUMBERS, "target": NUMBERS, "method": NUMBERS}, optional={"against": NUMBERS, "mean": VALUES | MEANS}
)


class Readable:
    """Reads layers that are not there."""

    layers = (LayerFacts("conv", "Conv1D", 2), LayerFacts("dense", "Dense", 3))
    explained = None
    work = {}

    def activations(self, layer, instance):
        return np.ones((4, 2))[[instance]]


class Replacing:
    baseline = "zero"

    baselines = (0.0, 0.0, 0.0)

    def __call__(self, instance, first, stop):
        return WithoutWindow(np.arange(3.0), None)

    def scores(self, instance, series):
        return Scores(np.arange(3.0), None)

    def attribution(self, method, instance, target, series):
        return SeriesMap(series, 0.0, None)


def double(arguments):
    yield 0.5, "doubling"
    return Result({"twice": 2 * arguments["of"]})


def viewer():
    return ExplanationViewer(
        explanation(), scores_without=Replacing(), inside=Readable(), jobs=Jobs({"double": double})
    )


def is_sentence(words):
    return "\n" not in words and not RAW.search(words)


def refused(call, kinds):
    """Message of an error of these kinds; None for a call without one."""
    try:
        call()
    except kinds as fault:
        return str(fault)


@pytest.fixture
def sent(monkeypatch):
    return {kind: sent_by(monkeypatch, kind) for kind in (ChannelStack, Inside, Jobs)}


@MANY
@given(message=MESSAGES, buffers=st.lists(st.binary(max_size=9), max_size=1))
def test_every_request_is_answered_and_every_refusal_is_a_sentence(message, buffers, sent):
    shown = viewer()
    before = {name: getattr(shown.mark, name) for name in ("instance", "target", "method", "annotations", "pinned")}
    for widget in (shown.mark, shown.inside, shown.jobs):
        answers = sent[type(widget)]
        answers.clear()
        fault = refused(lambda widget=widget: widget._receive(widget, message, buffers), (TypeError, ValueError))
        assert fault is None or (is_sentence(fault) and message["type"] in ("views", "picture"))  # they want no answer
        for content, _ in answers:
            for words in [*(content.get("errors") or {}).values(), content.get("error"), content.get("text")]:
                assert words is None or is_sentence(words), words
    kind = message.get("type") if isinstance(message, dict) else None
    asked = {"tiles": ChannelStack, "replace": ChannelStack, "start": Jobs}.get(kind if isinstance(kind, str) else "")
    assert asked is None or sent[asked]
    assert before == {name: getattr(shown.mark, name) for name in before}


@MANY
@given(
    state=st.one_of(
        st.fixed_dictionaries({"annotations": VALUES | st.lists(NOTES, max_size=3)}),
        st.fixed_dictionaries({"mean": VALUES | MEANS}),
        st.fixed_dictionaries({"pinned": VALUES | PICTURES}),
        st.fixed_dictionaries({"window": WINDOWS}),
        st.dictionaries(st.sampled_from(["instance", "target", "method", "against"]), NUMBERS, max_size=3),
        st.dictionaries(st.sampled_from(["tiles", "facts", "scores", "jobs", "version", "_model_name"]), VALUES),
    )
)
def test_a_state_is_refused_as_a_whole_or_can_be_used(state):
    shown = viewer()
    before = shown.mark.get_state()
    fault = refused(lambda: shown.mark.set_state(state), TraitError)
    if fault is not None:
        assert is_sentence(fault), fault
        assert any(name in fault for name in state)
        after = shown.mark.get_state()
        assert all(np.array_equal(before[name], after[name]) for name in state)
    assert all(isinstance(note, Annotation) for note in shown.annotations)
    _ = shown.numbers, shown.mean, shown.selected_window
    if shown.pinned is not None:
        shown.pinned = shown.pinned
    json.dumps([shown.mark.annotations, shown.mark.pinned, shown.mark.mean, shown.mark.window], allow_nan=False)


@MANY
@given(part=st.sampled_from([Options, Finder, Checks, Inside]), data=st.data())
def test_the_state_of_a_panel_is_refused_or_holds(part, data):
    one = viewer()
    panel = next(value for value in one.mark.parts.values() if type(value) is part)
    name = data.draw(st.sampled_from([name for name in panel.traits(sync=True) if not name.startswith("_")]))
    before, value = getattr(panel, name), data.draw(VALUES)
    fault = refused(lambda: panel.set_state({name: value}), TraitError)
    if fault is not None:
        assert is_sentence(fault), fault
        assert name in fault
        assert getattr(panel, name) == before
    elif name != "tiles":  # bytes
        json.dumps(getattr(panel, name), allow_nan=False)


def test_a_page_is_written_after_a_hostile_state(tmp_path):
    shown = viewer()
    for state in ({"annotations": [{"evil": 1}]}, {"pinned": {}}, {"mean": {"evil": 1}}):
        with pytest.raises(TraitError, match=rf"^{next(iter(state))}.* must have the fields"):
            shown.mark.set_state(state)
    assert shown.save_html(tmp_path / "page.html", progress=False).stat().st_size > 10_000


def test_a_refused_state_goes_back_to_the_browser(monkeypatch):
    shown, returned = viewer(), []
    monkeypatch.setattr(ChannelStack, "send_state", lambda self, key=None: returned.append(key))
    with pytest.raises(TraitError, match=r"^instance must be a whole number from 0 to 3, but is 99$"):
        shown.mark.set_state({"instance": 99})
    assert returned[-1] == ["instance"]
    assert shown.instance == 0


def test_ten_thousand_keys_are_bounded(sent):
    mark = viewer().mark
    mark._receive(mark, {"type": "tiles", "request": 1, "keys": [f"series/{place}" for place in range(10_000)]}, [])
    [(content, _)] = sent[ChannelStack]
    assert len(content["index"]) == 4
    assert len(content["errors"]) < 20 * MOST
