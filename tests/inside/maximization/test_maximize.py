from functools import cache

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import inside
from cam1d_widget.data import load_watch
from cam1d_widget.inside.access import opened
from cam1d_widget.inside.maximization.penalties import (
    Nearness,
    Penalties,
    Size,
    Smoothness,
    Variation,
    similarity_gradient,
)
from cam1d_widget.inside.maximization.scale import Scale

from ...support.networks import CHANNELS, EDGE, LENGTH, edge, hidden_pieces, likeness, planted, wave
from ...support.selection import slow_but


@cache
def edged() -> keras.Model:
    """The network of one planted filter, compiled once."""
    return planted(edge())


@cache
def waved() -> keras.Model:
    return planted(wave())


@pytest.mark.parametrize(
    ("made", "smoothness"),
    slow_but([(edge, 0), (wave, 1e-9)], [(made, smoothness) for made in (edge, wave) for smoothness in (0, 1e-9)]),
    ids=["edge, closed form", "edge, steps", "wave, closed form", "wave, steps"],
)
def test_the_best_series_of_a_planted_filter_is_its_kernel(made, smoothness):
    kernel = made()
    best = inside.activation_maximization(
        planted(kernel), layer="planted", filter=0, smoothness=smoothness, norm=2, progress=False
    )
    assert likeness(best.cut[0], kernel) > 0.999
    # by Cauchy and Schwarz nothing of this norm scores higher
    assert best.scores[0] == pytest.approx(2 * np.linalg.norm(kernel), rel=1e-3)
    outside = np.delete(best.x[0], np.r_[best.window[0] : best.window[1]], axis=0)
    assert not outside.any()


@pytest.mark.parametrize("target", slow_but([4], range(7)))
def test_the_score_of_a_class_is_raised_above_every_series_of_the_same_norm(target, briefly_trained):
    watch = load_watch(overlap=0)
    model = keras.models.load_model(briefly_trained)
    best = inside.activation_maximization(model, target, data=watch.x_train, steps=60, progress=False)
    real = Scale.of(watch.x_train)
    at_norm = real.series(real.deviations(watch.x_train) * (best.norm / real.norms(watch.x_train))[:, None, None])
    assert best.scores[0] > opened(model).scores(at_norm)[:, target].max()
    assert real.norms(best.x)[0] <= best.norm * (1 + 1e-5)
    assert best.path[-1, 0] > best.path[0, 0]


@pytest.mark.parametrize("data", [True, False], ids=["data", "no data"])
def test_without_a_slope_it_continues_from_a_series_with_one(data):
    # a filter that is mute but for its own shape, which a maximum then picks: no gradient at nearly all series
    model = planted(edge(), L.GlobalMaxPooling1D(), bias=-2.2)
    x, _ = hidden_pieces(edge())
    norm = 6.0
    best = inside.activation_maximization(
        model, 0, data=x if data else None, norm=norm, steps=120, solutions=2, progress=False
    )
    assert best.path[0].max() == 0
    spread = Scale.of(x).spread if data else np.ones(CHANNELS)
    assert best.scores[0] == pytest.approx(np.linalg.norm(edge() * spread) * norm - 2.2, rel=0.05)


def test_a_gradient_in_few_samples_is_enough():
    model = planted(edge(), L.MaxPooling1D(5), L.Conv1D(4, 5, activation="relu"), L.MaxPooling1D(5))
    best = inside.activation_maximization(model, 0, jitter=3, steps=80, progress=False)
    assert best.scores[0] > 2 * best.path[0, 0] + 1


@pytest.mark.parametrize(
    "start", ["noise", "data", "mean", np.zeros((LENGTH, CHANNELS))], ids=["noise", "data", "mean", "own"]
)
def test_every_start_gets_there(start):
    x, _ = hidden_pieces(edge())
    best = inside.activation_maximization(
        edged(), 0, data=x, start=start, steps=60, solutions=2, smoothness=0.1, progress=False
    )
    assert best.x.shape == (2, LENGTH, CHANNELS)
    assert (best.scores >= best.path[0]).all()
    assert best.scores[0] > opened(edged()).scores(x)[:, 0].mean()


