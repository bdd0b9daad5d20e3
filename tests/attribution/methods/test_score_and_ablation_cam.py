"""Score-CAM and Ablation-CAM against their formulas, filter by filter."""

from __future__ import annotations

import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import AblationCAM, ScoreCAM

from ...support.selection import slow_but
from ...support.toys import question

RNG = np.random.default_rng(7)
X = RNG.normal(size=(2, 120, 3)).astype(np.float32)
TARGETS = np.array([[0, 2], [3, 1]])
HEADS = {
    "flatten": lambda: [L.Flatten(), L.Dense(4)],
    "gap": lambda: [L.GlobalAveragePooling1D(), L.Dense(4, activation="softmax")],
    "gmp": lambda: [L.GlobalMaxPooling1D(), L.Dense(4)],
    "hidden": lambda: [L.Flatten(), L.Dense(6, activation="relu"), L.Dense(4)],
}


@pytest.fixture(scope="module", params=slow_but(["gap", "hidden"], HEADS))
def classifier(request) -> KerasClassifier:
    return KerasClassifier(question(HEADS[request.param](), length=120, channels=3, filters=8))


@pytest.mark.parametrize("baseline", [None, np.array([0.5, -1.0, 2.0])])
def test_score_cam_is_its_formula(classifier, baseline):
    origin = np.zeros(3) if baseline is None else baseline
    maps = ScoreCAM(baseline=baseline).maps(classifier, X, TARGETS).values
    field = classifier.receptive_field
    for row, targets in enumerate(TARGETS):
        features = classifier.features(X[row : row + 1], 0)[0][0]
        of_baseline = classifier.scores(np.broadcast_to(origin, (1, 120, 3)).astype(np.float32))[0]
        total = np.zeros((2, len(features)))
        for filter_ in features.T:
            if filter_.max() > filter_.min():
                mask = (filter_ - filter_.min()) / (filter_.max() - filter_.min())
                mask = field.place(mask[np.newaxis, :, np.newaxis])[0]
                masked = origin + mask * (X[row] - origin)
                rise = classifier.scores(masked[np.newaxis].astype(np.float32))[0] - of_baseline
                total += rise[targets][:, np.newaxis] * filter_
        expected = field.place(total[..., np.newaxis])
        np.testing.assert_allclose(maps[row], expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_score_cam_with_softmax_weighs_by_shares(classifier):
    features, rises = ScoreCAM().weights(classifier, X, TARGETS)
    same, shares = ScoreCAM(softmax=True).weights(classifier, X, TARGETS)
    np.testing.assert_array_equal(features, same)
    np.testing.assert_allclose(shares, np.exp(rises) / np.exp(rises).sum(axis=-1, keepdims=True), rtol=1e-4)


def test_ablation_cam_is_its_formula(classifier):
    maps = AblationCAM().maps(classifier, X, TARGETS).values
    field = classifier.receptive_field
    for row, targets in enumerate(TARGETS):
        features = classifier.features(X[row : row + 1], 0)[0]
        intact = classifier.scores(X[row : row + 1])[0]
        total = np.zeros((2, features.shape[1]))
        for index in range(features.shape[2]):
            ablated = features.copy()
            ablated[..., index] = 0
            fall = intact - classifier.head_scores(X[row : row + 1], ablated)[0]
            total += fall[targets][:, np.newaxis] * features[0, :, index]
        expected = field.place(total[..., np.newaxis])
        np.testing.assert_allclose(maps[row], expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("head", ["flatten", "gap"])
def test_ablation_cam_weighs_by_what_a_filter_adds_behind_an_affine_head(head):
    classifier = KerasClassifier(question(HEADS[head](), length=120, channels=3, filters=8))
    features, gradients = classifier.features(X, TARGETS)
    added = (features[:, np.newaxis] * gradients).sum(axis=2, keepdims=True)
    np.testing.assert_allclose(AblationCAM().weights(classifier, X, TARGETS)[1], added, rtol=1e-3, atol=1e-4)


def test_ablation_cam_keeps_the_sign_where_the_score_is_below_zero():
    """Divided by a score below zero, a filter that adds would weigh against the class."""
    classifier = KerasClassifier(question(HEADS["flatten"](), length=120, channels=3, filters=8))
    kernel, bias = classifier.model.layers[-1].get_weights()
    classifier.model.layers[-1].set_weights([np.abs(kernel), bias - 1e3])
    assert (classifier.scores(X) < 0).all()
    assert (AblationCAM().weights(classifier, X, TARGETS)[1] >= 0).all()
