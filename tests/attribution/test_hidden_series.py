"""Networks that give NaN once a Masking layer hides every step: the error names the cause, and no check is passed."""

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget, KerasClassifier, explain
from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.maps import NotFinite
from cam1d_widget.attribution.methods import LIME, RISE, KernelSHAP, Occlusion

X = np.random.default_rng(0).normal(1, 1, size=(2, 16, 2)).astype(np.float32)
REASON = "the model itself gives NaN or infinity for .* where a Masking layer hides every step: give a background"


def network(averaged):
    keras.utils.set_random_seed(0)
    series = keras.Input((16, 2))
    hidden = L.LSTM(4, return_sequences=averaged)(L.Masking()(series))
    hidden = L.GlobalAveragePooling1D()(hidden) if averaged else hidden
    return KerasClassifier(keras.Model(series, L.Dense(2, activation="softmax")(hidden)))


@pytest.fixture(scope="module")
def classifier():
    return network(averaged=True)


@pytest.fixture(scope="module")
def of_last_state():
    return network(averaged=False)


def test_the_networks_own_scores_are_what_is_not_finite(classifier, of_last_state):
    hidden = np.zeros((1, 16, 2), np.float32)
    assert np.isnan(classifier.model(hidden).numpy()).all()
    assert np.isfinite(classifier.scores(X)).all()
    assert np.isfinite(of_last_state.scores(hidden)).all()  # the last state of an LSTM that saw nothing


@pytest.mark.parametrize(
    "method",
    [
        KernelSHAP(size=8),
        LIME(size=8, channels="all"),
        RISE(size=8, channels="all", masks=50),
        Occlusion(size=16, channels="all"),
    ],
)
def test_methods_that_replace_all_of_a_series_say_what_is_wrong_and_what_to_do(classifier, of_last_state, method):
    with pytest.raises(NotFinite, match=REASON):
        explain(classifier, X, methods=[method], progress=False)
    with_background = explain(classifier, X, methods=[method], background=X, progress=False)
    assert np.isfinite(with_background.attributions[method.label]).all()
    assert np.isfinite(explain(of_last_state, X, methods=[method], progress=False).attributions[method.label]).all()


def test_metrics_that_take_all_of_a_series_away_say_so_as_well(classifier):
    for measure in ("score", "probability"):
        with pytest.raises(NotFinite, match=REASON):
            metrics.deletion(classifier, X, X, 0, measure=measure)


def test_a_network_without_masks_does_not_receive_masks(classifier):
    class Broken(KerasClassifier):
        continuous = True

    with pytest.raises(NotFinite, match="give another baseline or background, or use a method that replaces nothing"):
        explain(Broken(classifier.model), X, methods=[KernelSHAP(size=8)], progress=False)


@pytest.mark.slow
def test_a_deletion_that_cannot_be_made_is_not_passed(classifier):
    widget = CAM1DWidget(classifier, X, methods=["Saliency"])
    report = widget.check(fill="zero", progress=False)
    [deletion] = [finding for finding in report.findings if finding.name == "Deletion"]
    assert deletion.passed is None
    assert deletion.text.startswith("With zero this cannot be checked: scores must be finite where parts of a series")
    assert report.with_fill("channel mean").findings[1].passed is not None
