"""Attention pooling that is written with a softmax over steps, in PyTorch and in Keras: read out and placed in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers as L
from torch import nn

from cam1d_widget import KerasClassifier, TorchClassifier, explain
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.methods import Attention, AttentionXGradient, HiResCAM, IntegratedGradients

from ..support.page_engine import in_page

SAMPLES, CHANNELS, FILTERS, CLASSES = 40, 3, 8, 3
X = np.random.default_rng(0).normal(size=(2, SAMPLES, CHANNELS)).astype(np.float32)
TARGETS = np.array([[0, 2], [1, 0]])

# Steps weighed and added up: weights (batch, step, head) and maps (batch, step, filter) to one row.
WEIGHED: dict[str, Callable[[Any, Any], Any]] = {
    "product and sum": lambda a, h: (a * h).sum(1),
    "product and sum, steps last": lambda a, h: (a.squeeze(-1).unsqueeze(1) * h.transpose(1, 2)).sum(2),
    "bmm": lambda a, h: torch.bmm(a.transpose(1, 2), h).squeeze(1),
    "matmul": lambda a, h: (h.transpose(1, 2) @ a).squeeze(-1),
    "einsum": lambda a, h: torch.einsum("bsk,bsf->bf", a, h),
    "two heads": lambda a, h: torch.bmm(a.transpose(1, 2), h).flatten(1),
}


class Pooled(nn.Module):
    def __init__(self, weighed: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        heads = 2 if weighed == "two heads" else 1
        self.conv, self.hidden = nn.Conv1d(CHANNELS, FILTERS, 5), nn.Linear(FILTERS, 4)
        self.attention, self.head = nn.Linear(4, heads), nn.Linear(heads * FILTERS, CLASSES)
        self.weighed, self.weights = WEIGHED[weighed], None

    def maps(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.conv(x)).transpose(1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.maps(x)
        return self.head(self.weighed(torch.softmax(self.attention(torch.tanh(self.hidden(h))), 1), h))


@pytest.fixture(params=WEIGHED)
def module(request) -> Pooled:
    return Pooled(request.param).eval()


def by_hand(module: Pooled) -> tuple[np.ndarray, np.ndarray]:
    """Weights (instance, head, step), and weights times gradients (instance, target, step), with plain PyTorch."""
    h = module.maps(torch.tensor(X).transpose(1, 2))
    a = torch.softmax(module.attention(torch.tanh(module.hidden(h))), 1).detach().requires_grad_()
    scores = module.head(module.weighed(a, h.detach()))
    shares = []
    for column in TARGETS.T:
        (gradient,) = torch.autograd.grad(scores[np.arange(2), column].sum(), a, retain_graph=True)
        shares.append((a * gradient).sum(2).detach().numpy())
    return a.detach().transpose(1, 2).numpy(), np.stack(shares, axis=1)


@pytest.mark.few(2)
def test_weights_and_their_gradients_are_those_of_the_module(module):
    classifier = TorchClassifier(module).for_series(X)
    weights, shares = by_hand(module)
    np.testing.assert_allclose(classifier.attention(X), weights, atol=1e-6)
    place = classifier.receptive_field.place
    expected = place(weights.mean(axis=1))
    np.testing.assert_allclose(Attention().attribute(classifier, X, 0)[..., 0], expected, atol=1e-6)
    values = AttentionXGradient().maps(classifier, X, TARGETS).values[..., 0]
    np.testing.assert_allclose(values, np.moveaxis(place(np.moveaxis(shares, 1, 2)), 1, 2), atol=1e-5)


@pytest.mark.few(2)
def test_shares_add_up_to_the_score_minus_its_bias(module):
    classifier = TorchClassifier(module).for_series(X)
    assert AttentionXGradient().exactness(classifier) == "complete"
    totals = AttentionXGradient().maps(classifier, X, TARGETS).totals
    bias = module.head.bias.detach().numpy()
    np.testing.assert_allclose(totals, np.take_along_axis(classifier.scores(X) - bias, TARGETS, axis=1), atol=1e-5)


@pytest.mark.few(2)
def test_the_map_that_is_weighed_is_explained_by_class_activation_maps(module):
    made = explain(module, X, methods=[HiResCAM(), Attention()], progress=False)
    assert set(made.methods) == {"HiResCAM", "Attention"}
    classifier = TorchClassifier(module).for_series(X)
    features, _ = classifier.features(X, 0)
    np.testing.assert_allclose(classifier.head_scores(X, features), classifier.scores(X), atol=1e-5)


@pytest.mark.slow
def test_a_page_computes_products_of_matrices():
    modules = [*(Pooled(weighed).eval() for weighed in ("bmm", "matmul", "two heads")), Other("between steps").eval()]
    explanations = [LazyExplanation(TorchClassifier(module), X, methods=["Saliency"]) for module in modules]
    answers = in_page([one.portable_model() for one in explanations], [X[0]] * len(modules), 1)
    for one, answer in zip(explanations, answers, strict=True):
        np.testing.assert_allclose(answer["scores"], one.scores[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(answer["maps"]["Saliency"], one.attribution("Saliency", 0, 1), atol=1e-5)


def keras_model(merged: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((SAMPLES, CHANNELS))
    h = L.Conv1D(FILTERS, 5, activation="relu", name="map")(series)
    scores = L.Dense(1)(L.Dense(4, activation="tanh")(h))
    if merged == "flattened":  # as in tutorials on LSTM with attention
        weights = L.RepeatVector(FILTERS)(L.Activation("softmax")(L.Flatten()(scores)))
        pooled = keras.ops.sum(L.Multiply()([h, L.Permute((2, 1))(weights)]), axis=1)
    else:
        weights = L.Softmax(axis=1)(scores)
        pooled = keras.ops.sum(weights * h, axis=1) if merged == "sum" else L.Flatten()(L.Dot(axes=1)([weights, h]))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(pooled))


@pytest.mark.few(1)
@pytest.mark.parametrize("merged", ["sum", "dot", "flattened"])
def test_weights_of_general_layers_of_keras(merged):
    model = keras_model(merged)
    classifier = KerasClassifier(model)
    softmax = next(layer for layer in model.layers if isinstance(layer, L.Softmax | L.Activation))
    expected = np.asarray(keras.Model(model.input, softmax.output)(X)).reshape(len(X), -1)
    np.testing.assert_allclose(classifier.attention(X)[:, 0], expected, atol=1e-6)
    totals = AttentionXGradient().maps(classifier, X, TARGETS).totals
    bias = model.layers[-1].get_weights()[1]
    np.testing.assert_allclose(totals, np.take_along_axis(classifier.scores(X) - bias, TARGETS, axis=1), atol=1e-5)


class Other(nn.Module):
    """Networks with a softmax that does not weigh the steps of the explained map."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.conv, self.head = kind, nn.Conv1d(CHANNELS, FILTERS, 5), nn.Linear(FILTERS, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.conv(x)).transpose(1, 2)
        if self.kind == "filters":
            return self.head((torch.softmax(h, 2) * h).sum(1))
        if self.kind == "between steps":
            return self.head((torch.softmax(h @ h.transpose(1, 2), 2) @ h).mean(1))
        if self.kind == "not a weight":
            return self.head(torch.relu(torch.softmax(h, 1)).amax(1))
        return torch.log_softmax(self.head(h.mean(1)), 1)


@pytest.mark.few(2)
@pytest.mark.parametrize("kind", ["filters", "between steps", "not a weight", "classes"])
def test_other_softmaxes_are_not_attention_to_steps(kind):
    classifier = TorchClassifier(Other(kind).eval()).for_series(X)
    assert "has no attention over the steps of the explained map" in classifier.no_attention
    with pytest.raises(ValueError, match=r"has no attention over the steps|in an unknown way"):
        explain(classifier, X, methods=["Attention"])


def test_shares_of_a_nonlinear_head_are_approximate():
    module = Pooled("bmm")
    module.head = nn.Sequential(nn.Linear(FILTERS, 4), nn.Tanh(), nn.Linear(4, CLASSES))
    classifier = TorchClassifier(module.eval()).for_series(X)
    assert AttentionXGradient().exactness(classifier) == "approximate"
    assert IntegratedGradients().exactness(classifier) == "complete"
