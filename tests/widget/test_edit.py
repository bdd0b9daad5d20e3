"""Edited series in Python: what the browser sends, and what a cell sets."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget, ExplanationViewer, explain
from cam1d_widget.viewer.synced.channel_stack import ChannelStack

from ..support.arrays import explanation
from ..support.planted import planted_model, planted_series
from ..support.synced import sent, unpack

METHODS = ["HiResCAM", "Occlusion", "SmoothGrad"]


@pytest.fixture(scope="module")
def model():
    return planted_model()


@pytest.fixture
def widget(model):
    return CAM1DWidget(model, planted_series(), methods=METHODS)


@pytest.fixture
def flat():
    """Instance 3 without its bump in channel b."""
    series = planted_series()[3]
    series[85:105, 1] = 0
    return series


def edit(mark, instance, name, values):
    buffers = [] if values is None else [memoryview(np.asarray(values, np.float32).tobytes())]
    mark._handle_custom_msg({"type": "edit", "instance": instance, "name": name}, buffers)


def answer(mark, messages, *keys):
    """Tiles that a browser gets for its keys, and errors."""
    mark._handle_custom_msg({"type": "tiles", "request": 1, "keys": list(keys)}, [])
    content, buffers = messages[-1]
    return dict(unpack({"index": content["index"], "data": buffers[0] if buffers else b""})), content["errors"]


def test_scores_and_maps_of_an_edited_series_are_those_of_the_series_alone(widget, model, flat, monkeypatch):
    messages = sent(monkeypatch, ChannelStack)
    edit(widget.mark, 3, "some", flat)
    alone = explain(model, flat[np.newaxis], methods=METHODS, targets=[1], progress=False)
    tiles, errors = answer(
        widget.mark,
        messages,
        "edited-scores/3/some",
        *(f"edited-attribution/{method}/3/1/some" for method in range(3)),
        "attribution/0/3/1",
    )
    assert errors == {}
    np.testing.assert_allclose(tiles["edited-scores/3/some"], [alone.scores[0], alone.probabilities[0]], atol=1e-5)
    for method, label in enumerate(METHODS):
        expected = alone.attribution(label, 0, 1)
        np.testing.assert_allclose(tiles[f"edited-attribution/{method}/3/1/some"], expected, atol=1e-4)
    original = widget.explanation.attribution("HiResCAM", 3, 1)
    np.testing.assert_allclose(tiles["attribution/0/3/1"], original, err_msg="the original is not touched")
    [smooth] = [one for one in messages[-1][0]["index"] if one["key"].startswith("edited-attribution/2/")]
    assert smooth["spread"] is not None, "with standard errors"


def test_python_reads_the_edited_series_of_the_current_instance(widget, flat):
    assert widget.edited is None
    edit(widget.mark, 3, "some", flat)
    assert widget.edited is None
    widget.instance = 3
    np.testing.assert_array_equal(widget.edited, flat)
    widget.edited[:] = 0
    np.testing.assert_array_equal(widget.edited, flat)
    edit(widget.mark, 3, "", None)
    assert widget.edited is None


def test_python_edits_the_current_instance_and_the_browser_gets_the_series(widget, flat):
    widget.instance = 3
    widget.edit(flat.astype(float).tolist())
    np.testing.assert_array_equal(widget.edited, flat)
    [there] = widget.mark.get_state("edited")["edited"]
    assert (there["instance"], there["name"]) == (3, "")
    np.testing.assert_array_equal(np.frombuffer(there["values"], np.float32).reshape(flat.shape), flat)
    flat[:] = 9
    assert widget.edited.max() < 9
    widget.edit(None)
    assert widget.edited is None
    [gone] = widget.mark.get_state("edited")["edited"]
    assert len(gone["values"]) == 0
    assert gone["count"] == there["count"] + 1, "the browser sees that it is another edit"


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (np.zeros((120, 2)), r"series must have shape \(time, channel\) = \(120, 3\), but has \(120, 2\)"),
        (np.full((120, 3), np.nan), "series must be finite, but holds 360 NaN or infinite values"),
        ("text", "series must hold real numbers, but is 'text'"),
        ([[0, 1], [2]], "series must be an array, but its parts differ in length"),
        (np.full((120, 3), 1e300), "series must hold numbers from"),
    ],
)
def test_a_series_that_the_model_cannot_take_is_refused(widget, series, words):
    with pytest.raises((TypeError, ValueError), match=words):
        widget.edit(series)
    assert widget.edited is None


def test_a_series_of_the_browser_that_is_wrong_is_named_in_the_answer(widget, flat, monkeypatch):
    messages = sent(monkeypatch, ChannelStack)
    key = "edited-scores/3/some"
    for values, words in (
        (flat[:-1], "an edited series must hold 360 numbers, 120 samples of 3 channels, but holds 357"),
        (np.full_like(flat, np.inf), "an edited series must be finite, but holds 360 NaN or infinite values"),
    ):
        edit(widget.mark, 3, "some", values)
        tiles, errors = answer(widget.mark, messages, key)
        assert tiles == {}
        assert errors == {key: f"could not be computed: {words}"}
    edit(widget.mark, 99, "some", flat)
    edit(widget.mark, 3, "other", flat)
    assert "edited again" in answer(widget.mark, messages, key)[1][key]
    tiles, errors = answer(
        widget.mark, messages, "edited-scores/3/other", "edited-scores/9/other", "edited-scores/other"
    )
    assert list(tiles) == ["edited-scores/3/other"]
    assert "instance must be a whole number from 0 to 3, but is 9" in errors["edited-scores/9/other"]
    assert "key must be edited-scores/<instance>" in errors["edited-scores/other"]


def test_a_viewer_without_a_model_edits_nothing(flat, monkeypatch):
    messages = sent(monkeypatch, ChannelStack)
    viewer = ExplanationViewer(explanation())
    assert viewer.mark.facts["baselines"] is None
    edit(viewer.mark, 0, "some", np.zeros((60, 3)))
    [error] = answer(viewer.mark, messages, "edited-scores/0/some")[1].values()
    assert "only in a widget with a model" in error


def test_a_map_that_takes_long_follows_the_scores(widget, flat, monkeypatch):
    messages = sent(monkeypatch, ChannelStack)
    edit(widget.mark, 3, "some", flat)
    monkeypatch.setattr("cam1d_widget.viewer.synced.channel_stack.SLOW", -1.0)
    keys = ["edited-attribution/1/3/1/some", "edited-scores/3/some"]
    widget.mark._handle_custom_msg({"type": "tiles", "request": 7, "keys": keys}, [])
    widget.mark._background.wait()
    (slow, _), (rest, _) = messages
    assert slow["slow"] == 7
    assert [one["key"] for one in slow["index"]] == ["edited-scores/3/some"]
    assert [one["key"] for one in rest["index"]] == keys


def test_series_of_unequal_length_are_edited_at_their_own(monkeypatch):
    messages = sent(monkeypatch, ChannelStack)
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, 2))
    pooled = L.GlobalAveragePooling1D()(L.Conv1D(4, 3, activation="relu")(inputs))
    model = keras.Model(inputs, L.Dense(2, activation="softmax")(pooled))
    x = [np.random.default_rng(0).normal(size=(length, 2)).astype(np.float32) for length in (30, 20)]
    widget = CAM1DWidget(model, x, methods=["Saliency"], background=x)
    series = 2 * x[1]
    edit(widget.mark, 1, "twice", series)
    tiles, errors = answer(widget.mark, messages, "edited-scores/1/twice", "edited-attribution/0/1/0/twice")
    assert errors == {}
    probabilities = np.asarray(model(series[np.newaxis]))[0]
    np.testing.assert_allclose(tiles["edited-scores/1/twice"][1], probabilities, atol=1e-5)
    assert tiles["edited-attribution/0/1/0/twice"].shape == (20, 2)
    np.testing.assert_allclose(widget.mark.facts["baselines"], np.concatenate(x).mean(axis=0), rtol=1e-5)
