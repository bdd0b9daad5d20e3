"""What each method promises, on classifiers whose answer is known by heart."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, all_methods
from cam1d_widget.attribution.methods import (
    CAM,
    AttributionMethod,
    Axiom,
    EigenCAM,
    GradCAM,
    GradCAMPlusPlus,
    GradientXInput,
    HiResCAM,
    IntegratedGradients,
    LayerCAM,
    Occlusion,
    Saliency,
    XGradCAM,
)

from .toys import linear, linear_network, multi_layer, nested_relu, question

RNG = np.random.default_rng(0)
METHODS = {method.label: method for method in all_methods()}
BACKGROUND = np.repeat(RNG.normal(size=(4, 300, 1)), 9, axis=2).astype(np.float32)


def ready(label: str) -> AttributionMethod:
    """Method with series to draw from, alike in all channels, where it needs them."""
    needs = "background" in {field.name for field in fields(METHODS[label])}
    return METHODS[label](background=BACKGROUND) if needs else METHODS[label]()


def promising(axiom: Axiom) -> list[str]:
    return [label for label, method in METHODS.items() if axiom in method.axioms]


def affine(label: str, weights: np.ndarray, bias: np.ndarray) -> Any:
    """Scores w · x + b as a classifier that the method can explain: as a network where a formula will not do."""
    formula = linear(weights, bias)
    formula.head = "gap"
    return linear_network(weights, bias) if METHODS[label]().refusal(formula) else formula


@pytest.fixture(scope="module")
def flatten() -> KerasClassifier:
    return KerasClassifier(question([L.Flatten(), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="module")
def gap() -> KerasClassifier:
    return KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dropout(0.5), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="module")
def gmp() -> KerasClassifier:
    return KerasClassifier(question([L.GlobalMaxPooling1D(), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(3, 300, 9)).astype(np.float32)


# Axioms


@pytest.mark.parametrize("label", promising(Axiom.COMPLETENESS))
def test_values_add_up_to_the_scores_difference(label, flatten, x):
    method = ready(label)
    for target in range(4):
        values = method.attribute(flatten, x, target)
        expected = method.expected_total(flatten, x, np.full((3, 1), target))[:, 0]
        # of a map that mostly cancels, a sum cannot be better known than its terms
        mass = np.abs(values).sum(axis=(1, 2))
        assert (np.abs(values.sum(axis=(1, 2)) - expected) < 1e-3 * mass).all()


@pytest.mark.parametrize("label", promising(Axiom.DUMMY))
def test_channel_that_does_not_matter_gets_zero(label, x):
    weights = RNG.normal(size=(2, 300, 9))
    weights[:, :, 4] = 0
    attribution = ready(label).attribute(affine(label, weights, np.zeros(2)), x, 1)
    assert (attribution[:, :, 4] == 0).all()
    assert np.abs(attribution).sum() > 0 or label == "VarGrad"  # the slope of a straight score does not vary


@pytest.mark.parametrize("label", promising(Axiom.LINEARITY))
def test_map_of_a_sum_is_the_sum_of_maps(label, x):
    one, other = RNG.normal(size=(2, 2, 300, 9))
    bias = np.zeros(2)
    method = ready(label)
    together = method.attribute(affine(label, one + other, bias), x, 0)
    apart = method.attribute(affine(label, one, bias), x, 0) + method.attribute(affine(label, other, bias), x, 0)
    np.testing.assert_allclose(together, apart, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("label", METHODS)
def test_batch_equals_singles(label, gap, x):
    method = ready(label)
    targets = np.array([2, 0, 1])
    batch = method.attribute(gap, x, targets)
    singles = [method.attribute(gap, x[i : i + 1], int(targets[i])) for i in range(3)]
    np.testing.assert_allclose(batch, np.concatenate(singles), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("label", METHODS)
def test_several_classes_at_once_equal_one_by_one(label, gap, x):
    method = ready(label)
    maps = method.maps(gap, x[:2], np.array([[0, 3], [1, 1]])).values
    for row, column, target in ((0, 0, 0), (0, 1, 3), (1, 0, 1)):
        np.testing.assert_allclose(
            maps[row, column], method.attribute(gap, x[row : row + 1], target)[0], rtol=1e-3, atol=1e-5
        )


@pytest.mark.parametrize("label", [label for label, method in METHODS.items() if method.class_specific])
def test_score_that_never_changes_gets_a_map_of_zeros(label, x):
    constant = affine(label, np.zeros((2, 300, 9)), np.array([3.0, -1.0]))
    assert (ready(label).attribute(constant, x, 0) == 0).all()


@pytest.mark.parametrize(
    "label", [label for label, method in METHODS.items() if method.family != "class activation map"]
)
def test_channels_in_another_order_give_the_map_in_that_order(label, x):
    weights, order = RNG.normal(size=(2, 300, 9)), RNG.permutation(9)
    method, targets = ready(label), np.ones((3, 1), int)
    straight = method.maps(affine(label, weights, np.zeros(2)), x, targets)
    permuted = method.maps(affine(label, weights[:, :, order], np.zeros(2)), x[:, :, order], targets)
    far = np.abs(permuted.values - straight.values[..., order]) - 1e-5 * np.abs(permuted.values)
    # what is drawn at random is another draw in another order
    chance = 6 * np.hypot(permuted.errors, straight.errors[..., order]) if method.stochastic else 0
    assert (far <= 1e-5 + chance).all()


@pytest.mark.parametrize("label", promising(Axiom.SYMMETRY))
def test_channels_that_are_treated_alike_get_the_same(label, x):
    model = question([L.Flatten(), L.Dense(4)])
    kernel, bias = model.layers[0].get_weights()
    kernel[:, 5] = kernel[:, 3]
    model.layers[0].set_weights([kernel, bias])
    twins = x.copy()
    twins[..., 5] = twins[..., 3]
    attribution = ready(label).attribute(KerasClassifier(model), twins, 2)
    assert np.abs(attribution[..., 3]).max() > 0
    np.testing.assert_allclose(attribution[..., 5], attribution[..., 3], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("label", promising(Axiom.IMPLEMENTATION))
def test_networks_of_one_function_get_one_map(label, flatten, x):
    """BatchNorm folded into the convolutions, and every filter doubled and halved again behind its ReLU."""
    folded = keras.models.clone_model(flatten.model)
    folded.set_weights(flatten.model.get_weights())
    convolutions = [layer for layer in folded.layers if isinstance(layer, L.Conv1D)]
    norms = [layer for layer in folded.layers if isinstance(layer, L.BatchNormalization)]
    for layer, norm in zip(convolutions, norms, strict=True):
        kernel, bias = layer.get_weights()
        gamma, beta, mean, variance = norm.get_weights()
        scale = gamma / np.sqrt(variance + norm.epsilon)
        layer.set_weights([2 * kernel * scale, 2 * (bias - mean) * scale + 2 * beta])
        norm.set_weights([np.ones(16), np.zeros(16), np.zeros(16), np.full(16, 1 - norm.epsilon)])
    last, dense = convolutions[1], folded.layers[-1]
    last.set_weights([last.get_weights()[0] / 2, last.get_weights()[1]])
    dense.set_weights([dense.get_weights()[0] / 2, dense.get_weights()[1]])
    other = KerasClassifier(folded)
    np.testing.assert_allclose(other.scores(x), flatten.scores(x), rtol=1e-4, atol=1e-5)
    one, same = (ready(label).attribute(classifier, x, 2) for classifier in (flatten, other))
    far = np.abs(one - same).max(axis=(1, 2)) / np.abs(one).max(axis=(1, 2))
    assert (far < 1e-3).all()


@pytest.mark.parametrize("label", promising(Axiom.SHIFT))
def test_map_of_a_shifted_series_is_shifted(label):
    keras.utils.set_random_seed(1)
    layers = [L.Conv1D(6, 5, padding="same", activation="relu"), L.Conv1D(6, 4, padding="same", dilation_rate=2)]
    head = [L.ReLU(), L.GlobalAveragePooling1D(), L.Dense(3)]
    classifier = KerasClassifier(keras.Sequential([keras.Input((120, 2)), *layers, *head]))
    series = np.zeros((1, 120, 2), np.float32)
    series[:, 40:60] = RNG.normal(size=(1, 20, 2))
    straight, shifted = (ready(label).attribute(classifier, one, 1) for one in (series, np.roll(series, 17, axis=1)))
    inside = slice(30, 90)  # away from the ends, where the padding is seen
    assert np.abs(straight[:, inside]).max() > 0
    np.testing.assert_allclose(np.roll(straight, 17, axis=1)[:, inside], shifted[:, inside], rtol=1e-3, atol=1e-6)


# Class activation maps: identities of the heads


def test_cam_grad_cam_and_hires_cam_agree_behind_a_global_average(gap, x):
    grad_cam, hires_cam, cam = (method().attribute(gap, x, 1) for method in (GradCAM, HiResCAM, CAM))
    np.testing.assert_allclose(grad_cam, hires_cam, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(cam / 10, grad_cam, rtol=1e-4, atol=1e-7)


def test_cam_uses_the_weights_of_the_dense_layer(gap, x):
    kernel, _ = gap.model.layers[-1].get_weights()
    features, _ = gap.features(x, 2)
    by_hand = gap.receptive_field.place(features @ kernel[:, 2:3])
    np.testing.assert_allclose(CAM().attribute(gap, x, 2), by_hand, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("head", ["flatten", "gap", "gmp"])
def test_hires_cam_adds_up_to_the_logit_without_its_bias(head, x, request):
    classifier = request.getfixturevalue(head)
    targets = np.tile(np.arange(4), (3, 1))
    total = HiResCAM().at_steps(classifier, x, targets).sum(axis=2)
    bias = classifier.model.layers[-1].get_weights()[1]
    np.testing.assert_allclose(total, classifier.scores(x) - bias, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("head", ["flatten", "gmp"])
def test_grad_cam_does_not_add_up_where_the_head_tells_steps_apart(head, x, request):
    classifier = request.getfixturevalue(head)
    total = GradCAM().at_steps(classifier, x, np.zeros((3, 1), int)).sum(axis=2)[:, 0]
    score = classifier.scores(x)[:, 0] - classifier.bias()[0]
    assert (np.abs(total - score) > 0.05 * np.abs(score)).any()
    assert GradCAM().exactness(classifier) == "approximate"


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


@pytest.mark.parametrize("head", ["flatten", "gap", "gmp"])
def test_xgrad_cam_adds_up_to_what_hires_cam_does(head, x, request):
    classifier = request.getfixturevalue(head)
    np.testing.assert_allclose(
        maps_of(XGradCAM(), classifier, x).sum(axis=1), maps_of(HiResCAM(), classifier, x).sum(axis=1), rtol=1e-4
    )


def test_xgrad_cam_is_grad_cam_behind_a_global_average(gap, x):
    np.testing.assert_allclose(maps_of(XGradCAM(), gap, x), maps_of(GradCAM(), gap, x), rtol=1e-4, atol=1e-7)
    assert XGradCAM().exactness(gap) == "exact"


def test_layer_cam_is_what_hires_cam_has_in_favor(flatten, x):
    features, gradients = flatten.features(x, 1)
    favor = (np.where(gradients > 0, gradients, 0) * features).sum(axis=2)
    np.testing.assert_allclose(maps_of(LayerCAM(), flatten, x), favor, rtol=1e-5)
    assert (favor >= 0).all()


def test_grad_cam_plus_plus_is_the_papers_sum(flatten, x):
    """Alphas computed one by one from equation 19, with the derivatives of exp(S) for which it was derived."""
    features, gradients = flatten.features(x[:1], 1)
    weights = np.zeros(features.shape[2])
    for k in range(features.shape[2]):
        for j in range(features.shape[1]):
            g = float(gradients[0, j, k])
            if g > 0:
                weights[k] += g**2 / (2 * g**2 + features[0, :, k].sum() * g**3) * g
    np.testing.assert_allclose(maps_of(GradCAMPlusPlus(), flatten, x[:1])[0], features[0] @ weights, rtol=1e-4)


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
    """A network of center taps and averages, an event at each center: the map's peak stands at the event."""
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


