"""Laws of the sets with known truth: the mask is what makes the class, and nothing simpler is."""

import numpy as np
import pytest

from cam1d_widget.data import (
    LinearProbe,
    make_frequency_sums,
    make_low_variance,
    make_planted_segments,
    make_web_traffic,
)

MAKERS = {
    "frequency sums": make_frequency_sums,
    "low variance": make_low_variance,
    "planted segments, kind 1": lambda instances, seed: make_planted_segments(1, instances, seed=seed),
    "planted segments, kind 2": lambda instances, seed: make_planted_segments(2, instances, seed=seed),
}
SHARE = {"frequency sums": 1 / 15, "low variance": 15 / 400}


@pytest.fixture(scope="module")
def sets():
    return {name: make(200, seed=0) for name, make in MAKERS.items()}


@pytest.mark.parametrize("name", MAKERS)
def test_arrays_fit_each_other_and_their_names(sets, name):
    made = sets[name]
    assert made.x.shape == made.mask.shape == (200, *made.x.shape[1:])
    assert made.x.dtype == np.float32
    assert made.mask.dtype == bool
    assert len(made.channel_names) == made.x.shape[2]
    assert set(made.y.tolist()) == set(range(len(made.class_names)))
    assert np.isfinite(made.x).all()


@pytest.mark.parametrize("name", MAKERS)
def test_a_seed_makes_the_same_set_and_another_one_another(sets, name):
    np.testing.assert_array_equal(MAKERS[name](200, seed=0).x, sets[name].x)
    assert not np.array_equal(MAKERS[name](200, seed=1).x, sets[name].x)


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_marked_is_in_one_piece_per_channel(sets, name):
    ends = np.diff(sets[name].mask.astype(int), axis=1, prepend=0, append=0)
    assert (np.abs(ends).sum(axis=1) <= 2).all()


def test_marked_bursts_hold_the_frequencies_whose_sum_is_the_class(sets):
    made = sets["frequency sums"]
    assert (made.mask.any(axis=1).sum(axis=1) == 2).all()
    assert (made.mask.sum(axis=1)[made.mask.any(axis=1)] == 100).all()
    for x, mask, y in zip(made.x[:40], made.mask, made.y, strict=False):
        bursts = [x[mask[:, channel], channel] for channel in np.flatnonzero(mask.any(axis=0))]
        assert (sum(map(cycles, bursts)) > 60) == bool(y)


def cycles(burst):
    """Whole cycles a series of the sine that fits a burst best, beside a slow one."""
    time = np.arange(100) / 500
    slow = [wave(2 * np.pi * b * time) for b in range(2, 6) for wave in (np.sin, np.cos)]

    def miss(frequency):
        parts = np.stack([np.sin(2 * np.pi * frequency * time), *slow], axis=1)
        return np.square(burst - parts @ np.linalg.lstsq(parts, burst)[0]).sum()

    return min(range(10, 51), key=miss)


def test_the_marked_stretch_is_quiet_and_its_channel_and_sign_are_the_class(sets):
    made = sets["low variance"]
    for x, mask, y in zip(made.x, made.mask, made.y, strict=True):
        (channel,) = np.flatnonzero(mask.any(axis=0))
        stretch = x[mask[:, channel], channel]
        assert 10 <= len(stretch) <= 20
        assert stretch.std() < 0.3 < x[~mask[:, channel], channel].std()
        assert (channel, stretch.mean() > 0) == (y // 2, y % 2)


def test_planted_segments_make_the_class(sets):
    apart = sets["planted segments, kind 1"]
    assert (apart.mask.any(axis=(1, 2)) == (apart.y == 1)).all()
    together = sets["planted segments, kind 2"]
    for made, y in ((apart, 1), (together, 0), (together, 1)):
        mask = made.mask[made.y == y]
        assert (mask.any(axis=1).sum(axis=1) == 2).all()
        assert (mask.sum(axis=1)[mask.any(axis=1)] == 55).all()
        assert (mask.any(axis=2).sum(axis=1) == (55 if (made is together and y == 1) else 110)).all()


def test_planted_segments_stand_anywhere_unless_they_are_aligned():
    def starts(made):
        return np.argmax(made.mask, axis=1)[made.mask.any(axis=1)]

    assert len(np.unique(starts(make_planted_segments(1, 400)) % 55)) > 50
    assert (starts(make_planted_segments(1, 100, aligned=True)) % 55 == 0).all()


def test_planted_segments_are_those_of_the_archive():
    made, held_out = (make_planted_segments(1, 40, noise=0, held_out=part) for part in (False, True))
    for one, other in ((made, held_out), (made, made)):
        pieces, others = (set(map(bytes, planted(of))) for of in (one, other))
        assert bool(pieces & others) == (one is other)


def planted(made):
    """Planted segments of shape (segment, 55)."""
    return made.x.transpose(0, 2, 1)[made.mask.transpose(0, 2, 1)].reshape(-1, 55)


@pytest.mark.parametrize("name", MAKERS)
def test_single_values_at_fixed_places_do_not_tell_the_class(name):
    made, other = MAKERS[name](600, seed=1), MAKERS[name](600, seed=2)
    probe = LinearProbe.fitted(made.x, made.y)
    assert probe.accuracy(other.x, other.y) < 0.8


def test_aligned_segments_are_told_by_a_linear_probe_and_are_said_to_be_useless():
    made, other = (make_planted_segments(1, 600, aligned=True, background=1, pattern=3, seed=seed) for seed in (1, 2))
    assert LinearProbe.fitted(made.x, made.y).accuracy(other.x, other.y) > 0.99
    assert "linear" in make_planted_segments.__doc__


def test_a_linear_probe_solves_what_is_linear_and_knows_what_made_it():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 30, 3)).astype(np.float32)
    y = (x[:, 10, 1] + x[:, 20, 2] > 0).astype(int)
    probe = LinearProbe.fitted(x, y)
    assert probe.accuracy(x, y) > 0.9
    largest = np.abs(probe.weights[1]).ravel().argsort()[-2:]
    assert {tuple(map(int, np.unravel_index(index, (30, 3)))) for index in largest} == {(10, 1), (20, 2)}
    parts = probe.attribution(x, y).sum(axis=(1, 2))
    np.testing.assert_allclose(parts + probe.bias[y], probe.scores(x)[np.arange(400), y], rtol=1e-6)


