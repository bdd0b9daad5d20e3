"""What a classifier offers decides which methods explain it."""

import numpy as np
import pytest

from cam1d_widget import all_methods
from cam1d_widget.attribution import abilities
from cam1d_widget.attribution.abilities import HasFeatures, HasLength, HasPropagation, for_series, offers, require
from cam1d_widget.attribution.methods import CAM, Saliency

from ..support.toys import linear


class Scoring:
    """A classifier with scores and gradients, and nothing else."""

    classes, input_shape, continuous = 2, (20, 3), True

    def scores(self, x):
        return x.sum(axis=1)[:, :2]

    def probabilities(self, x):
        return None

    def gradient(self, x, target):
        return np.ones_like(x)


class Forbidding(Scoring):
    """A classifier whose attributes must not be computed to find out that it has them."""

    @property
    def labels(self):
        raise AssertionError("computed")

    class_names = labels


def test_an_ability_is_found_without_computing_its_attributes():
    assert offers(Forbidding(), abilities.HasLabels)
    assert not offers(Scoring(), abilities.HasLabels)


def test_an_attribute_of_the_instance_counts():
    classifier = Scoring()
    classifier.for_length = lambda length: ("fixed", length)
    assert offers(classifier, HasLength)
    assert for_series(classifier, np.zeros((1, 20, 3))) == ("fixed", 20)


def test_require_names_what_is_missing():
    with pytest.raises(TypeError, match="classifier must offer HasFeatures, but a Scoring does not"):
        require(Scoring(), HasFeatures)


def test_scores_and_gradients_are_enough_for_methods_that_need_no_more():
    x = np.ones((2, 20, 3), np.float32)
    assert Saliency().refusal(Scoring()) is None
    assert Saliency().attribute(Scoring(), x, 0).shape == x.shape


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.__name__)
def test_a_method_refuses_a_classifier_that_lacks_what_it_needs(method):
    reason = method().refusal(Scoring())
    if reason is not None:
        assert reason.startswith(f"{method.label} needs ") or "background=" in reason
        with pytest.raises(ValueError, match=r"needs|background="):
            method().attribute(Scoring(), np.ones((2, 20, 3), np.float32), 0)


def test_a_formula_has_features_but_no_propagation():
    formula = linear(np.ones((2, 20, 3)), np.zeros(2))
    assert offers(formula, HasFeatures)
    assert not offers(formula, HasPropagation)
    assert "head is 'flatten'" in CAM().refusal(formula)
