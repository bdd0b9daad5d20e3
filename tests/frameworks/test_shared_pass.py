"""Scores and features of one batch, which one pass computes: equal to those of separate passes."""

import numpy as np
import pytest
import torch
from keras import layers as L

from cam1d_widget import KerasClassifier, TorchClassifier, methods
from cam1d_widget.frameworks.passes import Passes

from ..support.toys import question

X = np.random.default_rng(0).normal(size=(5, 300, 9)).astype(np.float32)


def classifiers():
    head = [L.Flatten(), L.Dense(4)]
    deep = [L.Flatten(), L.Dense(8, activation="tanh"), L.Dense(4, activation="softmax")]
    convolution = [torch.nn.Conv1d(9, 4, 9), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool1d(1), torch.nn.Flatten()]
    return {
        "affine head": KerasClassifier(question(head)),
        "other head": KerasClassifier(question(deep)),
        "probabilities": KerasClassifier(question(deep), score="probabilities"),
        "module": TorchClassifier(torch.nn.Sequential(*convolution, torch.nn.Linear(4, 3))).for_series(X),
    }


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["affine head", "other head", "probabilities", "module"])
def test_one_pass_gives_the_scores_and_maps_of_several(name, monkeypatch):
    classifier = classifiers()[name]
    targets = np.array([[0, 2], [1, 0], [2, 1], [0, 1], [1, 2]])
    expected = classifier.scores(X), *(one().maps(classifier, X, targets).values for one in METHODS)
    run = []
    monkeypatch.setattr(
        type(classifier._passes), "_results", lambda self, name, *given: run.append(name) or RESULTS(self, name, *given)
    )
    shared = classifier.for_batch(X)
    made = shared.scores(X), *(one().maps(shared, X.copy(), targets).values for one in METHODS)
    for one, other in zip(made, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6 * np.abs(other).max())
    assert set(run) <= {"features_and_scores", "gradients_of_features", "head_scores"}
    assert run.count("features_and_scores") == 1
    np.testing.assert_allclose(shared.scores(X[:2]), expected[0][:2], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(classifier.scores(X), expected[0], rtol=1e-5, atol=1e-6)


METHODS = methods.GradCAM, methods.HiResCAM, methods.XGradCAM
RESULTS = Passes._results
