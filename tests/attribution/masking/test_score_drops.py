"""Score drops from crops equal those from whole series; where they would differ, no crop is used."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.masking import LinearBridge, LocalMean, Slices, replaced
from cam1d_widget.attribution.masking.crops import crops_of
from cam1d_widget.attribution.masking.score_drops import score_drops
from cam1d_widget.attribution.methods import Occlusion

from ...support.selection import slow_but
from ...support.toys import ZOO

RNG = np.random.default_rng(3)
HEADS = {
    "flatten": L.Flatten(),
    "gap": L.GlobalAveragePooling1D(),
    "gmp": L.GlobalMaxPooling1D(),
    "hidden": lambda maps: L.Dense(4, activation="relu")(L.GlobalAveragePooling1D()(maps)),
}
LOCAL = [name for name in ZOO if name != "gated"]
QUICK = ["same, odd length", "pooled"]


@cache
def network(name: str, length: int, head: str = "flatten") -> KerasClassifier:
    keras.utils.set_random_seed(5)
    classifier = KerasClassifier(ZOO[name](L.MaxPooling1D, length, HEADS[head]))
    for layer in classifier.model.layers:
        if isinstance(layer, L.Conv1D):
            layer.bias.assign(RNG.normal(0, 0.3, layer.bias.shape))  # so that padding is not like a series of zeros
    return classifier


@cache
def series(length: int) -> np.ndarray:
    return np.random.default_rng(length).normal(size=(length, 2)).astype(np.float32)


def by_hand(classifier, x, slices, baseline, channels):
    """One whole series for each piece."""
    intact = classifier.scores(x[np.newaxis])[0]
    pieces = [np.s_[:]] if channels == "all" else [np.s_[c : c + 1] for c in range(x.shape[1])]
    return np.array(
        [
            [
                intact - classifier.scores(replaced(x, np.s_[start:stop, piece], baseline)[np.newaxis])[0]
                for piece in pieces
            ]
            for start, stop in zip(slices.start, slices.stop, strict=True)
        ]
    )


def agree(classifier, x, slices, baseline, channels="each"):
    stand_in = baseline if not np.isscalar(baseline) else np.full_like(x, baseline)
    falls = score_drops(classifier, x, slices, stand_in, np.arange(3), channels)
    expected = by_hand(classifier, x, slices, baseline, channels)
    # scores of whole series are rounded, so that small differences are not known better
    rounding = 1e-6 * np.abs(classifier.scores(x[np.newaxis])).max()
    np.testing.assert_allclose(falls, expected, atol=1e-4 * np.abs(expected).max() + rounding)
    return expected


@pytest.mark.few(1)
@pytest.mark.parametrize("length", slow_but([523], [500, 523]))
@pytest.mark.parametrize("name", slow_but(QUICK, LOCAL))
def test_crops_give_what_whole_series_give(name, length):
    classifier, x = network(name, length), series(length)
    slices = Slices.sliding(length, 20, 17)
    crops = crops_of(classifier, x, slices)
    assert crops is not None
    assert crops.length < length / 2
    assert np.abs(agree(classifier, x, slices, 0.5)).max() > 0


@pytest.mark.few(1)
@pytest.mark.parametrize("head", slow_but(["flatten", "gmp"], HEADS))
@pytest.mark.parametrize("name", slow_but(["same, odd length"], ["question", "same, odd length", "residual"]))
def test_every_head_gets_the_changed_features(name, head):
    classifier, x = network(name, 517, head), series(517)
    slices = Slices.apart(517, change_points=[3, 50, 75, 490, 510])
    assert crops_of(classifier, x, Slices.apart(517, 20)) is not None
    agree(classifier, x, Slices.apart(517, 20), 0.5, "all")
    agree(classifier, x, slices, 0.5)


@pytest.mark.parametrize("name", slow_but(QUICK, LOCAL))
def test_one_sample_at_an_end_is_a_window_as_well(name):
    classifier, x = network(name, 523), series(523)
    for slices in (Slices(np.array([0]), np.array([1]), 523), Slices(np.array([522]), np.array([523]), 523)):
        agree(classifier, x, slices, 5.0)


@pytest.mark.parametrize("names", slow_but([QUICK], [QUICK, LOCAL]), ids=["quick", "all"])
@given(data=st.data())
def test_any_windows_agree(names, data):
    name = data.draw(st.sampled_from(names))
    classifier, x = network(name, 523), series(523)
    start = data.draw(st.lists(st.integers(0, 522), min_size=1, max_size=4))
    stop = [min(first + data.draw(st.integers(1, 60)), 523) for first in start]
    agree(classifier, x, Slices(np.array(start), np.array(stop), 523), data.draw(st.sampled_from([0.5, 0.0, -2.0])))


@pytest.mark.parametrize("baseline", [LinearBridge(), LocalMean(30)])
def test_what_looks_at_the_piece_sees_as_much_of_the_series_as_it_wants(baseline):
    agree(network("pooled", 517), series(517), Slices.sliding(517, 20, 13), baseline)


SEEING_EVERYTHING = {
    "gate": lambda maps: L.Multiply()([maps, L.GlobalAveragePooling1D(keepdims=True)(maps)]),
    "recurrent": lambda maps: L.GRU(4, return_sequences=True)(maps),
    "normalization": lambda maps: L.LayerNormalization(axis=(1, 2))(maps),
    "attention": lambda maps: L.MultiHeadAttention(2, 2)(maps, maps),
}


@pytest.mark.parametrize("kind", slow_but(["gate", "normalization"], SEEING_EVERYTHING))
def test_whole_series_are_run_where_a_step_sees_everything(kind):
    keras.utils.set_random_seed(5)
    entry = keras.Input((200, 2))
    maps = SEEING_EVERYTHING[kind](L.Conv1D(4, 5, activation="relu")(entry))
    classifier = KerasClassifier(keras.Model(entry, L.Dense(3)(L.GlobalAveragePooling1D()(maps))), layer=-3)
    x, slices = series(200), Slices.sliding(200, 20, 20)
    assert crops_of(classifier, x, slices) is None
    agree(classifier, x, slices, 0.5)


class Trend(L.Layer):
    """Moves with the sample's place in the series, which no receptive field tells."""

    def call(self, x):
        return x + keras.ops.arange(keras.ops.shape(x)[1], dtype="float32")[:, None] / 100