def test_the_probe_s_penalty_is_that_of_series_left_out_one_by_one():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 12, 2)).astype(np.float32), np.arange(20) % 2
    from cam1d_widget.data.linear_probe import _left_out

    flat = (x - x.mean(axis=0)).reshape(20, -1).astype(float)
    wanted = (np.eye(2)[y] * 2 - 1).astype(float)
    values, vectors = np.linalg.eigh(flat @ flat.T)
    _, error = _left_out(values, vectors, vectors.T @ wanted, 3.0)
    slow = 0.0
    for one in range(20):
        rest = np.arange(20) != one
        dual = np.linalg.solve(flat[rest] @ flat[rest].T + 3.0 * np.eye(19), wanted[rest])
        slow += np.square(flat[one] @ flat[rest].T @ dual - wanted[one]).sum()
    assert error == pytest.approx(slow)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_planted_segments(3), "kind must be 1 or 2"),
        (lambda: make_planted_segments(1, 1), "instances must be a whole number, at least 2"),
        (lambda: make_planted_segments(1, channels=1), "channels must be a whole number, at least 2"),
        (lambda: make_planted_segments(1, noise=-1), "noise must be a number, at least 0"),
        (lambda: make_planted_segments(1, background=1), "background and pattern must be two of the classes 1 to 4"),
        (lambda: make_planted_segments(1, pattern=5), "background and pattern must be two of the classes 1 to 4"),
        (lambda: make_frequency_sums(0), "instances must be a whole number, at least 1"),
        (lambda: make_low_variance(0), "instances must be a whole number, at least 1"),
    ],
)
def test_what_cannot_be_made_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", [make_frequency_sums, make_low_variance, make_web_traffic, make_planted_segments])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instances": 2.5}, "instances must be a whole number, at least . but is 2.5"),
        ({"instances": "many"}, "instances must be a whole number, at least . but is 'many'"),
        ({"seed": -1}, "seed must be a whole number, at least 0, but is -1"),
        ({"seed": "a"}, "seed must be a whole number, at least 0, but is 'a'"),
    ],
)
def test_counts_and_seeds_are_whole_numbers(make, options, message):
    with pytest.raises(ValueError, match=message.replace(" . ", " [12], ")):
        make(**options)


@pytest.mark.parametrize("noise", [np.nan, np.inf, "a"])
def test_noise_is_a_number(noise):
    with pytest.raises(ValueError, match="noise must be a number, at least 0, but is"):
        make_planted_segments(1, 4, noise=noise)


@pytest.mark.parametrize("y", [np.arange(5), np.arange(20) % 2 == 0, np.array(["a", "b"] * 10), np.arange(20) / 2])
def test_a_probe_wants_one_whole_class_a_series(y):
    with pytest.raises(ValueError, match=r"y must hold one class index for each of the 20 series of x, but has .* and"):
        LinearProbe.fitted(np.zeros((20, 4, 2), np.float32), y)


def test_without_tslearn_the_way_out_is_said(monkeypatch):
    monkeypatch.setattr("cam1d_widget.data.installed.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"make_planted_segments reads data that comes with tslearn.*pip install"):
        make_planted_segments()