# Gradient methods


def test_saliency_is_the_gradient_and_keeps_its_sign(flatten, x):
    gradient = flatten.gradient(x, 1)
    np.testing.assert_array_equal(Saliency().attribute(flatten, x, 1), gradient)
    np.testing.assert_array_equal(Saliency(absolute=True).attribute(flatten, x, 1), np.abs(gradient))
    assert (gradient < 0).any()


@pytest.mark.parametrize("inner", [False, True])
def test_integrated_gradients_does_not_depend_on_how_a_function_is_written(inner):
    x = np.array([[[3.0], [1.0]]])
    values = IntegratedGradients(steps=400).attribute(nested_relu(inner), x, 0)
    np.testing.assert_allclose(values[0, :, 0], [1.5, -0.5], atol=2e-2)
    assert GradientXInput().attribute(nested_relu(False), x, 0).ravel().tolist() == [3, -1]


def test_integrated_gradients_of_a_smooth_function_is_exact():
    # f = 5x + y² + sin z separates, so each value gets its own term's difference
    from .toys import Formula

    def score(x):
        return np.array([5 * x[0, 0] + x[1, 0] ** 2 + np.sin(x[2, 0])])

    def gradient(x, target):
        return np.array([[5.0], [2 * x[1, 0]], [np.cos(x[2, 0])]])

    x, baseline = np.array([[[1.0], [2.0], [3.0]]]), np.array([[0.5], [1.0], [1.0]])
    values = IntegratedGradients(steps=16, baseline=baseline).attribute(Formula(score, gradient, (3, 1), 1), x, 0)
    np.testing.assert_allclose(values[0, :, 0], [2.5, 3.0, np.sin(3) - np.sin(1)], rtol=1e-6)


