"""Each named baseline's law, and the series that a classifier gets when a segment is removed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cam1d_widget import explain
from cam1d_widget.attribution.masking import (
    Blur,
    LinearBridge,
    LocalMean,
    Noise,
    Swap,
    all_replaced,
    baseline_for,
    replaced,
)
from cam1d_widget.attribution.methods import LIME, RISE, IntegratedGradients, KernelSHAP, Occlusion, ScoreCAM

from ...support.toys import linear

RNG = np.random.default_rng(2)
X = (RNG.normal(size=(5, 400, 3)) * [1, 10, 0.1] + [0, 5, -2]).astype(np.float32)
WHOLE = {
    "zero": None,
    "mean": X.mean(axis=(0, 1)),
    "reference": X[0],
    "noise": Noise(),
    "noise of a background": Noise(X),
    "swap": Swap(X),
    "blur": Blur(),
}


@pytest.mark.parametrize("name", WHOLE)
def test_batch_equals_singles(name):
    together = baseline_for(X, WHOLE[name])
    np.testing.assert_array_equal(together, np.concatenate([baseline_for(one[np.newaxis], WHOLE[name]) for one in X]))


@pytest.mark.parametrize("baseline", [*WHOLE.values(), LinearBridge(), LocalMean()])
def test_only_the_piece_is_replaced(baseline):
    without = replaced(X, np.s_[100:150, 1], baseline)
    kept = np.ones(X.shape[1:], bool)
    kept[100:150, 1] = False
    assert without.shape == X.shape
    np.testing.assert_array_equal(without[:, kept], X[:, kept])
    assert (without[1:, 100:150, 1] != X[1:, 100:150, 1]).mean() > 0.9
    np.testing.assert_array_equal(replaced(X[1], ~kept, baseline), without[1])


def test_noise_has_each_channels_mean_and_scale():
    for noise, known in ((Noise(), X), (Noise(X[:2]), np.broadcast_to(X[:2].reshape(-1, 3), (5, 800, 3)))):
        drawn = noise(X)
        np.testing.assert_allclose(drawn.std(axis=1) / known.std(axis=1), 1, atol=0.1)
        assert (np.abs(drawn.mean(axis=1) - known.mean(axis=1)) < 0.2 * known.std(axis=1)).all()
    assert (Noise(seed=1)(X) != Noise(seed=2)(X)).all()


def test_swap_puts_in_another_series_of_the_background():
    for seed in range(8):
        swapped = Swap(X, seed)(X)
        for one, other in zip(X, swapped, strict=True):
            assert any(np.array_equal(other, candidate) for candidate in X)
            assert not np.array_equal(other, one)
    assert len({Swap(X, seed)(X[:1]).tobytes() for seed in range(20)}) == 4


def test_swap_refuses_what_cannot_be_swapped_in():
    with pytest.raises(ValueError, match=r"background must have shape .* = \(any, 400, 3\)"):
        Swap(X[:, :50])(X)
    with pytest.raises(ValueError, match="holds only that"):
        Swap(X[:1])(X[:1])


@pytest.mark.parametrize("period", [20, 40, 80])
def test_blur_damps_a_sine_by_its_gaussian_and_keeps_what_is_level(period):
    sine = np.sin(2 * np.pi * np.arange(400) / period)[np.newaxis, :, np.newaxis] + 3
    smooth = Blur(5)(sine)
    expected = (sine - 3) * np.exp(-2 * (np.pi * 5 / period) ** 2) + 3
    np.testing.assert_allclose(smooth[:, 50:-50], expected[:, 50:-50], atol=1e-3)
    np.testing.assert_allclose(Blur(5)(np.full((1, 30, 2), 7.0)), 7)


@given(st.integers(0, 58), st.data())
def test_linear_bridge_is_the_line_between_the_edges(start, data):
    stop = data.draw(st.integers(start + 1, 60))
    x = np.random.default_rng(start).normal(size=(60, 2))
    filled = replaced(x, np.s_[start:stop, 1], LinearBridge())[:, 1]
    left, right = x[max(start - 1, 0), 1], x[min(stop, 59), 1]
    ends = [left if start > 0 else right, right if stop < 60 else left]
    if (start, stop) == (0, 60):
        ends = [x[:, 1].mean()] * 2
    np.testing.assert_allclose(filled[start:stop], np.linspace(*ends, stop - start + 2)[1:-1], atol=1e-12)


def test_linear_bridge_leaves_a_line_as_it_is():
    x = np.stack([np.arange(50.0), 3 - 2 * np.arange(50.0)], axis=1)
    np.testing.assert_allclose(replaced(x, np.s_[7:31], LinearBridge()), x, atol=1e-12)


@given(st.integers(0, 59), st.integers(1, 60), st.integers(1, 30))
def test_local_mean_is_that_of_the_neighborhood(start, size, width):
    stop = min(start + size, 60)
    x = np.random.default_rng(start).normal(size=(60, 2))
    around = np.concatenate([x[max(start - width, 0) : start, 0], x[stop : stop + width, 0]])
    expected = around.mean() if around.size else x[:, 0].mean()
    np.testing.assert_allclose(replaced(x, np.s_[start:stop, 0], LocalMean(width))[start:stop, 0], expected, atol=1e-12)


def test_local_mean_ignores_other_removed_samples():
    x = np.arange(10.0)[:, np.newaxis]
    gone = np.zeros((10, 1), bool)
    gone[[2, 3, 5]] = True
    filled = replaced(x, gone, LocalMean(2))[:, 0]
    assert filled.tolist() == [0, 1, (0 + 1 + 4) / 3, (0 + 1 + 4) / 3, 4, (4 + 6 + 7) / 3, 6, 7, 8, 9]


def test_a_completely_removed_channel_gets_its_mean():
    for baseline in (LinearBridge(), LocalMean()):
        expected = np.broadcast_to(X.mean(axis=1, keepdims=True), X.shape)
        np.testing.assert_allclose(all_replaced(X, baseline), expected, rtol=1e-5, atol=1e-6)


def test_baselines_go_through_explain():
    weights = RNG.normal(size=(2, 400, 3))
    classifier = linear(weights, np.zeros(2))
    for baseline in (*list(WHOLE.values())[1:], LinearBridge(), LocalMean(3)):
        method = Occlusion(change_points=[100, 150], baseline=baseline)
        made = explain(classifier, X, methods=[method], targets=1, background=X, progress=False)
        change = ((X - replaced(X, np.s_[100:150, 2], baseline)) * weights[1]).sum(axis=(1, 2))
        np.testing.assert_allclose(made.attributions["Occlusion"][:, 0, 120, 2], change, rtol=1e-3, atol=1e-3)


def test_baseline_that_needs_a_piece_is_refused_where_there_is_none():
    classifier = linear(np.ones((1, 400, 3)), np.zeros(1))
    for method in (IntegratedGradients(baseline=LinearBridge()), ScoreCAM(baseline=LinearBridge())):
        with pytest.raises(ValueError, match=r"baseline must be a whole series here.*LinearBridge"):
            explain(classifier, X, methods=[method], progress=False)
        with pytest.raises(ValueError, match=r"baseline must be a whole series here.*LinearBridge"):
            method.attribute(classifier, X, 0)
    with pytest.raises(ValueError, match="baseline must be a whole series for RISE"):
        RISE(baseline=LocalMean())


@pytest.mark.parametrize("method", [Occlusion, KernelSHAP, LIME])
def test_baseline_that_needs_a_piece_is_taken_where_there_is_one(method):
    flat = np.ones((1, 60, 2), np.float32)
    classifier = linear(np.ones((1, 60, 2)), np.zeros(1))
    assert np.abs(method(size=6, baseline=LinearBridge()).attribute(classifier, flat, 0)).max() < 1e-9


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Blur(0), "sigma must be a finite number above 0"),
        (lambda: LocalMean(0), "width must be a whole number, at least 1"),
        (lambda: replaced(np.zeros(5), np.s_[1:2]), "x must have shape"),
        (lambda: replaced(X, np.s_[1:2, 7]), "piece must be an index or a mask"),
        (lambda: replaced(X, np.s_[1:2], np.zeros(4)), "baseline must broadcast to x"),
    ],
)
def test_wrong_choices_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
