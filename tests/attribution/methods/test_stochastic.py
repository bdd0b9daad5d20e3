"""Stochastic methods: right on average, with errors that their standard error describes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cam1d_widget import explain
from cam1d_widget.attribution.methods import ExpectedGradients, IntegratedGradients, SmoothGrad, SquareGrad, VarGrad

from ...support.toys import Formula, linear

RNG = np.random.default_rng(8)
TARGET = np.zeros((2, 1), int)


@pytest.fixture
def x() -> np.ndarray:
    return RNG.normal(size=(2, 50, 3)).astype(np.float32)


def half_square() -> Formula:
    """S = sum of x² / 2, whose gradient is x: with noise on it, all moments are known."""
    return Formula(lambda x: np.array([(x.astype(float) ** 2).sum() / 2]), lambda x, c: x, (50, 3), 1)


def noise(x: np.ndarray, level: float) -> np.ndarray:
    return level * x.std(axis=1, keepdims=True)


def known(method: type, x: np.ndarray, level: float) -> np.ndarray:
    sigma = noise(x, level)
    return {SmoothGrad: x, SquareGrad: x**2 + sigma**2, VarGrad: np.broadcast_to(sigma**2, x.shape)}[method]


@pytest.mark.parametrize("method", [SmoothGrad, SquareGrad, VarGrad])
def test_noisy_gradients_are_right_within_their_standard_error(method, x):
    """Over many seeds the distance to the truth, in standard errors, has a spread of one."""
    far = []
    for seed in range(20):
        made = method(samples=200, noise_level=0.4, seed=seed).maps(half_square(), x, TARGET)
        far.append((made.values[:, 0] - known(method, x, 0.4)) / made.errors[:, 0])
    assert 0.9 < np.std(far) < 1.15
    assert abs(np.mean(far)) < 0.15


def test_standard_error_falls_with_the_square_root_of_the_samples(x):
    few, many = (SmoothGrad(samples=n).maps(half_square(), x, TARGET).errors for n in (50, 800))
    assert 3.7 < np.median(few / many) < 4.3


@pytest.mark.parametrize("method", [SmoothGrad, SquareGrad, VarGrad])
def test_noise_on_a_linear_score_changes_nothing(method, x):
    weights = RNG.normal(size=(1, 50, 3))
    made = method().maps(linear(weights, np.zeros(1)), x, TARGET)
    right = {SmoothGrad: weights, SquareGrad: weights**2, VarGrad: 0 * weights}[method]
    np.testing.assert_allclose(made.values[:, 0], np.broadcast_to(right, x.shape), atol=1e-6)
    np.testing.assert_allclose(made.errors, 0, atol=1e-6)


def test_noise_has_the_scale_of_each_channel(x):
    """A loud channel does not drown the others: their maps stay as they were."""
    loud = x * [1, 1, 100]
    quiet, beside = (VarGrad(seed=3).attribute(half_square(), one.astype(np.float32), 0) for one in (x, loud))
    np.testing.assert_allclose(beside[..., :2], quiet[..., :2], rtol=1e-4)
    np.testing.assert_allclose(beside[..., 2], 1e4 * quiet[..., 2], rtol=1e-3)


def test_a_seed_is_a_map_and_another_seed_another(x):
    one, same, other = (SmoothGrad(seed=seed).attribute(half_square(), x, 0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0


def test_expected_gradients_of_a_linear_score_are_known(x):
    weights, background = RNG.normal(size=(1, 50, 3)), RNG.normal(2, 1, size=(20, 50, 3))
    made = ExpectedGradients(background=background).maps(linear(weights, np.zeros(1)), x, TARGET)
    np.testing.assert_allclose(made.values[:, 0], (x - background.mean(axis=0)) * weights[0], rtol=1e-3, atol=1e-4)
    assert (made.errors == 0).all()  # all of the background was used, so that nothing was left to chance


def test_expected_gradients_are_right_within_their_standard_error(x):
    weights, background = RNG.normal(size=(1, 50, 3)), RNG.normal(size=(2000, 50, 3))
    truth, far = (x - background.mean(axis=0)) * weights[0], []
    for seed in range(20):
        made = ExpectedGradients(background=background, seed=seed, steps=1).maps(
            linear(weights, np.zeros(1)), x, TARGET
        )
        far.append((made.values[:, 0] - truth) / made.errors[:, 0])
    assert 0.9 < np.std(far) < 1.15
    assert abs(np.mean(far)) < 0.1


def test_expected_gradients_are_the_mean_of_their_paths(x):
    background = RNG.normal(size=(3, 50, 3)).astype(np.float32)
    paths = [IntegratedGradients(8, one, None).attribute(half_square(), x, 0) for one in background]
    made = ExpectedGradients(background=background).attribute(half_square(), x, 0)
    np.testing.assert_allclose(made, np.mean(paths, axis=0), rtol=1e-4, atol=1e-6)


def test_expected_gradients_need_series_to_start_from(x):
    classifier = linear(np.ones((1, 50, 3)), np.zeros(1))
    with pytest.raises(ValueError, match="starts from real series; give some as background="):
        explain(classifier, x, methods=["Expected Gradients"], progress=False)
    assert "Expected Gradients" not in explain(classifier, x, progress=False).methods
    explanation = explain(
        classifier, x, methods=["Expected Gradients"], background=x + RNG.normal(size=(2, 50, 3)), progress=False
    )
    assert explanation.completeness["Expected Gradients"].max() < 1e-4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SmoothGrad(samples=1), "samples must be a whole number, at least 2"),
        (lambda: VarGrad(noise_level=0), "noise_level must be a finite number above 0"),
        (lambda: ExpectedGradients(references=1), "references must be a whole number, at least 2"),
        (lambda: ExpectedGradients(background=np.zeros((1, 50, 3))), "background must hold at least two series"),
        (
            lambda: ExpectedGradients(background=np.zeros((4, 40, 3))),
            r"shape .* = \(any, 50, 3\), but has \(4, 40, 3\)",
        ),
    ],
)
def test_wrong_options_are_refused(make: Any, message: str, x):
    with pytest.raises(ValueError, match=message):
        make().attribute(half_square(), x, 0)
