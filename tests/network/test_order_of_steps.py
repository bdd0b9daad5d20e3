"""A map is placed in time only if its layers keep their steps in order, tested on the whole map."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import HiResCAM
from cam1d_widget.network import order_of_steps

from ..support.selection import slow_but

STEPS = 90


class Of(L.Layer):
    """A layer of the user's that computes a function."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def call(self, maps: Any) -> Any:
        return self.function(maps)


class Attending(L.Layer):
    """Self-attention of the user's."""

    def __init__(self, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        self.attention = L.MultiHeadAttention(2, 4)

    def call(self, maps: Any) -> Any:
        made = self.attention(maps, maps)
        return maps + made if self.residual else made


def half(maps: Any, moved: Any) -> Any:
    """A map whose later filters are moved in time."""
    return keras.ops.concatenate([maps[..., :3], moved(maps[..., 3:])], axis=-1)


MIXING = np.random.default_rng(1).normal(size=(6, 6)).astype(np.float32)
ORDER = np.random.default_rng(0).permutation(STEPS)
OUT_OF_ORDER = {
    "mirrored": lambda a: a[:, ::-1],
    "mirrored, with a trace of itself": lambda a: 0.01 * a + a[:, ::-1],
    "mirrored, plus itself": lambda a: a + a[:, ::-1],
    "rolled": lambda a: keras.ops.roll(a, 1, axis=1),
    "rolled, with a trace of itself": lambda a: 0.1 * a + keras.ops.roll(a, 20, axis=1),
    "sorted": lambda a: keras.ops.sort(a, axis=1),
    "permuted": lambda a: 0.01 * a + keras.ops.take(a, ORDER, axis=1),
    "one piece mirrored": lambda a: keras.ops.concatenate([a[:, :40], a[:, 40:52][:, ::-1], a[:, 52:]], axis=1),
    "mean everywhere": lambda a: keras.ops.zeros_like(a) + keras.ops.mean(a, axis=1, keepdims=True),
    "first step everywhere": lambda a: a + 2 * a[:, :1],
    "running sum": lambda a: keras.ops.cumsum(a, axis=1),
}
OUT_OF_ORDER |= {
    "half of the filters mirrored": lambda a: half(a, lambda b: b[:, ::-1]),
    "one filter mirrored": lambda a: keras.ops.concatenate([a[..., :5], a[..., 5:][:, ::-1]], axis=-1),
    "the first filter rolled": lambda a: keras.ops.concatenate([keras.ops.roll(a[..., :1], 20, 1), a[..., 1:]], -1),
    "a faint filter mirrored": lambda a: keras.ops.concatenate([a[..., :5], 1e-3 * a[..., 5:][:, ::-1]], axis=-1),
    "half of the channels mirrored, then mixed": lambda a: half(a, lambda b: b[:, ::-1]) @ MIXING,
    "one channel mirrored, then mixed": lambda a: (
        keras.ops.concatenate([a[..., :5], 0.3 * a[..., 5:][:, ::-1]], axis=-1) @ np.ones((6, 6), np.float32)
    ),
}
IN_ORDER = {
    "identity": lambda a: 2 * a,
    "mean removed": lambda a: a - keras.ops.mean(a, axis=1, keepdims=True),
    "smoothed": lambda a: 2 * a + keras.ops.roll(a, 1, axis=1) + keras.ops.roll(a, -1, axis=1),
    "window": lambda a: a * np.hanning(STEPS).astype(np.float32)[:, np.newaxis],
    "with a trace of the mirror": lambda a: a + 0.1 * a[:, ::-1],
    "rectified, with the mean": lambda a: keras.ops.relu(a + 0.1 * keras.ops.mean(a, axis=1, keepdims=True)),
    "weighed over time": lambda a: a * keras.ops.softmax(keras.ops.mean(a, axis=2, keepdims=True), axis=1),
    "mixed at each step": lambda a: a @ MIXING,
}


def classifier_of(*layers: Any, steps: int = STEPS) -> KerasClassifier:
    keras.utils.set_random_seed(2)
    conv = L.Conv1D(6, 3, padding="same", use_bias=False, activation="relu", name="conv")
    model = keras.Sequential([keras.Input((steps, 2)), conv, *layers, L.GlobalAveragePooling1D(), L.Dense(2)])
    return KerasClassifier(model)


def drawn_at(classifier: KerasClassifier, event: int) -> int:
    """Where the map of a series that is zero but for one sample has its largest value."""
    x = np.zeros((1, STEPS, 2), np.float32)
    x[0, event] = 3
    return int(np.abs(HiResCAM().attribute(classifier, x, 1)[0, :, 0]).argmax())


@pytest.mark.parametrize("wrap", slow_but([Of], [Of, L.Lambda]), ids=["layer", "lambda"])
@pytest.mark.parametrize("name", OUT_OF_ORDER)
def test_layers_that_do_not_keep_their_steps_are_not_placed(name, wrap):
    reason = classifier_of(wrap(OUT_OF_ORDER[name])).no_features
    assert reason is not None
    assert "does not keep its steps in order" in reason
    assert "layer=" in reason


@pytest.mark.few(3)
@pytest.mark.parametrize("wrap", slow_but([Of], [Of, L.Lambda]), ids=["layer", "lambda"])
@pytest.mark.parametrize("name", IN_ORDER)
def test_an_event_is_drawn_where_it_is(name, wrap):
    classifier = classifier_of(wrap(IN_ORDER[name]))
    assert classifier.no_features is None
    for event in (12, 45, 70):
        assert abs(drawn_at(classifier, event) - event) <= 2


def test_attention_of_the_users_is_placed_if_its_steps_pass_it_by():
    assert classifier_of(Attending(residual=True)).no_features is None
    assert "does not keep its steps" in classifier_of(Attending(residual=False)).no_features


@pytest.mark.few(1)
@pytest.mark.parametrize("wrap", [Of, L.Lambda], ids=["layer", "lambda"])
def test_steps_of_a_long_map_are_looked_at_evenly(wrap):
    """At 64 of its steps, and at 4 of each channel, of a map that is too large to look at all of them."""
    seen = []

    def looked(function: Any) -> Any:
        def call(a: Any) -> Any:
            seen.append(a.shape[0])
            return function(a)

        return call

    many = L.Conv1D(64, 1)  # filters
    classifier = classifier_of(many, wrap(looked(lambda a: a + 0.1 * a[:, ::-1])), steps=3000)
    seen.clear()
    _ = classifier.receptive_field
    assert sum(one for one in seen if one) <= 400
    assert "keep" in classifier_of(many, wrap(lambda a: keras.ops.roll(a, 1, axis=1)), steps=3000).no_features


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.EinsumDense("bsf,st->btf", output_shape=(STEPS, 6)),
        lambda: L.Bidirectional(
            L.GRU(3, return_sequences=True, go_backwards=True), backward_layer=L.GRU(3, return_sequences=True)
        ),
        lambda: L.Conv1D(6, 1, activation=lambda h: keras.ops.flip(h, axis=1)),
        lambda: L.Activation(lambda h: keras.ops.flip(h, axis=1)),
    ],
    ids=["einsum", "backwards", "activation", "Activation"],
)
def test_layers_of_keras_that_may_move_steps_are_not_placed(layer):
    assert "cannot be placed in time" in classifier_of(layer()).no_features


