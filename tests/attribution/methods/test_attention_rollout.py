"""Attention rollout: the product of Abnar and Zuidema (2020), and models that have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers as L
from torch import nn

from cam1d_widget import KerasClassifier, TorchClassifier
from cam1d_widget.attribution.methods import AttentionRollout
from tests.support.modules import Through

LENGTH, STEPS, FILTERS, HEADS = 20, 8, 4, 2
X = np.random.default_rng(0).normal(size=(3, LENGTH, 2)).astype(np.float32)


def tokens(series: Any) -> Any:
    """Steps that attend to each other."""
    return L.MaxPooling1D(2)(L.Conv1D(FILTERS, 5, activation="relu")(series))


def encoder(maps: Any, name: str) -> Any:
    maps = L.LayerNormalization()(
        L.Add()([maps, L.Dropout(0.1)(L.MultiHeadAttention(HEADS, 3, name=name)(maps, maps))])
    )
    return L.Add()([maps, L.Dense(FILTERS)(L.Dense(6, activation="gelu")(maps))])


def stack(series: Any) -> Any:
    return encoder(encoder(tokens(series), "first"), "second")


def mean(maps: Any) -> Any:
    return L.GlobalAveragePooling1D()(maps)


def model_of(body: Callable[[Any], Any], head: Callable[[Any], Any] = mean) -> keras.Model:
    series = keras.Input((LENGTH, 2))
    model = keras.Model(series, L.Dense(2)(head(body(series))))
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(rng.normal(size=weight.shape))
    return model


def weights_by_keras(model: keras.Model) -> list[np.ndarray]:
    """Attention weights of the two layers, mean over the heads."""
    found = []
    for name in ("first", "second"):
        layer = model.get_layer(name)
        maps = keras.Model(model.input, layer.input[0] if isinstance(layer.input, list) else layer.input)(X)
        _, weights = layer(maps, maps, return_attention_scores=True)
        found.append(np.asarray(weights).mean(axis=1))
    return found


@pytest.mark.few(1)
@pytest.mark.parametrize(("head", "row"), [(mean, None), (lambda maps: maps[:, 0], 0), (lambda maps: maps[:, -1], -1)])
def test_steps_are_rows_of_the_product(head, row):
    model = model_of(stack, head)
    first, second = weights_by_keras(model)
    own = np.eye(STEPS)
    product = (0.5 * second + 0.5 * own) @ (0.5 * first + 0.5 * own)
    expected = product.mean(axis=1) if row is None else product[:, row]
    steps = AttentionRollout().at_steps(KerasClassifier(model), X, np.zeros((3, 2), int))
    np.testing.assert_allclose(steps[:, 0], expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(steps[:, 0], steps[:, 1])
    np.testing.assert_allclose(steps.sum(axis=2), 1, rtol=1e-5)


def test_map_is_placed_where_the_steps_look():
    model = model_of(stack)
    classifier = KerasClassifier(model)
    values = AttentionRollout().attribute(classifier, X, 0)
    steps = AttentionRollout().at_steps(classifier, X, np.zeros((3, 1), int))[:, 0]
    field = KerasClassifier(model, layer=model.layers[2]).receptive_field
    np.testing.assert_allclose(values[:, :, 0], field.place(steps), rtol=1e-5)


REFUSED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], str]] = {
    "no attention": (tokens, mean, "there is no attention among steps"),
    "not added": (
        lambda s: (lambda h: L.MultiHeadAttention(2, 3, name="odd")(h, h))(tokens(s)),
        mean,
        r"layer 'odd' \(MultiHeadAttention\) is not added to its input",
    ),
    "another map": (
        lambda s: (lambda h: L.Add()([h, L.MultiHeadAttention(2, 3, name="odd")(h, L.Dense(2)(h))]))(tokens(s)),
        mean,
        r"layer 'odd' \(MultiHeadAttention\) does not attend from a map to itself",
    ),
    "steps mixed": (
        lambda s: encoder(L.Conv1D(FILTERS, 3, padding="same", name="odd")(encoder(tokens(s), "first")), "second"),
        mean,
        r"layer 'odd' \(Conv1D\) between attention layers mixes steps",
    ),
    "a path around": (
        lambda s: L.Add()([encoder(tokens(s), "first"), tokens(s)]),
        mean,
        "by a path around the first attention",
    ),
    "side by side": (
        lambda s: (lambda h: L.Add()([encoder(h, "first"), encoder(h, "second")]))(tokens(s)),
        mean,
        "attend side by side",
    ),
    "all steps": (stack, L.Flatten(), "the head reads neither the mean of all steps nor one of them"),
}


@pytest.mark.few(3)
@pytest.mark.parametrize("name", REFUSED)
def test_other_models_are_refused_with_the_reason(name):
    body, head, reason = REFUSED[name]
    classifier = KerasClassifier(model_of(body, head))
    with pytest.raises(ValueError, match=f"has no attention rollout: .*{reason}.*; use Integrated Gradients"):
        AttentionRollout().attribute(classifier, X, 0)


@pytest.mark.slow
@pytest.mark.parametrize("norm_first", [False, True])
def test_encoder_of_pytorch(norm_first):
    layer = nn.TransformerEncoderLayer(FILTERS, HEADS, 6, batch_first=True, norm_first=norm_first)
    module = Through(
        lambda net, x: net.head(net.layer(torch.relu(net.first(x)).transpose(1, 2)).mean(1)),
        first=nn.Conv1d(2, FILTERS, 5),
        layer=nn.TransformerEncoder(layer, 2, enable_nested_tensor=False),
        head=nn.Linear(FILTERS, 2),
    ).eval()
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape))
    steps = AttentionRollout().at_steps(TorchClassifier(module).for_series(X), X, np.zeros((3, 1), int))[:, 0]
    with torch.no_grad():
        maps = torch.relu(module.first(torch.as_tensor(X).transpose(1, 2))).transpose(1, 2)
        product = torch.eye(LENGTH - 4)
        for one in module.layer.layers:
            given = one.norm1(maps) if norm_first else maps
            weights = one.self_attn(given, given, given)[1]
            product = (0.5 * weights + 0.5 * torch.eye(LENGTH - 4)) @ product
            maps = one(maps)
    np.testing.assert_allclose(steps, product.mean(1).numpy(), rtol=1e-4, atol=1e-6)
