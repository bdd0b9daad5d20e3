"""Baseline networks have the layers and the number of parameters of the papers."""

from functools import cache

import keras
import numpy as np
import pytest

from cam1d_widget import KerasClassifier, models

from ..support.selection import slow_but

BASELINES = ["fcn", "resnet", "inception_time"]


PARAMETERS = [
    # counted on the networks of aeon 1.6 with a Dense layer behind
    ("fcn", 1, 7, 266_631),
    ("fcn", 6, 7, 271_751),
    ("inception_time", 1, 7, 423_143),
    ("inception_time", 6, 7, 493_575),
    # aeon's third shortcut has a convolution of 128 x 128 + 128 more, which the authors' does not need
    ("resnet", 1, 7, 523_975 - 16_512),
    ("resnet", 6, 7, 526_855 - 16_512),
]


@cache
def classifier_of(name: str) -> KerasClassifier:
    return KerasClassifier(getattr(models, name)((400, 1), 2, filters=2))


@pytest.mark.parametrize(("name", "channels", "classes", "parameters"), slow_but(PARAMETERS[1::2], PARAMETERS))
def test_parameters_are_those_of_the_paper(name, channels, classes, parameters):
    assert getattr(models, name)((128, channels), classes).count_params() == parameters


def test_parameters_of_an_fcn_counted_by_hand():
    """Kernels 8, 5, 3; filters 128, 256, 128; four numbers a filter for each batch norm."""
    convolutions = (8 * 1 + 1) * 128 + (5 * 128 + 1) * 256 + (3 * 256 + 1) * 128
    assert models.fcn((50, 1), 10).count_params() == convolutions + 4 * (128 + 256 + 128) + 128 * 10 + 10


@pytest.mark.parametrize("name", BASELINES)
def test_every_step_is_kept_and_any_length_goes(name):
    model = getattr(models, name)((None, 2), 3, filters=4)
    map_ = model.get_layer("mean").input
    trunk = keras.Function([model.input], [map_])
    for length in (5, 64):
        assert trunk([np.zeros((1, length, 2), np.float32)])[0].shape[:2] == (1, length)
    np.testing.assert_allclose(np.asarray(model(np.ones((2, 30, 2)))).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", BASELINES)
def test_the_door_finds_head_and_receptive_field(name):
    classifier = classifier_of(name)
    assert (classifier.head, classifier.affine_head, classifier.no_features) == ("gap", True, None)
    assert len(classifier.receptive_field) == 400


def test_receptive_fields_are_as_wide_as_the_kernels_make_them():
    width = {}
    for name in BASELINES:
        field = classifier_of(name).receptive_field
        width[name] = int((field.high - field.low).max())
    assert width == {"fcn": 8 + 5 + 3 - 2, "resnet": 3 * (8 + 5 + 3 - 3) + 1, "inception_time": 6 * 39 + 1}