@pytest.mark.slow
def test_crops_that_do_not_give_the_features_are_found_out(monkeypatch):
    """A layer that is taken for step by step, and is not: only looking at the features tells."""
    from cam1d_widget.network import receptive_field
    from cam1d_widget.network.operations import Opaque

    rule = Opaque, lambda operation, step, seen: seen[0]
    monkeypatch.setattr(receptive_field, "_RULES", [rule, *receptive_field._RULES])
    classifier = KerasClassifier(
        keras.Sequential([keras.Input((300, 2)), L.Conv1D(3, 5), Trend(), L.ReLU(), L.Flatten(), L.Dense(3)])
    )
    x, slices = series(300), Slices.sliding(300, 20, 20)
    assert crops_of(classifier, x, slices) is None
    agree(classifier, x, slices, 0.5)


def test_nested_backbone_is_cropped_as_well():
    keras.utils.set_random_seed(5)
    inner = keras.Sequential([keras.Input((500, 2)), L.Conv1D(4, 5, strides=2, activation="relu"), L.MaxPooling1D(3)])
    series_in = keras.Input((500, 2))
    maps = L.Conv1D(4, 3, padding="same", activation="relu")(inner(series_in))
    classifier = KerasClassifier(keras.Model(series_in, L.Dense(3)(L.Flatten()(maps))))
    x, slices = series(500), Slices.sliding(500, 20, 20)
    assert crops_of(classifier, x, slices) is not None
    agree(classifier, x, slices, 0.5)


def test_one_sigmoid_unit_and_probabilities():
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((400, 2)),
            L.Conv1D(4, 9, activation="relu"),
            L.MaxPooling1D(5),
            L.Flatten(),
            L.Dense(1, "sigmoid"),
        ]
    )
    x, slices = series(400), Slices.sliding(400, 20, 20)
    for score in ("logits", "probabilities"):
        classifier = KerasClassifier(model, score=score)
        assert crops_of(classifier, x, slices) is not None
        falls = score_drops(classifier, x, slices, np.zeros_like(x), np.arange(2))
        expected = by_hand(classifier, x, slices, 0, "each")
        np.testing.assert_allclose(falls, expected, atol=1e-4 * np.abs(expected).max())


def test_samples_that_nothing_sees_change_nothing():
    classifier = network("question", 520)
    unseen = np.flatnonzero(~classifier_field(classifier).seen)
    assert unseen.size
    values = Occlusion(size=1, stride=1).attribute(classifier, series(520)[np.newaxis], 0)
    assert (values[0, unseen] == 0).all()


def classifier_field(classifier):
    classifier.scores(series(520)[np.newaxis])
    return classifier.receptive_field
