"""Functions and fitted estimators as classifiers: what they are given, what is computed, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from aeon.classification import BaseClassifier
from aeon.classification.convolution_based import RocketClassifier
from aeon.transformations.collection import Tabularizer
from aeon.transformations.collection.convolution_based import MiniRocket
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from cam1d_widget import CAM1DWidget, FunctionClassifier, all_methods, explain

from ..support.selection import slow_but

INSTANCES, TIME, CHANNELS = 24, 60, 2
RNG = np.random.default_rng(0)
Y = np.array(["rest", "walk"] * (INSTANCES // 2))
EVENT = slice(20, 30)
FIRST = np.random.default_rng(1).normal(size=(INSTANCES, TIME, CHANNELS)).astype(np.float32)[:, 0, 0]


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    """Noise; series of "walk" have a bump in channel 1."""
    series = np.random.default_rng(1).normal(size=(INSTANCES, TIME, CHANNELS)).astype(np.float32)
    series[1::2, EVENT, 1] += 3
    return series


def of_the_event(x: np.ndarray) -> np.ndarray:
    """Probability of the second class: a function of the bump alone."""
    return 1 / (1 + np.exp(1.5 - x[:, EVENT, 1].mean(axis=1)))


def channels_first(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(x, 1, 2)


def relevance(explanation: Any, instance: int = 1) -> np.ndarray:
    return np.abs(explanation.attribution("Occlusion", instance, explanation.targets[instance, 0]))


def test_occlusion_of_a_function_is_the_drop_of_its_value(x):
    explanation = explain(of_the_event, x[:2], methods="Occlusion", targets=1, progress=False)
    np.testing.assert_allclose(explanation.scores[:, 1], of_the_event(x[:2]), rtol=1e-6)
    np.testing.assert_allclose(explanation.scores.sum(axis=1), 1, rtol=1e-6)
    shown = relevance(explanation)
    assert shown[:, 0].max() == 0  # a channel that is never read
    assert shown[EVENT, 1].min() > 0
    assert shown[: EVENT.start - TIME // 4].max() == 0  # further away than the widest window
    with_the_event_gone = x[1:2].copy()
    with_the_event_gone[:, EVENT, 1] = 0
    assert shown.max() <= of_the_event(x[1:2])[0] - of_the_event(with_the_event_gone)[0] + 1e-6


class Flattened(BaseClassifier):
    """A classifier of aeon, without the functions that aeon compiles."""

    _tags = {"capability:multivariate": True}

    def __init__(self) -> None:
        super().__init__()

    def _fit(self, x: np.ndarray, y: np.ndarray) -> Flattened:
        self.model_ = LogisticRegression().fit(x.reshape(len(x), -1), y)
        return self

    def _predict_proba(self, x: np.ndarray) -> np.ndarray:
        return self.model_.predict_proba(x.reshape(len(x), -1))

    def _predict(self, x: np.ndarray) -> np.ndarray:
        return self.model_.predict(x.reshape(len(x), -1))


ESTIMATORS = {
    "aeon": lambda x: Flattened().fit(channels_first(x), Y),
    "Rocket": lambda x: RocketClassifier(n_kernels=50, random_state=0).fit(channels_first(x), Y),
    "pipeline with a step of aeon": lambda x: make_pipeline(Tabularizer(), StandardScaler(), LogisticRegression()).fit(
        channels_first(x), Y
    ),
    "pipeline with MiniRocket": lambda x: make_pipeline(
        MiniRocket(n_kernels=84, random_state=0), StandardScaler(), LogisticRegression()
    ).fit(channels_first(x), Y),
    "scikit-learn": lambda x: make_pipeline(StandardScaler(), LogisticRegression()).fit(x[..., 1], Y),
    "decision values": lambda x: SVC().fit(x[..., 1], Y),
}
# aeon compiles what these are made of, which takes up to half a minute.
NAMES = slow_but(ESTIMATORS.keys() - {"Rocket", "pipeline with MiniRocket"}, ESTIMATORS)


@pytest.mark.parametrize("name", NAMES)
def test_an_estimator_is_given_the_layout_that_it_was_fitted_to(name, x):
    estimator = ESTIMATORS[name](x)
    flat = name in ("scikit-learn", "decision values")
    series = x[..., 1:] if flat else x
    classifier = FunctionClassifier(estimator).for_series(series)
    chosen = np.array(classifier.labels)[classifier.scores(series).argmax(axis=1)]
    np.testing.assert_array_equal(chosen, estimator.predict(series[..., 0] if flat else channels_first(series)))
    assert classifier.class_names == ("rest", "walk")


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_a_pipeline_that_takes_three_dims_is_given_them_in_the_layout_that_was_asked_for(layout, x):
    given = x if layout == "channels_last" else channels_first(x)
    flatten = FunctionTransformer(lambda series: series.reshape(len(series), -1))
    pipeline = make_pipeline(flatten, LogisticRegression()).fit(given, Y)
    with pytest.raises(
        ValueError, match=rf"x must have 1 channel, .* give FunctionClassifier\(model, layout='{layout}'"
    ):
        CAM1DWidget(pipeline, x)
    classifier = FunctionClassifier(pipeline, layout=layout).for_series(x)
    np.testing.assert_allclose(classifier.scores(x), pipeline.predict_proba(given), atol=1e-6)


def test_an_estimator_of_flattened_series_is_refused_with_the_function_to_explain(x):
    estimator = LogisticRegression().fit(x.reshape(len(x), -1), Y)
    with pytest.raises(
        ValueError, match=r"explain a function .* lambda x: model.predict_proba\(x.reshape\(len\(x\), -"
    ):
        CAM1DWidget(estimator, x)


@pytest.mark.parametrize("name", NAMES)
def test_the_widget_takes_an_estimator_and_shows_where_the_event_is(name, x):
    series = x[..., 1:] if name in ("scikit-learn", "decision values") else x
    widget = CAM1DWidget(ESTIMATORS[name](x), series, Y)
    widget.instance = 1
    assert (widget.method, widget.target) == ("Occlusion", 1)
    share = np.abs(widget.attribution).sum(axis=1)
    assert share[EVENT].mean() > 1.5 * np.delete(share, np.r_[EVENT]).mean()
    assert set(widget.check(progress=False).verdict)  # the checks run without gradients


@pytest.mark.slow
def test_probabilities_of_zero_and_one_give_way_to_decision_values(x):
    rocket = ESTIMATORS["Rocket"](x)
    assert set(np.unique(rocket.predict_proba(channels_first(x)))) == {0, 1}
    classifier = FunctionClassifier(rocket).for_series(x)
    values = rocket.pipeline_.decision_function(channels_first(x))
    np.testing.assert_allclose(classifier.scores(x)[:, 1], values, rtol=1e-4, atol=1e-4)
    assert classifier.probabilities(x) is None


def test_probabilities_of_zero_and_one_without_decision_values_are_warned_of(x):
    with pytest.warns(UserWarning, match="predicts only probabilities of zero and one"):
        FunctionClassifier(Nearest()).for_series(x)


class Nearest:
    """An estimator of one's own."""

    classes_ = ("rest", "walk")

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return np.eye(2)[(x[:, EVENT, 1].mean(axis=1) > 1).astype(int)]


