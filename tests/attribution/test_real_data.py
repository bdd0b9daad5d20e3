"""The Stack Overflow CNN, trained on real recordings: what the legend states is true."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cam1d_widget import KerasClassifier, explain, models
from cam1d_widget.attribution.methods import HiResCAM, IntegratedGradients
from cam1d_widget.data.watch import load_watch

# What is promised of every network is proven on small ones, by test_exactness, test_methods and test_receptive_field.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def watch():
    return load_watch()


@pytest.fixture(scope="module")
def classifier(watch) -> KerasClassifier:
    keras.utils.set_random_seed(0)
    model = models.question_cnn((300, 6), 7)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(watch.x_train, watch.y_train, epochs=3, batch_size=32, verbose=0)
    return KerasClassifier(model)


def test_network_has_learned_something(classifier, watch):
    assert (classifier.scores(watch.x_test).argmax(axis=1) == watch.y_test).mean() > 0.6


def test_hires_cam_rebuilds_every_logit(classifier, watch):
    x = watch.x_test[:40]
    targets = np.tile(np.arange(7), (40, 1))
    total = HiResCAM().at_steps(classifier, x, targets).sum(axis=2)
    score = classifier.scores(x) - classifier.bias()
    assert np.abs(total - score).max() < 1e-5 * np.abs(score).max()


def test_integrated_gradients_misses_less_than_a_thousandth(classifier, watch):
    x, background = watch.x_test[::10], watch.x_train
    explanation = explain(classifier, x, methods=["Integrated Gradients"], background=background, progress=False)
    gap = explanation.completeness["Integrated Gradients"][:, 0]
    assert np.median(gap) < 5e-4
    assert np.quantile(gap, 0.9) < 1e-3


@pytest.mark.parametrize("steps", [128, 256])
def test_a_fixed_number_of_steps_misses_less_than_a_thousandth_and_more_steps_miss_less(classifier, watch, steps):
    x, baseline = watch.x_test[::10], watch.x_train.mean(axis=(0, 1))
    methods = [IntegratedGradients(steps=count, tolerance=None, baseline=baseline) for count in (steps // 2, steps)]
    fewer, more = (
        np.median(explain(classifier, x, methods=[one], progress=False).completeness["Integrated Gradients"])
        for one in methods
    )
    assert more < 1e-3
    assert more < fewer


def test_unseen_samples_have_no_gradient(classifier, watch):
    gradient = classifier.gradient(watch.x_test[:20], watch.y_test[:20])
    seen = classifier.receptive_field.seen
    assert (gradient[:, ~seen] == 0).all()
    assert (np.abs(gradient[:, seen]).sum(axis=(0, 2)) > 0).all()
