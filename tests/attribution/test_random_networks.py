"""Laws that hold for any network, on networks that nobody thought of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import CAM, GradCAM, HiResCAM, IntegratedGradients, Saliency, XGradCAM

from .random_networks import CHANNELS, CLASSES, LENGTH, recipes

X = np.random.default_rng(9).normal(size=(3, LENGTH, CHANNELS)).astype(np.float32)
TARGETS = np.tile(np.arange(CLASSES), (3, 1))
any_network = settings(max_examples=10, deadline=None, derandomize=True)


@any_network
@given(recipes())
def test_scores_are_the_logits_of_the_models_probabilities(recipe):
    classifier = KerasClassifier(recipe.built())
    p = classifier.model.predict(X, verbose=0)
    scores = classifier.scores(X)
    np.testing.assert_allclose(scores - scores[:, :1], np.log(p) - np.log(p[:, :1]), rtol=1e-3, atol=1e-4)


@any_network
@given(recipes(), st.integers(0, 10_000))
def test_a_step_sees_its_receptive_field_and_nothing_else(recipe, seed):
    classifier, rng = KerasClassifier(recipe.built()), np.random.default_rng(seed)
    features, _ = classifier.features(X[:1], 0)
    field = classifier.receptive_field
    step = rng.integers(len(field))
    outside = np.ones(LENGTH, bool)
    outside[field.start[step] : field.stop[step]] = False
    other = X[:1] + 10 * rng.normal(size=X[:1].shape).astype(np.float32) * outside[np.newaxis, :, np.newaxis]
    np.testing.assert_allclose(classifier.features(other, 0)[0][0, step], features[0, step], rtol=1e-4, atol=1e-5)


@any_network
@given(recipes())
def test_what_is_said_to_add_up_does(recipe):
    classifier = KerasClassifier(recipe.built())
    maps = HiResCAM().maps(classifier, X, TARGETS)
    expected = HiResCAM().expected_total(classifier, X, TARGETS)
    if expected is not None:
        np.testing.assert_allclose(maps.totals, expected, rtol=1e-3, atol=1e-3)
    path = IntegratedGradients(steps=128).maps(classifier, X, TARGETS)
    mass = np.abs(path.values).sum(axis=(2, 3))
    missed = path.totals - IntegratedGradients().expected_total(classifier, X, TARGETS)
    assert (np.abs(missed) < 5e-3 * mass + 1e-5).all()


@any_network
@given(recipes(), st.integers(0, 10_000))
def test_exact_values_are_what_the_score_loses_without_the_step(recipe, seed):
    classifier = KerasClassifier(recipe.built())
    features, _ = classifier.features(X[:1], 0)
    step = np.random.default_rng(seed).integers(features.shape[1])
    without = features.copy()
    without[0, step] = 0
    loss = classifier.scores(X[:1]) - classifier.head_scores(X[:1], without)
    for method in (CAM(), GradCAM(), HiResCAM(), XGradCAM()):
        if method.refusal(classifier) is None and method.exactness(classifier) == "exact":
            values = method.at_steps(classifier, X[:1], TARGETS[:1])[:, :, step]
            scale = features.shape[1] if method.label == "CAM" else 1  # which averages
            np.testing.assert_allclose(values / scale, loss, rtol=1e-3, atol=1e-3)


@any_network
@given(recipes(), st.integers(0, 10_000))
def test_gradient_is_the_slope_of_the_score_where_it_has_one(recipe, seed):
    """Along a direction in which the slope is the same on both sides, that is away from kinks."""
    classifier, rng, step = KerasClassifier(recipe.built()), np.random.default_rng(seed), 1e-3
    direction = rng.normal(size=X.shape).astype(np.float32)
    ahead, here, behind = (classifier.scores(X + side * step * direction)[:, 1].astype(float) for side in (1, 0, -1))
    slope = (Saliency().attribute(classifier, X, 1).astype(float) * direction).sum(axis=(1, 2))
    noise = 1e-6 * (1 + np.abs(here)) / step
    straight = np.abs(ahead - 2 * here + behind) / step < 4 * noise
    assert (
        np.abs((ahead - behind) / (2 * step) - slope)[straight] < 4 * noise[straight] + 0.02 * np.abs(slope[straight])
    ).all()


@any_network
@given(recipes())
def test_a_batch_is_its_series_one_by_one(recipe):
    classifier = KerasClassifier(recipe.built())
    for method in (HiResCAM(), Saliency()):
        together = method.attribute(classifier, X, np.array([2, 0, 1]))
        for instance, target in enumerate((2, 0, 1)):
            alone = method.attribute(classifier, X[instance : instance + 1], target)[0]
            assert together[instance] == pytest.approx(alone, rel=1e-3, abs=1e-5)