class OfTheEvent:
    """An estimator of one's own that states no classes."""

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return np.stack([1 - of_the_event(x), of_the_event(x)], axis=1)


def test_an_estimator_without_classes_is_explained_with_as_many_as_it_returns(x):
    explanation = explain(OfTheEvent(), x[:2], y=["walk", "rest"], class_names=["rest", "walk"], progress=False)
    np.testing.assert_allclose(explanation.scores[:, 1], of_the_event(x[:2]), rtol=1e-6)
    np.testing.assert_array_equal(explanation.y, [1, 0])


def test_an_outlier_detector_is_explained_by_its_decision_values(x):
    detector = IsolationForest(n_estimators=5, random_state=0).fit(x[..., 1])
    classifier = FunctionClassifier(detector).for_series(x[..., 1:])
    values = detector.decision_function(x[..., 1])
    np.testing.assert_allclose(classifier.scores(x[..., 1:]), np.stack([-values, values], axis=1), atol=1e-6)
    assert (classifier.score, classifier.labels, classifier.class_names) == ("logits", None, None)


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_a_function_is_given_copies_in_the_layout_that_was_asked_for(layout, x):
    shapes = []

    def spoiling(series: np.ndarray) -> np.ndarray:
        shapes.append(series.shape)
        result = series.mean(axis=(1, 2))
        series[:] = np.nan
        return result

    kept = x.copy()
    classifier = FunctionClassifier(spoiling, layout=layout, batch_size=5, score="logits").for_series(x)
    np.testing.assert_allclose(classifier.scores(x)[:, 1], x.mean(axis=(1, 2)), atol=1e-6)
    np.testing.assert_array_equal(x, kept)
    last = (CHANNELS, TIME) if layout == "channels_first" else (TIME, CHANNELS)
    assert {shape[1:] for shape in shapes} == {last}
    assert max(shape[0] for shape in shapes) == 5


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_function_may_return_a_tensor_that_holds_a_gradient(dtype, x):
    weights = torch.linspace(-1, 1, TIME, dtype=dtype, requires_grad=True)

    def predict(series: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(series).to(dtype)[..., 0] @ weights

    scores = FunctionClassifier(predict, score="logits").for_series(x).scores(x)[:, 1]
    np.testing.assert_allclose(
        scores, x[..., 0] @ np.linspace(-1, 1, TIME), atol=0.1 if dtype == torch.bfloat16 else 1e-4
    )


def of_the_event_and_age(inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Decision value that depends on the bump by the age of each person."""
    return inputs["age"] * inputs["series"][:, EVENT, 1].mean(axis=1)


def test_a_function_of_several_inputs_is_explained_with_those_of_each_instance(x):
    age = np.linspace(1, 2, INSTANCES).astype(np.float32)
    given = {"series": x, "age": age}
    classifier = FunctionClassifier(of_the_event_and_age, score="logits", batch_size=5)
    made = explain(classifier, given, methods="Occlusion", targets=1, progress=False)
    np.testing.assert_allclose(made.scores[:, 1], of_the_event_and_age(given), rtol=1e-5, atol=1e-6)
    for row in (0, 7):
        alone = FunctionClassifier(
            lambda x, row=row: of_the_event_and_age({"series": x, "age": age[row]}), score="logits"
        )
        own = explain(alone, x[[row]], methods="Occlusion", targets=1, progress=False)
        np.testing.assert_allclose(made.attribution("Occlusion", row, 1), own.attribution("Occlusion", 0, 1), atol=1e-5)
    assert "age held fixed" in made.descriptions["Occlusion"]
    widget = CAM1DWidget(classifier, given, Y)
    widget.instance = 7
    assert set(widget.check(progress=False).verdict)


def test_series_of_unequal_length_are_given_with_their_inputs(x):
    lengths, age = np.where(np.arange(INSTANCES) % 2, TIME, 40), np.linspace(1, 2, INSTANCES)
    classifier = FunctionClassifier(of_the_event_and_age, score="logits")
    given = {"series": [one[:length] for one, length in zip(x, lengths, strict=True)], "age": age}
    made = explain(classifier, given, methods="Occlusion", targets=1, progress=False)
    np.testing.assert_allclose(made.scores[:, 1], of_the_event_and_age({"series": x, "age": age}), rtol=1e-5)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ecg": 0, "age": 1}, r"x must hold the series as x\['series'\], or series= its name, but holds ecg, age"),
        ({"series": 0, "age": np.ones(3)}, r"x\['age'\] must have a value for each of 24 series"),
        ({"series": 0, "age": np.full(INSTANCES, np.nan)}, r"x\['age'\] must be finite"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(given, words, x):
    classifier = FunctionClassifier(of_the_event_and_age, score="logits")
    with pytest.raises(ValueError, match=words):
        explain(classifier, {name: value if isinstance(value, np.ndarray) else x for name, value in given.items()})


def test_an_estimator_takes_the_series_alone(x):
    with pytest.raises(TypeError, match=r"x must be the series, .* a Pipeline takes nothing else"):
        explain(ESTIMATORS["scikit-learn"](x), {"series": x[..., 1:], "age": np.ones(INSTANCES)})


def test_methods_that_need_a_network_say_so(x):
    classifier = FunctionClassifier(of_the_event, classes=2)
    fitting = [method for method in all_methods() if method().refusal(classifier) is None]
    own = [method for method in fitting if method.__module__.startswith("cam1d_widget.")]
    assert {method.family for method in own} == {"perturbation"}
    with pytest.raises(ValueError, match="Saliency needs gradients, which a FunctionClassifier does not offer"):
        explain(of_the_event, x, methods="Saliency")
    with pytest.raises(ValueError, match="Grad-CAM needs feature maps, which a FunctionClassifier does not offer"):
        explain(of_the_event, x, methods="Grad-CAM")


def test_an_estimator_that_is_fitted_again_is_a_changed_model(x):
    estimator = ESTIMATORS["scikit-learn"](x)
    widget = CAM1DWidget(estimator, x[..., 1:])
    before = widget.explanation.scores
    estimator.fit(-x[..., 1], Y)
    with pytest.raises(RuntimeError, match="the model has changed"):
        widget.explanation.attribution("Occlusion", 3, 0)
    widget.update_model()
    assert np.abs(widget.explanation.scores - before).max() > 0.1


def of_three(x: np.ndarray) -> np.ndarray:
    """Probabilities of three classes."""
    event = of_the_event(x)
    return np.stack([event / 2, event / 2, 1 - event], axis=1)


def test_a_function_that_fails_where_parts_are_replaced_is_blamed_itself(x):
    def predict(series: np.ndarray) -> np.ndarray:
        return np.where((series[:, EVENT, 1] == 0).any(axis=1), np.nan, of_the_event(series))

    with pytest.raises(ValueError, match=r"the model itself gives NaN .* make it return finite scores"):
        explain(predict, x, methods="Occlusion", progress=False)


def test_probabilities_of_series_with_replaced_parts_are_checked(x):
    def predict(series: np.ndarray) -> np.ndarray:
        return of_three(series) * np.where((series[:, EVENT, 1] == 0).any(axis=1), 0.5, 1)[:, np.newaxis]

    with pytest.raises(ValueError, match=r"those of a series in which parts may be replaced add up to 0\.5"):
        explain(predict, x, methods="Occlusion", progress=False)


def test_several_labels_need_not_add_up_to_one(x):
    several = np.eye(3)[np.arange(INSTANCES) % 3]
    several[7] = 1
    places = {float(one): place for place, one in enumerate(x[:, 0, 0])}
    classifier = FunctionClassifier(lambda given: several[[places[float(one)] for one in given[:, 0, 0]]])
    np.testing.assert_array_equal(classifier.for_series(x).scores(x), several)


CALLS = iter(range(1000))
WRONG: dict[str, tuple[Any, str]] = {
    "shape": (lambda x: x.sum(), r"must return scores of shape \(instance, class\) = \(4, any\), but returned \(\)"),
    "NaN": (
        lambda x: np.full((len(x), 2), np.nan),
        "scores must be finite, but the model itself gives nan for class 0 of instance 0",
    ),
    "no probabilities": (lambda x: x.mean(axis=1), r"must return probabilities from 0 to 1, .* pass score='logits'"),
    "words": (lambda x: ["rest"] * len(x), "must return scores of shape"),
    "nothing": (
        lambda x: None,
        r"must return scores of shape \(instance, class\): .* must hold real numbers, but is None",
    ),
    "complex": (lambda x: np.full((len(x), 2), 0.5j), "must return scores .* real numbers, but holds complex128"),
    "masked": (lambda x: np.ma.masked_equal(np.tile([0.0, 1], (len(x), 1)), 0), "must return scores .* not be masked"),
    "changing": (lambda x: np.full((len(x), 2), next(CALLS) / 100), "change from call to call"),
    "batch": (lambda x: (x - x.mean(axis=0)).std(axis=1) / 2, "depend on the others of its batch"),
    "batches of more than two": (lambda x: of_the_event(x) / max(len(x) - 1, 1), "depend on the others of its batch"),
    "NaN later": (
        lambda x: np.where(np.isclose(x[:, 0, 0], FIRST[7]), np.nan, of_the_event(x)),
        "scores must be finite, but the model itself gives nan for class 0 of instance 7",
    ),
    "no probabilities later": (
        lambda x: np.where(np.isclose(x[:, 0, 0], FIRST[7]), 5, of_the_event(x)),
        "must return probabilities from 0 to 1, but returned -4 for class 0 of instance 7; pass score='logits'",
    ),
    "no sum of one later": (
        lambda x: of_three(x) * np.where(np.isclose(x[:, 0, 0], FIRST[7]), 0.5, 1)[:, np.newaxis],
        "that add up to one, as those of the first series do, but those of instance 7 add up to 0.5",
    ),
    "other shape later": (
        lambda x: of_three(x)[:, : 2 if np.isclose(x[:, 0, 0], FIRST[7]).any() else 3],
        r"must return scores of shape \(instance, class\) = \(\d+, 3\), but returned \(\d+, 2\)",
    ),
    "its own error": (lambda x: x["series"], "could not predict series of shape"),
}


@pytest.mark.parametrize("name", WRONG)
def test_functions_that_do_not_score_each_series_are_refused(name, x):
    function, words = WRONG[name]
    with pytest.raises((ValueError, TypeError), match=words):
        explain(function, x, methods="Occlusion", progress=False)


def of_one_channel(x: np.ndarray) -> np.ndarray:
    if x.shape[2] != 1:
        raise ValueError(f"one channel is expected, but there are {x.shape[2]}")
    return 1 / (1 + np.exp(1.5 - x[:, EVENT, 0].mean(axis=1)))


def test_two_dims_are_instance_and_time_if_they_cannot_be_predicted_as_one_series(x):
    rows = x[..., 1]
    widget = CAM1DWidget(of_one_channel, rows, Y, class_names=["rest", "walk"], background=rows)
    assert widget.explanation.x.shape == (INSTANCES, TIME, 1)
    np.testing.assert_allclose(widget.explanation.scores[:, 1], of_one_channel(rows[..., np.newaxis]), rtol=1e-6)
    one = explain(of_the_event, x[1], methods="Occlusion", progress=False)
    assert one.x.shape == (1, TIME, CHANNELS)


@pytest.mark.parametrize(
    "error",
    [
        "Exception encountered when calling Sequential.call().\n\n\x1b[1mInput 0 is wrong\x1b[0m\n\nArguments:",
        "Graph execution error:\n\nDetected at node conv defined at:\n<stack traces unavailable>\nInput 0 is wrong\n",
    ],
)
def test_two_dims_that_cannot_be_predicted_either_way_are_named_as_one_series(x, error):
    def failing(x):
        raise RuntimeError(error)

    words = re.escape(
        "shape (1, 60, 2) (Input 0 is wrong); two dims are one series, (time, channel); pass x[..., np.newa"
    )
    with pytest.raises(ValueError, match=words):
        explain(failing, x[0], methods="Occlusion", progress=False)
    with pytest.raises(ValueError, match=r"\(Input 0 is wrong\); if it takes another shape, give layout="):
        explain(failing, x, methods="Occlusion", progress=False)


def test_what_is_no_fitted_classifier_is_named(x):
    with pytest.raises(TypeError, match="sklearn's LinearRegression, which has neither predict_proba nor decision_fu"):
        CAM1DWidget(LinearRegression().fit(x[..., 0], np.arange(INSTANCES)), x)
    with pytest.raises(ValueError, match="must be fitted, but this RocketClassifier is not; fit it first"):
        CAM1DWidget(RocketClassifier(), x)
    with pytest.raises(ValueError, match=r"could not predict series .* fit it first, if it is not fitted"):
        CAM1DWidget(IsolationForest(), x)
    with pytest.raises(ValueError, match="must be fitted, but this LogisticRegression is not; fit it first"):
        CAM1DWidget(LogisticRegression(), x)
    with pytest.raises(ValueError, match="must be left out for a SVC, of which only the predictions are known"):
        CAM1DWidget(ESTIMATORS["decision values"](x), x, layer="conv")
    with pytest.raises(ValueError, match="x must have 1 channel, as the model was built for"):
        CAM1DWidget(ESTIMATORS["decision values"](x), x)
    with pytest.raises(ValueError, match="takes one row of values for each series, and x has 2 channels; give a func"):
        FunctionClassifier(of_the_event, layout="flat").for_series(x)
    with pytest.raises(ValueError, match="the channels are first; pass layout='channels_first'"):
        CAM1DWidget(ESTIMATORS["aeon"](x), channels_first(x))
    with pytest.raises(ValueError, match="is not known before series are predicted; give classes="):
        _ = FunctionClassifier(of_the_event).classes
