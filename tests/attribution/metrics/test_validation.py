"""What metrics refuse, with the names of their arguments, and maps at the limits of floating point."""

import numpy as np
import pytest

from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.methods import Saliency

from ...support.toys import Formula, linear

SHAPE = (12, 3)
CURVES = (metrics.deletion, metrics.insertion, metrics.aopc)
SUBSETS = (metrics.faithfulness_correlation, metrics.infidelity)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(4, *SHAPE)).astype(np.float32)


@pytest.fixture
def classifier():
    return linear(np.random.default_rng(1).normal(size=(2, *SHAPE)), np.zeros(2))


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"window": 0}, "window must be a whole number from 1 to 12, the samples of a series, but is 0"),
        ({"window": 13}, "window must be a whole number from 1 to 12, the samples of a series, but is 13"),
        ({"window": 2.5}, "window must be a whole number"),
        ({"fill": np.ones(5)}, r"fill must broadcast to x of shape \(instance, time, channel\)"),
        ({"fill": "mean"}, "fill must be an array that broadcasts to x"),
        ({"fill": np.nan}, "fill must be finite"),
        ({"seed": -1}, "seed must be a whole number, at least 0, but is -1"),
        ({"seed": 1.5}, "seed must be a whole number, at least 0, but is 1.5"),
        ({"target": np.zeros((4, 2), int)}, r"target must be an int or have shape \(instance,\) = \(4,\)"),
        ({"over": "space"}, "over must be one of 'time', 'channel', 'cell'"),
        ({"measure": "tea"}, "measure must be 'probability' or 'score'"),
    ],
)
@pytest.mark.parametrize("metric", CURVES + SUBSETS)
def test_a_wrong_argument_is_called_by_its_own_name(metric, option, words, classifier, x):
    with pytest.raises((TypeError, ValueError), match=f"^{words}"):
        metric(classifier, x, x, **{"target": 0, "measure": "score", **option})


@pytest.mark.parametrize(
    ("metric", "option", "words"),
    [
        *((metric, {"orders": 0}, "orders must be a whole number, at least 1, but is 0") for metric in CURVES),
        *((metric, {"steps": 2.5}, "steps must be a whole number, at least 1, but is 2.5") for metric in CURVES),
        *((metric, {"draws": 0}, "draws must be a whole number, at least 1, but is 0") for metric in SUBSETS),
        *((metric, {"subsets": 2}, "subsets must be a whole number, at least 3, but is 2") for metric in SUBSETS),
        *(
            (metric, {"share": "a"}, "share must be a finite number above 0 and below 1, but is 'a'")
            for metric in SUBSETS
        ),
        (metrics.aopc, {"most": 2}, "most must be a finite number above 0 and at most 1, but is 2"),
        (metrics.aopc, {"most": "a"}, "most must be a finite number above 0 and at most 1, but is 'a'"),
    ],
)
def test_a_count_that_is_none_is_refused(metric, option, words, classifier, x):
    with pytest.raises(ValueError, match=f"^{words}"):
        metric(classifier, x, x, 0, **{"measure": "score", **option})


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"radius": 0}, "radius must be a finite number above 0, but is 0"),
        ({"radius": "a"}, "radius must be a finite number above 0, but is 'a'"),
        ({"draws": 0}, "draws must be a whole number, at least 1, but is 0"),
        ({"seed": -1}, "seed must be a whole number, at least 0"),
        ({"target": np.zeros((4, 2), int)}, "target must be an int or have shape"),
    ],
)
def test_sensitivity_refuses_likewise(option, words, classifier, x):
    with pytest.raises(ValueError, match=f"^{words}"):
        metrics.max_sensitivity(Saliency(), classifier, x, **{"target": 0, **option})