def test_one_seed_gives_one_series():
    options = {"jitter": 2, "steps": 20, "solutions": 2, "progress": False}
    one, same, other = (inside.activation_maximization(edged(), 0, seed=seed, **options).x for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_diversity_drives_solutions_apart():
    noise = {"solutions": 2, "steps": 60, "progress": False}
    free = inside.activation_maximization(edged(), 0, **noise).x
    apart = inside.activation_maximization(edged(), 0, diversity=5.0, **noise).x
    assert abs(likeness(*apart)) < abs(likeness(*free))


def test_an_interrupt_keeps_the_best_so_far():
    def interrupt(done, steps):
        assert steps == 50
        if done == 10:
            raise KeyboardInterrupt

    best = inside.activation_maximization(edged(), 0, steps=50, progress=interrupt)
    assert not best.finished
    assert best.path.shape == (11, 1)
    assert best.scores[0] == pytest.approx(best.path.max())


def test_penalties_hold_down_what_they_name():
    x, _ = hidden_pieces(wave())
    real = Scale.of(x).deviations(x)
    made = {
        name: inside.activation_maximization(waved(), 0, data=x, steps=60, progress=False, **{name: 20.0}).x
        for name in ("l2", "total_variation", "smoothness", "nearness")
    }
    free = inside.activation_maximization(waved(), 0, data=x, steps=60, progress=False).x
    penalties = {"l2": Size(), "total_variation": Variation(), "smoothness": Smoothness(), "nearness": Nearness(real)}
    for name, penalty in penalties.items():
        held, loose = (penalty(Scale.of(x).deviations(one))[0][0] for one in (made[name], free))
        assert held < 0.9 * loose, name


@pytest.mark.parametrize(
    "penalty", [Size(), Variation(), Smoothness(), "nearness"], ids=["size", "variation", "smoothness", "nearness"]
)
def test_gradients_of_penalties_are_those_of_finite_differences(penalty):
    rng = np.random.default_rng(0)
    here, way = rng.normal(size=(2, 16, 3)), rng.normal(size=(2, 16, 3))
    penalty = Nearness(rng.normal(size=(20, 16, 3))) if penalty == "nearness" else penalty
    both = Penalties(((2.0, penalty),))
    slope = (both(here)[1] * way).sum(axis=(1, 2))
    step = 1e-5
    np.testing.assert_allclose(slope, (both(here + step * way)[0] - both(here - step * way)[0]) / (2 * step), rtol=1e-4)


def test_the_gradient_of_similarity_is_that_of_finite_differences():
    rng = np.random.default_rng(0)
    here, way = rng.normal(size=(3, 6, 2)), rng.normal(size=(3, 6, 2))

    def cosines(first):
        others = [likeness(first, other) ** 2 for other in here[1:]]
        return sum(others)

    step = 1e-5
    numeric = (cosines(here[0] + step * way[0]) - cosines(here[0] - step * way[0])) / (2 * step)
    assert (similarity_gradient(here)[0] * way[0]).sum() == pytest.approx(numeric, rel=1e-4)


def test_nearness_of_real_series_is_about_one_for_any_length_and_units():
    rng = np.random.default_rng(0)
    for length in (64, 200):
        walk = np.cumsum(rng.normal(size=(200, length, 2)), axis=1)
        real = Scale.of(walk).deviations(walk)
        assert Nearness(real)(real)[0].mean() == pytest.approx(1, abs=0.35)
        assert Nearness(real)(rng.normal(size=(4, length, 2)))[0].min() > 3


def test_plausibility_tells_a_real_series_from_noise():
    rng = np.random.default_rng(0)
    x = (np.sin(np.arange(LENGTH) / 5 + rng.uniform(0, 6, (40, 1)))[:, :, np.newaxis] * np.ones(CHANNELS)).astype(float)
    near, far = (
        inside.activation_maximization(edged(), 0, data=x, start=start, steps=1, norm=norm, progress=False)
        for start, norm in ((x[7] + 0.001, np.inf), (50 * rng.normal(size=(LENGTH, CHANNELS)), np.inf))
    )
    assert near.plausibility.nearest[0, 0] == 7
    assert far.plausibility.shares[0] == 0
    assert "implausible" in far.plausibility.words()
    assert far.plausibility.ratios[0] > 10
    assert inside.activation_maximization(edged(), 0, steps=1, progress=False).plausibility is None


def test_a_model_of_any_length_is_given_one():
    series = keras.Input((None, 2))
    model = keras.Model(series, L.Dense(2)(L.GlobalAveragePooling1D()(L.Conv1D(2, 5, name="conv")(series))))
    assert inside.activation_maximization(model, 1, length=33, steps=3, progress=False).x.shape == (1, 33, 2)
    with pytest.raises(ValueError, match="length must be given, since the model takes series of any length"):
        inside.activation_maximization(model, 1)
    with pytest.raises(ValueError, match="a series of 3 samples is too short"):
        inside.activation_maximization(model, layer="conv", filter=0, length=3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": 2}, "target must be a whole number from 0 to 1, but is 2"),
        ({}, "either target, or layer and filter"),
        ({"target": 0, "layer": "planted", "filter": 0}, "either target, or layer and filter"),
        ({"layer": "planted"}, "either target, or layer and filter"),
        (
            {"layer": "planted", "filter": 5},
            "filter must be a whole number from 0 to 1, a filter of layer 'planted', but is 5",
        ),
        ({"layer": "mean", "filter": 0}, "layer 'mean' must output a map"),
        ({"target": 0, "norm": 0}, "norm must be a finite number above 0"),
        ({"target": 0, "solutions": 0}, "solutions must be a whole number, at least 1"),
        *(
            ({"target": 0, name: value}, f"{name} must be a finite number at least 0, but is {value!r}")
            for name in ("l2", "total_variation", "smoothness", "nearness", "diversity")
            for value in (-1, float("nan"), float("inf"))
        ),
        *(
            ({"target": 0, name: value}, f"{name} must be a whole number, at least {least}, but is {value!r}")
            for name, least in (("steps", 1), ("length", 1), ("jitter", 0), ("seed", 0))
            for value in (least - 1, 1.5, float("nan"), "zz")
        ),
        ({"target": 0, "norm": float("nan")}, "norm must be a finite number above 0, but is nan"),
        ({"target": 0, "norm": "zz"}, "norm must be a finite number above 0, but is 'zz'"),
        ({"target": 0, "nearness": 1}, "nearness needs data"),
        ({"target": 0, "start": "mean"}, "needs data, real series to start from"),
        ({"target": 0, "start": "middle"}, "start must be one of 'noise', 'data', 'mean'"),
        ({"target": 0, "start": np.zeros((3, 3))}, r"start must be finite and have shape \(time, channel\)"),
        ({"target": 0, "data": np.zeros((4, LENGTH, 1))}, "data must have 3 channels"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(options, said):
    with pytest.raises(ValueError, match=said):
        inside.activation_maximization(edged(), progress=False, **options)


def test_a_filter_has_no_class_mean():
    x, _ = hidden_pieces(edge())
    model = planted(edge(), L.MaxPooling1D(2, name="pool"))
    with pytest.raises(ValueError, match="start a filter from 'data'"):
        inside.activation_maximization(model, layer="pool", filter=0, data=x, start="mean")
    best = inside.activation_maximization(model, layer="pool", filter=0, data=x, start="data", progress=False)
    assert best.cut.shape == (1, EDGE + 1, CHANNELS)
