"""Every deep classifier of aeon, fitted or its network alone: explained, or refused with an error message."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from aeon.classification import deep_learning

from cam1d_widget import KerasClassifier, explain

from ...support.selection import slow_but

RNG = np.random.default_rng(6)
ENSEMBLES = {"InceptionTimeClassifier", "LITETimeClassifier"}
HEADS = {
    "DisjointCNNClassifier": "gap",
    "EncoderClassifier": "flatten",
    "FCNClassifier": "gap",
    "IndividualInceptionClassifier": "gap",
    "IndividualLITEClassifier": "gap",
    "MLPClassifier": "other",
    "ResNetClassifier": "gap",
    "TimeCNNClassifier": "flatten",
}


def fitted(name: str) -> tuple[Any, np.ndarray]:
    """A classifier after one epoch, and series of shape (instance, channel, time), as aeon has them."""
    series, labels = RNG.normal(size=(8, 2, 60)), np.array(["rest", "walk"] * 4)
    made = getattr(deep_learning, name)
    wanted = {"n_epochs": 1, "batch_size": 4, "n_classifiers": 2}
    known = inspect.signature(made.__init__).parameters
    classifier = made(**{option: value for option, value in wanted.items() if option in known})
    return classifier.fit(series, labels), series


def test_every_deep_classifier_is_here():
    assert set(deep_learning.__all__) - {"BaseDeepClassifier"} == HEADS.keys() | ENSEMBLES


@pytest.mark.parametrize("name", slow_but(["TimeCNNClassifier"], HEADS))
@pytest.mark.slow
def test_fitted_classifier_is_explained(name):
    classifier, series = fitted(name)
    explanation = explain(
        classifier, series[:2], layout="channels_first", methods=["Saliency", "Integrated Gradients"], progress=False
    )
    shares = explanation.probabilities / explanation.probabilities.sum(
        axis=1, keepdims=True
    )  # two of them end in sigmoids
    np.testing.assert_allclose(shares, classifier.predict_proba(series[:2]), rtol=1e-3, atol=1e-5)
    assert explanation.class_names == ("rest", "walk")
    for method in explanation.methods:
        assert np.abs(explanation.attributions[method]).max() > 0
    network = KerasClassifier(classifier.model_)
    np.testing.assert_allclose(network.scores(explanation.x), explanation.scores, rtol=1e-4, atol=1e-5)
    assert network.head == HEADS[name]
    if network.head == "other":  # no convolution
        assert "no single map of shape" in str(network.no_features)
    else:
        assert network.no_features is None


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ENSEMBLES))
def test_of_an_ensemble_the_predictions_are_explained_and_of_its_members_the_layers(name):
    classifier, series = fitted(name)
    whole = explain(classifier, series[:2], layout="channels_first", methods="Occlusion", progress=False)
    np.testing.assert_allclose(whole.probabilities, classifier.predict_proba(series[:2]), rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match=f"this {name} averages 2; explain one of its classifiers_"):
        KerasClassifier(classifier)
    member = KerasClassifier(classifier.classifiers_[0])
    assert (member.head, len(member.receptive_field)) == ("gap", 60)


@pytest.mark.slow
def test_a_fitted_classifier_without_a_network_is_not_called_unfitted():
    from aeon.classification.convolution_based import RocketClassifier

    fitted_one = RocketClassifier(n_kernels=20).fit(RNG.normal(size=(8, 2, 60)), np.arange(8) % 2)
    with pytest.raises(
        TypeError, match="is aeon's RocketClassifier, which is fitted but holds no Keras network; a deep"
    ):
        KerasClassifier(fitted_one)
    with pytest.raises(TypeError, match="RocketClassifier that is not fitted; fit it first"):
        KerasClassifier(RocketClassifier())


def test_classifier_that_is_not_fitted_is_refused():
    with pytest.raises(TypeError, match="FCNClassifier that is not fitted; fit it first"):
        KerasClassifier(deep_learning.FCNClassifier())