def test_weights_that_cannot_be_redrawn_are_refused(classifier, x):
    with pytest.raises(ValueError, match=r"^draws must be a whole number, at least 1, but is 0"):
        metrics.weight_randomization(Saliency(), classifier, x, 0, draws=0)
    with pytest.raises(TypeError, match=r"^classifier must have randomized.*; give destroyed="):
        metrics.weight_randomization(Saliency(), classifier, x, 0)
    with pytest.raises(ValueError, match=r"^destroyed must hold the same layers in each draw, at least one"):
        metrics.weight_randomization(Saliency(), classifier, x, 0, destroyed=[])
    with pytest.raises(ValueError, match=r"^destroyed must hold the same layers in each draw, at least one"):
        metrics.weight_randomization(
            Saliency(), classifier, x, 0, destroyed=[(0, "a", classifier), (0, "b", classifier), (1, "a", classifier)]
        )


def every_metric(classifier, x, maps, target=0):
    """Calls of all that ask a classifier."""
    yield from (lambda metric=metric: metric(classifier, x, maps, target, measure="score") for metric in CURVES)
    yield from (lambda metric=metric: metric(classifier, x, maps, target) for metric in SUBSETS)
    yield lambda: metrics.completeness_gap(classifier, x, maps, target)
    yield lambda: metrics.max_sensitivity(Saliency(), classifier, x, target)
    yield lambda: metrics.weight_randomization(Saliency(), classifier, x, target)


def test_gaps_in_series_are_refused_as_the_classifier_does(classifier, x):
    holed = x.copy()
    holed[2, 3, 0] = np.nan
    for call in every_metric(classifier, holed, x):
        with pytest.raises(ValueError, match="x must be finite, but holds NaN or infinite values, first in instance 2"):
            call()


def test_series_of_different_lengths_are_refused_as_everywhere(classifier, x):
    for call in every_metric(classifier, [x[0], x[1, :5]], x[:2]):
        with pytest.raises(ValueError, match="x must hold series of one length"):
            call()


def test_series_that_the_classifier_was_not_made_for_are_refused(classifier, x):
    for call in every_metric(classifier, x[:, :5], x[:, :5]):
        with pytest.raises(ValueError, match="x must have 12 samples, as the model was built for"):
            call()


@pytest.mark.parametrize("factor", [1e-300, 1e-30, 1e30, 1e300])
@pytest.mark.parametrize("metric", SUBSETS)
def test_no_factor_carries_a_map_out_of_range(metric, factor, x):
    toy = Formula(lambda x: np.array([np.sin(x).sum()]), None, SHAPE, 1)
    maps = np.random.default_rng(2).normal(size=x.shape)
    one, other = metric(toy, x, maps, 0), metric(toy, x, factor * maps, 0)
    np.testing.assert_allclose(other.values, one.values, atol=1e-9)
    np.testing.assert_allclose(other.random, one.random, atol=1e-9)


def test_a_map_of_zeros_that_moves_has_no_sensitivity_either():
    steep = Formula(lambda x: np.maximum(x, 0).sum(keepdims=True)[0], lambda x, c: (x > 0) * 1.0, SHAPE, 1)
    x = np.zeros((1, *SHAPE), np.float32)
    x[:, 0] = -1
    result = metrics.max_sensitivity(Saliency(), steep, x, 0)
    assert np.isnan(result.values).all()


def test_classes_are_whole_numbers_and_maps_of_other_classes_fit(x):
    scored = metrics.pointing_game(x, x > 0)
    with pytest.raises(TypeError, match=r"^y must hold real numbers, but holds <U1"):
        scored.per_class(list("abcd"))
    with pytest.raises(ValueError, match=r"^y must hold class indices, but holds 0.5"):
        scored.per_class([0, 1, 0.5, 1])
    assert sorted(scored.per_class([0.0, 1.0, 1.0, 1.0])) == [0, 1]
    with pytest.raises(
        ValueError, match=r"^others must hold maps of the shape of attribution, \(4, 12, 3\), but .*\(2, 12"
    ):
        metrics.class_similarity(x, [x[:2]])
    with pytest.raises(ValueError, match=r"^others must hold at least one map"):
        metrics.class_similarity(x, [])
