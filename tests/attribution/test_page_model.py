"""A page with a model computes the scores and maps that Python computes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from keras import layers as L

from cam1d_widget import KerasClassifier, TorchClassifier, models
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.methods import Saliency

from ..support.page_engine import in_page
from ..support.random_networks import HEADS, blocks, network

TARGET = 1


def lazy_of(model: Any, **options: Any) -> LazyExplanation:
    keras_classifier = KerasClassifier(model, **options)
    length, channels = keras_classifier.input_shape
    noise = np.random.default_rng(0).normal(size=(12, length or 40, channels)).astype(np.float32)
    return LazyExplanation(keras_classifier, noise[:2], background=noise[2:] + 0.3)


def compare(explanations: list[LazyExplanation]) -> None:
    models = [one.portable_model() for one in explanations]
    answers = in_page(models, [one.x[0] for one in explanations], TARGET)
    for one, model, answer in zip(explanations, models, answers, strict=True):
        scores = one.scores[0]
        assert np.ptp(scores) > 1e-3, "scores that are all equal are computed by anything"
        np.testing.assert_allclose(answer["scores"], scores, rtol=1e-4, atol=1e-4 * np.abs(scores).max())
        if one.probabilities is None:
            assert answer["probabilities"] is None
        else:
            np.testing.assert_allclose(answer["probabilities"], one.probabilities[0], rtol=1e-4, atol=1e-5)
        assert set(answer["maps"]) == set(model.description["methods"])
        for label, values in answer["maps"].items():
            there = one.attribution(label, 0, TARGET)
            # The denominator of Grad-CAM++ may be nearly zero, which magnifies the rounding of the features.
            share = 1e-2 if label == "Grad-CAM++" else 1e-3
            # Occlusion subtracts scores, each of which is rounded.
            rounded = 4 * np.finfo(np.float32).eps * np.abs(scores).max() if label == "Occlusion" else 1e-12
            atol = share * np.abs(there).max() + rounded
            np.testing.assert_allclose(values, there, rtol=0, atol=atol, err_msg=label)
            gap = np.nan if answer["gaps"][label] is None else answer["gaps"][label]
            np.testing.assert_allclose(gap, one.completeness_gap(label, 0, TARGET), rtol=0, atol=1e-3, err_msg=label)


def sequential(*layers: Any, shape: tuple[int, int] = (40, 3)) -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input(shape), *layers])


def arithmetic() -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((40, 3))
    one, other = L.Conv1D(4, 3, padding="same")(series), L.Conv1D(4, 5, padding="same", activation="tanh")(series)
    gate = L.Dense(4, activation="sigmoid")(L.GlobalAveragePooling1D(keepdims=True)(one))
    joined = [
        L.Add()([one, other]),
        L.Subtract()([one, other]),
        L.Multiply()([one, gate]),
        L.Maximum()([one, other]),
        L.Minimum()([one, other]),
        L.Average()([one, other]),
        2.5 * one - np.arange(4, dtype="float32"),
        L.Rescaling(0.5, offset=1.0)(other),
    ]
    maps = L.BatchNormalization()(L.Concatenate()(joined))
    maps = L.Reshape((40, 4, 8))(maps)
    maps = L.Reshape((40, -1))(L.Permute((1, 3, 2))(maps))
    return keras.Model(series, L.Dense(3)(L.Flatten()(maps)))


def two_dimensional() -> keras.Model:
    return sequential(
        L.Reshape((40, 3, 1)),
        L.Conv2D(4, (9, 1), padding="same", use_bias=False),
        L.BatchNormalization(),
        L.DepthwiseConv2D((1, 3), depth_multiplier=2),
        L.ELU(),
        L.AveragePooling2D((4, 1)),
        L.SeparableConv2D(6, (5, 1), padding="same"),
        L.Activation("mish"),
        L.Flatten(),
        L.Dense(3, activation="softmax"),
    )


def activations() -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((40, 3))
    names = "relu relu6 selu silu tanh sigmoid hard_sigmoid softsign mish exponential gelu softplus log_sigmoid".split()
    limited = [L.LeakyReLU(0.2), L.PReLU("glorot_uniform", shared_axes=[1]), L.ReLU(max_value=0.5), L.ELU(0.7)]
    activated = [*map(L.Activation, names), *limited]
    maps = L.Concatenate()([activation(L.Conv1D(2, 3)(series)) for activation in activated])
    return keras.Model(series, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(L.Conv1D(4, 3)(maps))))


def poolings() -> keras.Model:
    return sequential(
        L.ZeroPadding1D((2, 1)),
        L.Conv1D(6, 4, strides=3, padding="same", groups=3, activation="leaky_relu"),
        L.UpSampling1D(3),
        L.Cropping1D((1, 2)),
        L.AveragePooling1D(3, 2, padding="same"),
        L.MaxPooling1D(3, 2, padding="same"),
        L.Conv1D(4, 3, dilation_rate=2, padding="causal"),
        L.GlobalMaxPooling1D(),
        L.Dense(3),
    )


def transposed() -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((40, 3))
    maps = L.Conv1D(4, 3, strides=2, activation="relu")(series)
    joined = [
        L.Conv1DTranspose(3, size, strides=strides, dilation_rate=dilation, padding=padding)(maps)
        for size, strides, dilation, padding in (
            (5, 2, 1, "same"),
            (4, 3, 1, "valid"),
            (2, 3, 1, "same"),
            (2, 4, 1, "valid"),
            (3, 1, 3, "same"),
            (4, 1, 2, "valid"),
        )
    ]
    joined.append(L.Conv1DTranspose(2, 4, strides=3, output_padding=2, use_bias=False)(maps))
    joined.append(L.Conv1DTranspose(2, 4, strides=3, padding="same", output_padding=1)(maps))
    pooled = [L.GlobalAveragePooling1D()(L.Conv1D(4, 3, activation="tanh")(one)) for one in joined]
    plane = L.Conv2DTranspose(2, (3, 2), strides=(2, 1), activation="relu")(L.Reshape((19, 4, 1))(maps))
    return keras.Model(series, L.Dense(3)(L.Concatenate()([*pooled, L.Flatten()(L.AveragePooling2D((4, 1))(plane))])))


def recurrent() -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((40, 3))
    maps = L.Bidirectional(L.LSTM(4, return_sequences=True))(L.Conv1D(4, 3, activation="relu")(series))
    maps = L.Concatenate()(
        [L.GRU(3, return_sequences=True)(maps), L.GRU(3, return_sequences=True, reset_after=False)(maps)]
    )
    return keras.Model(series, L.Dense(3)(L.Concatenate()([L.SimpleRNN(3)(maps), L.LSTM(3)(maps)])))


def transformer() -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((40, 3))
    maps = L.Conv1D(8, 3, padding="same")(series)
    normal = L.LayerNormalization(epsilon=1e-3)(maps)
    maps = L.Add()([maps, L.MultiHeadAttention(2, 4)(normal, normal)])
    maps = L.Add()([maps, L.Dense(8, activation="gelu")(L.RMSNormalization()(maps))])
    return keras.Model(series, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(maps)))


def pooled(kind: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return models.mil_classifier((40, 3), 3, pooling=kind, backbone=lambda x: L.Conv1D(6, 5, activation="relu")(x))


def one_unit() -> keras.Model:
    return sequential(L.Conv1D(4, 5, activation="relu"), L.GlobalAveragePooling1D(), L.Dense(1, activation="sigmoid"))


def test_a_page_computes_what_python_computes():
    question, maps = models.question_cnn((80, 3), 3, filters=8), arithmetic()
    attended = models.lstm_attention_classifier((40, 3), 3, units=4, attention_units=3)
    explained = list(map(lazy_of, (question, maps, poolings(), attended)))
    assert {"Grad-CAM", "XGrad-CAM"} <= set(explained[0].portable_model().description["methods"])
    compare(explained)


@pytest.mark.slow
def test_a_page_computes_what_python_computes_on_more_networks():
    question, fcn = models.question_cnn((80, 3), 3), models.fcn((40, 3), 3)
    built = [
        question,
        fcn,
        models.inception_time((40, 3), 3),
        two_dimensional(),
        activations(),
        recurrent(),
        transformer(),
        transposed(),
        *map(pooled, ("instance", "attention", "additive", "conjunctive")),
    ]
    of_probabilities = [lazy_of(one, score="probabilities") for one in (fcn, one_unit())]
    compare([*map(lazy_of, built), *of_probabilities, lazy_of(question, layer=2)])


@pytest.mark.slow
def test_float16_kernels_take_half_the_bytes_and_change_scores_little():
    explained = [lazy_of(models.question_cnn((80, 3), 3)), lazy_of(recurrent())]
    whole = [one.portable_model() for one in explained]
    halved = [replace(one, float16=True, description={**one.description, "methods": []}) for one in whole]
    assert len(halved[0].packed()["weights"]) < 0.52 * len(whole[0].packed()["weights"])
    for one, answer in zip(explained, in_page(halved, [one.x[0] for one in explained], TARGET), strict=True):
        np.testing.assert_allclose(answer["scores"], one.scores[0], rtol=0, atol=1e-3 * np.abs(one.scores[0]).max())
        assert not np.allclose(answer["scores"], one.scores[0], rtol=1e-5, atol=0)


def test_a_weight_beyond_float16_is_refused():
    model = one_unit()
    model.layers[-1].kernel.assign(1e5 * np.ones((4, 1)))
    with pytest.raises(
        ValueError, match=r"model must be True, but is 'float16': a weight .* larger than float16 allows"
    ):
        replace(lazy_of(model).portable_model(), float16=True).packed()


class OfTorch(torch.nn.Module):
    """Convolutions with groups, strides and dilation, and poolings with padding, as PyTorch has them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv1d(3, 6, 5, padding=2)
        self.norm = torch.nn.BatchNorm1d(6)
        self.grouped = torch.nn.Conv1d(6, 6, 3, dilation=2, groups=2)
        self.strided = torch.nn.Conv1d(12, 6, 3, stride=2, padding=1)
        self.pool = torch.nn.AvgPool1d(3, 2, padding=1)
        self.larger = torch.nn.ConvTranspose1d(6, 4, 4, stride=3, padding=2, output_padding=1, groups=2)
        self.dilated = torch.nn.ConvTranspose1d(4, 6, 3, padding=1, dilation=2)
        self.scores = torch.nn.Linear(6 * 27, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.nn.functional.leaky_relu(self.norm(self.first(x)), 0.3)
        x = torch.nn.functional.gelu(self.grouped(x), approximate="tanh")
        x = torch.relu(self.strided(torch.cat([x, -x], 1)))
        x = torch.relu(self.larger(self.pool(x)))
        return self.scores(self.dilated(x).flatten(1))


@pytest.mark.slow
def test_a_page_computes_what_pytorch_computes():
    torch.manual_seed(0)
    module = OfTorch().eval()
    with torch.no_grad():
        # In an untrained network this deep, the scores hardly depend on the series.
        for weights in module.parameters():
            weights.mul_(2)
    noise = np.random.default_rng(0).normal(size=(2, 38, 3)).astype(np.float32)
    compare([LazyExplanation(TorchClassifier(module), noise, background=noise + 0.2)])


@pytest.mark.slow
def test_a_page_computes_what_python_computes_on_random_networks():
    drawn = st.tuples(blocks(("relu", "tanh", "gelu", "elu")), st.sampled_from(HEADS), st.integers(0, 9))
    with pytest.warns(match="example"):
        networks = [network(*drawn.example()) for _ in range(40)]
    compare([lazy_of(model) for model in networks])


def test_options_that_a_page_does_not_know_are_left_to_python():
    model = one_unit()
    noise = np.random.default_rng(0).normal(size=(2, 40, 3)).astype(np.float32)
    explained = LazyExplanation(KerasClassifier(model), noise, methods=[Saliency(absolute=True), "HiResCAM"])
    assert explained.portable_model().description["methods"] == ["HiResCAM"]
    averaged = LazyExplanation(KerasClassifier(model), noise, window=8)
    assert averaged.portable_model().description["methods"] == []


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (L.LSTM(4, return_sequences=True, activation="softsign", name="memory"), "memory"),
        (L.UnitNormalization(name="unit"), "unit"),
    ],
)
def test_layers_that_a_page_cannot_compute_are_named(layer, name):
    model = sequential(layer, L.Conv1D(4, 3), L.GlobalAveragePooling1D(), L.Dense(3))
    with pytest.raises(ValueError, match=f"layer '{name}'.*cannot be computed in a page"):
        lazy_of(model).portable_model()


def test_a_function_cannot_travel_with_a_page():
    class Constant:
        classes, input_shape, continuous = 2, (40, 3), True

        def scores(self, x):
            return np.zeros((len(x), 2), np.float32)

        def probabilities(self, x):
            return None

    explained = LazyExplanation(Constant(), np.zeros((2, 40, 3), np.float32))
    with pytest.raises(ValueError, match="model=True needs a network that is read layer by layer, but a Constant"):
        explained.portable_model()
