"""Networks randomized layer by layer: on a copy, by their own initializers; which maps change, as published."""

import random

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.masking import channel_mean
from cam1d_widget.attribution.methods import LRP, DeepLIFT, GradCAM, GuidedBackprop, IntegratedGradients
from cam1d_widget.data import load_watch

from ...support.toys import question


def weights_of(model):
    return [weight.copy() for weight in model.get_weights()]


def same(one, other):
    return [np.array_equal(*pair) for pair in zip(one, other, strict=True)]


def test_layers_are_forgotten_from_the_top_on_a_copy_and_nothing_else_changes(flatten, x):
    before, states = weights_of(flatten.model), (random.getstate(), np.random.get_state()[1].copy())  # noqa: NPY002
    scores = flatten.scores(x)
    names, forgotten = [], []
    for _, name, one in flatten.randomized():
        names.append(name)
        forgotten.append(sum(not kept for kept in same(one.model.get_weights(), before)))
    assert names == [layer.name for layer in reversed(flatten.model.layers) if layer.weights]
    assert forgotten == sorted(forgotten)
    assert forgotten[-1] == len(before) - 2  # the convolutions' biases were zero, as they are drawn
    assert all(same(flatten.model.get_weights(), before))
    np.testing.assert_array_equal(flatten.scores(x), scores)
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002


def test_the_seed_and_the_layers_own_initializers_draw_the_weights():
    series = keras.Input((20, 2))
    maps = L.Conv1D(3, 3, kernel_initializer=keras.initializers.Constant(0.25), bias_initializer="ones")(series)
    model = keras.Model(series, L.Dense(2, activation="softmax")(L.Flatten()(maps)))
    model.set_weights([np.full(weight.shape, 9.0) for weight in model.get_weights()])
    classifier = KerasClassifier(model)
    drawn = [list(classifier.randomized(seed))[-1][2].model.get_weights() for seed in (0, 0, 1)]
    steps = [(draw, name, one.model.get_weights()) for draw, name, one in classifier.randomized(0, draws=2)]
    np.testing.assert_array_equal(drawn[0][0], np.full((3, 2, 3), 0.25))
    np.testing.assert_array_equal(drawn[0][1], np.ones(3))
    assert all(same(drawn[0], drawn[1]))
    assert not np.array_equal(drawn[0][2], drawn[2][2])
    names = [model.layers[2 + 1].name, model.layers[1].name]
    assert [step[:2] for step in steps] == [(draw, name) for draw in (0, 1) for name in names]
    assert all(same(steps[1][2], drawn[0]))
    assert all(same(steps[3][2], drawn[2]))
    np.testing.assert_array_equal(steps[2][2][0], np.full((3, 2, 3), 9.0))  # each draw begins with what was learned


@pytest.mark.slow
def test_every_pass_forgets_with_its_network(x):
    """What was compiled for the copy, and what is kept of its head, must not remember."""
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(4, activation="softmax")], filters=4))
    for _, _, one in classifier.randomized(3):
        fresh = KerasClassifier(one.model)
        for method in (GradCAM(), DeepLIFT(), LRP(), GuidedBackprop()):
            np.testing.assert_allclose(
                method.attribute(one, x[:1], 2), method.attribute(fresh, x[:1], 2), rtol=1e-4, atol=1e-6
            )


def test_models_inside_models_forget_layer_by_layer_and_logits_stay_where_they_were():
    series = keras.Input((30, 2))
    trunk = keras.Sequential([keras.Input((30, 2)), L.Conv1D(4, 5, activation="relu"), L.Conv1D(4, 3)])
    model = keras.Model(series, L.Dense(1)(L.GlobalAveragePooling1D()(trunk(series))))
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    classifier = KerasClassifier(model, layer=trunk.layers[0].name)
    steps = list(classifier.randomized())
    assert [name for _, name, _ in steps] == [model.layers[-1].name, *(layer.name for layer in reversed(trunk.layers))]
    assert steps[0][2].classes == classifier.classes == 2
    assert steps[0][2].receptive_field.start.tolist() == classifier.receptive_field.start.tolist()


def test_a_model_that_cannot_be_built_again_or_has_no_weights_is_refused_in_a_sentence():
    class Own(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.pool, self.dense = L.GlobalAveragePooling1D(), L.Dense(units, activation="softmax")

        def call(self, x):
            return self.dense(self.pool(x))

    model = Own(3)
    model(np.zeros((1, 10, 2), np.float32))
    with pytest.raises(ValueError, match=r"cannot be built again .* give its class get_config and from_config"):
        next(KerasClassifier(model).randomized())
    bare = keras.Sequential([keras.Input((10, 2)), L.GlobalAveragePooling1D(), L.Softmax()])
    with pytest.raises(ValueError, match="no weights to be randomized"):
        next(KerasClassifier(bare).randomized())


@pytest.mark.slow
def test_grad_cam_and_integrated_gradients_notice_and_guided_backprop_does_not(briefly_trained):
    watch = load_watch(overlap=0)
    classifier = KerasClassifier(briefly_trained)
    x = watch.x_test[::12][:6]
    target = classifier.scores(x).argmax(axis=1)
    baseline = channel_mean(watch.x_train)
    methods = [GradCAM(), IntegratedGradients(steps=16, tolerance=None, baseline=baseline), GuidedBackprop()]
    similar = {one.label: metrics.weight_randomization(one, classifier, x, target) for one in methods}
    assert similar["Grad-CAM"].mean < 0.5
    assert similar["Integrated Gradients"].mean < 0.5
    assert similar["Guided Backprop"].mean > 0.5
    assert similar["Integrated Gradients"].magnitude.mean() > 0.4  # of the series, which it is multiplied by
    assert "5 layers randomized" in repr(similar["Grad-CAM"])
