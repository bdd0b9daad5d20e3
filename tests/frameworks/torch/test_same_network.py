"""The same network in Keras and in PyTorch: the same maps, receptive fields and statements about them."""

from dataclasses import fields

import numpy as np
import pytest

from cam1d_widget import KerasClassifier, TorchClassifier
from cam1d_widget.attribution.methods import all_methods

from ...support.selection import slow_but
from .twins import CHANNELS, STEPS, TWINS, question

DETERMINISTIC = [
    method()
    for method in all_methods()
    if "seed" not in {field.name for field in fields(method)} and method.label != "MIL"
]


@pytest.fixture(scope="module", params=slow_but([question], TWINS), ids=lambda make: make.__name__)
def twins(request):
    model, module = request.param()
    x = np.random.default_rng(0).normal(size=(3, STEPS, CHANNELS)).astype(np.float32)
    return KerasClassifier(model), TorchClassifier(module).for_series(x), x


def equal(one, other):
    return np.abs(one - other).max() <= 1e-4 * np.abs(one).max()


def test_scores_and_probabilities_are_the_same(twins):
    ours, theirs, x = twins
    assert theirs.classes == ours.classes
    assert equal(ours.scores(x), theirs.scores(x))
    assert equal(ours.probabilities(x), theirs.probabilities(x))


def test_receptive_fields_and_statements_about_the_head_are_the_same(twins):
    ours, theirs, _ = twins
    for name in ("head", "affine_head", "homogeneous_head", "continuous", "no_features"):
        assert getattr(theirs, name) == getattr(ours, name), name
    one, other = ours.receptive_field, theirs.receptive_field
    for name in ("start", "stop", "low", "high", "jump", "length", "period"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.few(4)
@pytest.mark.parametrize("method", DETERMINISTIC, ids=lambda method: method.label)
def test_maps_are_the_same(twins, method):
    ours, theirs, x = twins
    assert (method.refusal(ours) is None) == (method.refusal(theirs) is None), method.refusal(ours) or method.refusal(
        theirs
    )
    if method.refusal(ours) is None:
        targets = np.tile([0, 1], (len(x), 1))
        assert method.exactness(ours) == method.exactness(theirs)
        assert equal(method.maps(ours, x, targets).values, method.maps(theirs, x, targets).values)
