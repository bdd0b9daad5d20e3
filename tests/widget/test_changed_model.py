"""A widget whose model changes after it was made: results of two networks are never mixed, and an update is offered."""

from __future__ import annotations

import json
import re

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget, KerasClassifier, explain
from cam1d_widget.explanation.source import ModelChangedError
from cam1d_widget.viewer.synced import channel_stack
from cam1d_widget.viewer.synced.jobs import Result

from ..support.networks import state_of
from ..support.selection import slow_but
from ..support.synced import sent
from ..support.toys import question

RNG = np.random.default_rng(12)
SENTENCE = re.escape(
    "the model has changed since these scores were computed; press Update, call update_model(), or make a new widget"
)


@pytest.fixture
def model() -> keras.Model:
    return question([L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])


@pytest.fixture
def x() -> np.ndarray:
    return RNG.normal(size=(4, 300, 9)).astype(np.float32)


def changed_weights(model: keras.Model) -> None:
    model.set_weights([-2 * weight if weight.ndim > 1 else weight for weight in model.get_weights()])


def changed_activation(model: keras.Model) -> None:
    next(layer for layer in model.layers if isinstance(layer, L.Conv1D)).activation = keras.activations.tanh


CHANGES = pytest.mark.parametrize("change", slow_but([changed_weights], [changed_weights, changed_activation]))


@CHANGES
def test_maps_that_are_there_stay_and_no_other_is_computed(change, model, x):
    widget = CAM1DWidget(model, x, methods=["HiResCAM", "Saliency"])
    kept = widget.attribution
    assert widget.mark.stale == ""
    change(model)
    np.testing.assert_array_equal(widget.attribution, kept)
    widget.method = "Saliency"
    with pytest.raises(ModelChangedError, match=SENTENCE):
        _ = widget.attribution
    assert widget.mark.stale.startswith("The model has changed since this widget was made.")
    with pytest.raises(ModelChangedError):
        widget.explanation.compute(progress=False)
    with pytest.raises(ModelChangedError):
        widget.check(progress=False)


@CHANGES
def test_every_answer_to_the_browser_is_refused_with_the_sentence(change, model, x, monkeypatch):
    widget = CAM1DWidget(model, x, methods=["HiResCAM", "Saliency"])
    messages = sent(monkeypatch, type(widget.mark))
    change(model)
    for request in (
        {"type": "tiles", "request": 1, "keys": ["series/0", "attribution/1/2/0"]},
        {"type": "replace", "name": "0/3/9", "instance": 0, "window": [3, 9]},
    ):
        widget.mark.stale = ""
        widget.mark._receive(None, request, [])
        assert re.search(SENTENCE, json.dumps(messages[-1][0]))
        assert widget.mark.stale
    assert [entry["key"] for entry in messages[0][0]["index"]] == ["series/0"]
    layer = widget.inside.layer
    for kind, arguments in (
        ("checks", {"method": "HiResCAM", "instance": 0, "target": 0}),
        ("inside layer", {"layer": layer}),
        ("inside filter", {"layer": layer, "filter": 0}),
        ("inside series", {"target": 0, "solutions": 1, "start": "noise", "nearness": 0}),
    ):
        with pytest.raises(ModelChangedError, match=SENTENCE):
            list(widget.jobs.work[kind](arguments))
    with pytest.raises(ModelChangedError, match=SENTENCE):
        widget.inside.tile("activations/0/0")


@CHANGES
def test_an_update_shows_the_model_as_it_is_now_and_keeps_what_was_chosen(change, model, x, monkeypatch):
    for limit in ("SLOW", "_FIRST"):  # the first picture contains the map, however busy the machine is
        monkeypatch.setattr(channel_stack, limit, np.inf)
    widget = CAM1DWidget(model, x, [0, 1, 2, 0], methods=["HiResCAM", "Saliency"])
    widget.instance, widget.target, widget.method = 3, 1, "Saliency"
    before = widget.attribution
    widget.inside.tile("activations/0/3")
    widget.jobs.keep("checks/Saliency/3/1", Result({}))
    messages = sent(monkeypatch, type(widget.mark))
    change(model)
    state = state_of(model)
    widget.mark._receive(None, {"type": "update"}, [])
    assert state_of(model) == state
    assert messages == []  # all of it is state
    assert (widget.instance, widget.target, widget.method) == (3, 1, "Saliency")
    assert (widget.mark.stale, widget.mark.version, dict(widget.jobs.results)) == ("", 1, {})
    expected = explain(KerasClassifier(model), x, methods=["HiResCAM", "Saliency"], targets="all", progress=False)
    np.testing.assert_allclose(widget.mark.scores, expected.scores, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(widget.mark.probabilities, model(x), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(widget.attribution, expected.attribution("Saliency", 3, 1), rtol=1e-3, atol=1e-6)
    assert np.abs(widget.attribution - before).max() > 1e-3 * np.abs(before).max()
    first = {entry["key"]: entry for entry in widget.mark.tiles["index"]}
    assert list(first) == ["series/3", "attribution/1/3/1"]
    activations = widget.inside.tile("activations/0/3").values
    layer = next(layer for layer in model.layers if layer.name == widget.inside.layers[0]["name"])
    np.testing.assert_allclose(
        activations, keras.Function(model.inputs, [layer.output])([x])[0][3], rtol=1e-3, atol=1e-5
    )
    said = widget.mark._scores_without(0, 3, 9)
    replaced = x[:1].copy()
    replaced[:, 3:9] = 0
    np.testing.assert_allclose(said.probabilities, model(replaced)[0], rtol=1e-4, atol=1e-6)


def test_an_update_that_cannot_be_done_says_why_and_changes_nothing(model, x):
    widget = CAM1DWidget(model, x, methods=["Saliency"])
    scores = widget.mark.scores
    model.add(L.Dense(2))
    widget.mark._receive(None, {"type": "update"}, [])
    fault = "the model must still give 3 scores for an update, but gives 2; make a new widget"
    assert widget.mark.stale == f"The model could not be updated: {fault}"
    assert widget.mark.scores is scores


def test_a_classifier_that_the_user_made_is_updated_after_training_and_says_what_to_do_after_other_changes(model, x):
    widget = CAM1DWidget(KerasClassifier(model), x, methods=["Saliency"])
    changed_weights(model)
    widget.update_model()
    np.testing.assert_allclose(widget.mark.probabilities, model(x), rtol=1e-4, atol=1e-6)
    changed_activation(model)
    with pytest.raises(ModelChangedError, match=r"has changed since this classifier was made \(activation of layer"):
        widget.update_model()


def test_means_are_of_the_updated_model(model, x):
    widget = CAM1DWidget(model, x, [0, 0, 0, 0], methods=["Saliency"])
    widget.mean = ("true", 0)
    before = widget.attribution
    changed_weights(model)
    widget.explanation.update_model()  # which the widget shows at once
    assert widget.mark.version == 1
    assert np.abs(widget.attribution - before).max() > 1e-3 * np.abs(before).max()
