"""Class activation maps: identities for each head, the papers' formulas, and events at the right time."""

from __future__ import annotations

import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import CAM, EigenCAM, GradCAM, HiResCAM, LayerCAM, XGradCAM

from ...support.toys import multi_layer, question

RNG = np.random.default_rng(0)


def test_cam_grad_cam_and_hires_cam_agree_behind_a_global_average(gap, x):
    grad_cam, hires_cam, cam = (method().attribute(gap, x, 1) for method in (GradCAM, HiResCAM, CAM))
    np.testing.assert_allclose(grad_cam, hires_cam, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(cam / 10, grad_cam, rtol=1e-4, atol=1e-7)


def test_cam_uses_the_weights_of_the_dense_layer(gap, x):
    kernel, _ = gap.model.layers[-1].get_weights()
    features, _ = gap.features(x, 2)
    by_hand = gap.receptive_field.place(features @ kernel[:, 2:3])
    np.testing.assert_allclose(CAM().attribute(gap, x, 2), by_hand, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("head", ["flatten", "gmp"])
def test_cam_refuses_other_heads_and_names_hires_cam(head, x, request):
    with pytest.raises(ValueError, match=f"{head}.*HiResCAM"):
        CAM().attribute(request.getfixturevalue(head), x, 0)


def test_cam_refuses_a_hidden_layer_behind_the_average(x):
    deep = KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dense(5, activation="relu"), L.Dense(2)]))
    assert deep.head == "gap"
    with pytest.raises(ValueError, match="HiResCAM"):
        CAM().attribute(deep, x, 0)
    assert HiResCAM().exactness(deep) == "approximate"


def test_grad_cam_of_the_oracle_bank():
    # features stand for the first layer of the bank's network: one step, three filters
    classifier = multi_layer()
    features, gradients = np.array([[[[0.0, 100.0, 0.0]]]]), np.full((1, 1, 1, 3), 4.0)
    assert (GradCAM().weigh(features, gradients) * features).sum() == 400
    assert classifier.gradient(np.array([[[0.0], [100], [0]]]), 0).tolist() == [[[4.0], [4], [4]]]


def maps_of(method, classifier, x, target=1):
    return method.at_steps(classifier, x, np.full((len(x), 1), target))[:, 0]


def test_xgrad_cam_is_grad_cam_behind_a_global_average(gap, x):
    np.testing.assert_allclose(maps_of(XGradCAM(), gap, x), maps_of(GradCAM(), gap, x), rtol=1e-4, atol=1e-7)
    assert XGradCAM().exactness(gap) == "exact"


def test_layer_cam_is_what_hires_cam_has_in_favor(flatten, x):
    features, gradients = flatten.features(x, 1)
    favor = (np.where(gradients > 0, gradients, 0) * features).sum(axis=2)
    np.testing.assert_allclose(maps_of(LayerCAM(), flatten, x), favor, rtol=1e-5)
    assert (favor >= 0).all()


def test_eigen_cam_finds_the_common_course_and_its_sign(x):
    course = np.array([0.0, 1, 4, 2, 0, 0.5])
    for sign in (1, -1):
        features = (sign * course[:, np.newaxis] * [1.0, 2, 0.5])[np.newaxis, np.newaxis]
        weights = EigenCAM().weigh(features, np.zeros((1, 2, 6, 3)))
        maps = (weights * features).sum(axis=-1)
        np.testing.assert_allclose(maps[0, 0] / maps[0, 0, 2], course / 4, atol=1e-12)
        assert np.sign(maps[0, 0, 2]) == sign
        np.testing.assert_array_equal(maps[0, 0], maps[0, 1])


def test_planted_event_is_drawn_where_it_is():
    """A network of center taps and averages, an event at each center: the map's peak is at the event."""
    model = question([L.GlobalAveragePooling1D(), L.Dense(2)])
    tap = np.zeros((9, 9, 16)), np.zeros((9, 16, 16))
    tap[0][4, 0, 0] = tap[1][4, 0, 0] = 1
    first, second = (layer for layer in model.layers if isinstance(layer, L.Conv1D))
    first.set_weights([tap[0], np.zeros(16)])
    second.set_weights([tap[1], np.zeros(16)])
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization):
            layer.set_weights([np.ones(16), np.zeros(16), np.zeros(16), np.ones(16)])
    model.layers[-1].set_weights([np.ones((16, 2)), np.zeros(2)])
    classifier = KerasClassifier(model)
    for center in classifier.receptive_field.centers.astype(int):
        x = np.zeros((1, 300, 9), np.float32)
        x[0, center, 0] = 1
        for method in (CAM(), GradCAM(), HiResCAM()):
            drawn = method.attribute(classifier, x, 0)[0, :, 0]
            assert drawn[center] == drawn.max() > 0
            if 36 < center < 261:  # the first and last are held to the ends
                assert np.flatnonzero(drawn == drawn.max()).tolist() == [center]