def test_softmax_over_time_as_an_activation_sees_everything():
    for layer in (L.Conv1D(6, 1, activation=L.Softmax(axis=1)), L.Activation(L.Softmax(axis=1))):
        field = classifier_of(layer).receptive_field
        assert (field.start == 0).all()
        assert (field.stop == STEPS).all()


class Halved(L.Layer):
    def call(self, x):
        return x / 2


def test_a_layer_of_the_users_as_an_activation_is_tried_value_by_value():
    plain = classifier_of(L.Conv1D(6, 1, activation="relu")).receptive_field
    for layer in (L.Conv1D(6, 1, activation=Halved()), L.Activation(Halved())):
        field = classifier_of(layer).receptive_field
        np.testing.assert_array_equal(field.start, plain.start)
        np.testing.assert_array_equal(field.stop, plain.stop)


def test_a_layer_is_tried_once_however_often_its_graph_is_walked(monkeypatch):
    tried = []
    plain = order_of_steps._is_in_order
    monkeypatch.setattr(order_of_steps, "_is_in_order", lambda layer, shape: tried.append(layer) or plain(layer, shape))
    layers = [Smoothed() for _ in range(4)]
    model = keras.Sequential([L.Input((30, 2)), *layers, L.GlobalAveragePooling1D(), L.Dense(2)])
    classifier = KerasClassifier(model)
    assert len(classifier.layers) >= 4
    _ = classifier.layers, classifier.receptive_field
    assert len(tried) == len(layers)


class Smoothed(L.Layer):
    def call(self, x):
        return x + 0.1 * keras.ops.roll(x, 1, axis=1)