def test_integrated_gradients_completes_where_the_first_nodes_do_not(flatten, x):
    rough = IntegratedGradients(steps=4, tolerance=None).attribute(flatten, x, 0).sum(axis=(1, 2))
    finer = IntegratedGradients(steps=4, tolerance=1e-5).attribute(flatten, x, 0).sum(axis=(1, 2))
    expected = IntegratedGradients().expected_total(flatten, x, np.zeros((3, 1), int))[:, 0]
    assert np.abs(finer - expected).max() < np.abs(rough - expected).max()


def test_linear_score_gives_all_methods_the_same_map(x):
    weights = RNG.normal(size=(2, 300, 9))
    classifier, baseline = linear(weights, np.array([0.5, -0.5])), RNG.normal(size=9)
    contribution = (x - baseline) * weights[1]
    np.testing.assert_allclose(
        IntegratedGradients(baseline=baseline).attribute(classifier, x, 1), contribution, rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(
        Occlusion(size=1, stride=1, baseline=baseline).attribute(classifier, x[:1, :], 1)[0],
        contribution[0],
        atol=1e-3,
    )


# Occlusion


@pytest.mark.parametrize(("size", "baseline", "expected"), [(1, 0, [80, 200, 120]), (2, 10, [200, 220, 240])])
def test_occlusion_of_the_oracle_bank(size, baseline, expected):
    x = np.array([[[20.0], [50.0], [30.0]]])
    values = Occlusion(size=size, stride=1, baseline=baseline).attribute(multi_layer(), x, 0)
    np.testing.assert_allclose(values[0, :, 0], expected)


@pytest.mark.parametrize(("size", "stride"), [(7, 5), (15, 15), (299, 1), (300, 300), (None, None)])
def test_occlusion_covers_every_value(size, stride, x):
    values = Occlusion(size=size, stride=stride).attribute(linear(np.ones((1, 300, 9)), np.zeros(1)), np.abs(x) + 1, 0)
    assert (values > 0).all()


def test_occlusion_of_all_channels_at_once_gives_one(x):
    weights = RNG.normal(size=(1, 300, 9))
    values = Occlusion(size=1, stride=1, channels="all").attribute(linear(weights, np.zeros(1)), x[:1], 0)
    np.testing.assert_allclose(values, (x[:1] * weights).sum(axis=2, keepdims=True), atol=1e-3)


# Options


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: IntegratedGradients(steps=0), "steps must be at least 1"),
        (lambda: Occlusion(channels="some"), "channels must be 'each' or 'all'"),
        (lambda: Occlusion(size=0), "size must be at least 1 sample"),
        (lambda: Occlusion(size=5, stride=6), "stride must be from 1 to size"),
        (lambda: Occlusion(baseline=np.zeros(4)), "baseline must broadcast to x"),
        (lambda: IntegratedGradients(baseline=np.full(9, np.nan)), "baseline must be finite"),
    ],
)
def test_wrong_options_are_refused(make, message, x):
    with pytest.raises(ValueError, match=message):
        make().attribute(linear(np.ones((1, 300, 9)), np.zeros(1)), x, 0)


def test_baseline_may_be_a_function_of_the_series(x):
    classifier = linear(np.ones((1, 300, 9)), np.zeros(1))
    own_mean = IntegratedGradients(baseline=lambda x: x.mean(axis=1, keepdims=True)).attribute(classifier, x, 0)
    np.testing.assert_allclose(own_mean, x - x.mean(axis=1, keepdims=True), atol=1e-5)


def test_methods_are_found_not_listed():
    class Mine(AttributionMethod):
        """A method of a notebook cell."""

        label, family, reference = "Mine", "gradient", "here"

        def attribute(self, classifier, x, target):
            return x

    assert Mine in all_methods()
    labels = [method.label for method in all_methods()]
    assert labels.index("Integrated Gradients") < labels.index("Mine") < labels.index("Saliency")
    assert len(set(labels)) == len(labels)


def test_a_method_is_a_value():
    assert IntegratedGradients(steps=8) == replace(IntegratedGradients(), steps=8)
    assert "steps=8" in repr(IntegratedGradients(steps=8))
