"""Laws of the sets with known truth: the mask determines the class, and nothing simpler does."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from cam1d_widget import models
from cam1d_widget.data import (
    KnownTruth,
    LinearProbe,
    make_frequency_sums,
    make_low_variance,
    make_planted_segments,
    make_web_traffic,
    verify_truth,
)

from ..support.selection import slow_but

MAKERS = {
    "frequency sums": make_frequency_sums,
    "low variance": make_low_variance,
    "planted segments, kind 1": lambda instances, seed: make_planted_segments(1, instances, seed=seed),
    "planted segments, kind 2": lambda instances, seed: make_planted_segments(2, instances, seed=seed),
    "planted segments, kind 3": lambda instances, seed: make_planted_segments(3, instances, seed=seed),
    "planted segments, aligned": lambda instances, seed: make_planted_segments(
        1, instances, aligned=True, background=1, pattern=3, seed=seed
    ),
}


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
    """Whole cycles per series of the sine that fits a burst best, next to a slow one."""
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


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_planted_segments_make_the_class(sets, kind):
    made = sets[f"planted segments, kind {kind}"]
    assert (made.mask.any(axis=(1, 2)) == (made.y > 0)).all()
    lengths = made.mask.sum(axis=1)
    assert np.isin(lengths, (0, 55)).all()
    pieces, samples = (lengths > 0).sum(axis=1), made.mask.any(axis=2).sum(axis=1)
    together = (made.y == 2) & (kind == 2)
    assert (pieces[(made.y > 0)] == 2).all() or kind == 3
    assert set(pieces[made.y > 0].tolist()) == ({1, 2} if kind == 3 else {2})
    assert (samples[together] == 55).all()
    assert (samples[~together] == 55 * pieces[~together]).all()


@pytest.mark.slow
def test_where_segments_are_planted_has_the_same_distribution_in_all_classes():
    """A class whose segments are planted elsewhere could be recognized by the places alone."""
    made = make_planted_segments(2, 6_000)
    apart, together = (starts_of(made.subset(made.y == target)) for target in (1, 2))
    edges = np.arange(0, 222, 13)
    shares = [np.histogram(one, edges)[0] / len(one) for one in (apart, together)]
    assert len(apart) == len(together) == 4_000
    # two standard errors of a share of one seventeenth are 0.0075
    assert np.abs(shares[0] - shares[1]).max() < 0.02
    one, two = (starts_of(make_planted_segments(3, 6_000).subset(rows)) for rows in pieces_of(3, 6_000))
    np.testing.assert_allclose(
        np.histogram(one, edges)[0] / len(one), np.histogram(two, edges)[0] / len(two), atol=0.02
    )


def starts_of(made):
    """First sample of every planted segment."""
    return np.argmax(made.mask, axis=1)[made.mask.any(axis=1)]


def pieces_of(kind, instances):
    """Rows with one planted segment, and with two."""
    pieces = make_planted_segments(kind, instances).mask.any(axis=1).sum(axis=1)
    return pieces == 1, pieces == 2


@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("leak", [False, True])
def test_the_rhythm_of_a_row_knows_the_planted_segment_only_where_it_leaks(kind, leak):
    """Borders between segments are jumps; where they are, modulo 55 samples, is the phase of a row."""
    made = make_planted_segments(kind, 600, noise=0, leak=leak)
    jumps = np.abs(np.diff(made.unplanted, axis=1))
    folded = np.stack([jumps[:, place::55][:, :4].mean(axis=1) for place in range(55)], axis=1)
    phases = (folded.argmax(axis=1) + 1) % 55
    rows, channels = np.nonzero(made.mask.any(axis=1))
    same = (phases[rows, channels] == np.argmax(made.mask, axis=1)[rows, channels] % 55).mean()
    assert same > 0.9 if leak else same < 0.06


@pytest.mark.parametrize("name", MAKERS)
def test_without_the_truth_a_series_is_as_it_was_outside_the_mask(sets, name):
    made = sets[name]
    without = made.without_truth()
    assert without.dtype == np.float32
    np.testing.assert_array_equal(without[~made.mask], made.x[~made.mask])
    assert (without[made.mask] != made.x[made.mask]).mean() > 0.9
    np.testing.assert_array_equal(made.blanked(), without)
    without[:] = 0
    assert made.without_truth().any(), "the caller's array is his own"


def test_without_the_truth_nothing_is_left_of_it(sets):
    """Rows of a planted set are rows of the class that has nothing; quiet stretches are as loud as the rest."""
    planted = make_planted_segments(1, 300, noise=0)
    segments = {one.tobytes() for one in windows_of(planted.subset(planted.y == 0).without_truth(), 55)}
    rows = planted.subset(planted.y == 1).without_truth().transpose(0, 2, 1)
    whole = [one for row in rows.reshape(-1, 275) for one in np.lib.stride_tricks.sliding_window_view(row, 55)]
    assert sum(one.tobytes() in segments for one in whole) >= 4 * len(rows) * 6
    quiet = sets["low variance"]
    assert quiet.without_truth()[quiet.mask].std() == pytest.approx(quiet.x[~quiet.mask].std(), rel=0.1)
    sums = sets["frequency sums"]
    assert np.abs(sums.without_truth()[sums.mask]).max() <= 0.5 + 1e-6


def windows_of(x, size):
    """All windows of so many samples, of every row."""
    rows = x.transpose(0, 2, 1).reshape(-1, x.shape[1])
    return np.lib.stride_tricks.sliding_window_view(rows, size, axis=1).reshape(-1, size)


@pytest.mark.parametrize("name", MAKERS)
def test_another_context_keeps_what_was_planted_and_draws_the_rest(sets, name):
    made = sets[name]
    other = made.other_context(5)
    np.testing.assert_array_equal(other, made.other_context(5))
    assert (other[~made.mask] != made.x[~made.mask]).mean() > 0.6
    assert (other[~made.mask] != made.other_context(6)[~made.mask]).mean() > 0.6
    assert np.isfinite(other).all()
    if name == "frequency sums":  # bursts are added to the context: what is left without them is a slow sine
        slow = other - (made.x - made.without_truth())
        assert np.abs(slow[made.mask]).max() <= 0.5 + 1e-6
    else:
        np.testing.assert_array_equal(other[made.mask], made.x[made.mask])


@pytest.mark.parametrize("name", MAKERS)
def test_another_context_has_the_statistics_of_the_first(sets, name):
    made = sets[name]
    for at in (0.1, 0.5, 0.9):
        first, second = (np.quantile(x[~made.mask], at) for x in (made.x, made.other_context(1)))
        assert first == pytest.approx(second, abs=0.1)


def test_a_week_of_web_traffic_has_the_same_oddity_in_another_week():
    made = make_web_traffic(60, seed=3)
    without, other = made.without_truth(), made.other_context(1)
    usual = made.y == made.class_names.index("none")
    np.testing.assert_array_equal(without[~made.mask], made.x[~made.mask])
    np.testing.assert_array_equal(without[usual], made.x[usual])
    assert (other != made.x).mean() > 0.99
    cutoff = made.y == made.class_names.index("cutoff")
    for x, mask in zip(other[cutoff], made.mask[cutoff], strict=True):
        assert x[mask].mean() < np.quantile(x[~mask], 0.2)
    np.testing.assert_allclose(other.mean(axis=(1, 2)), 0, atol=1e-5)


def test_a_subset_keeps_its_truth(sets):
    made = sets["planted segments, kind 1"]
    rows = np.array([3, 1, 8])
    some = made.subset(rows)
    wanted, rows[:] = rows.copy(), 0  # the caller's array is his own
    rows = wanted
    for name in ("x", "y", "mask"):
        np.testing.assert_array_equal(getattr(some, name), getattr(made, name)[rows])
    np.testing.assert_array_equal(some.without_truth(), made.without_truth()[rows])
    np.testing.assert_array_equal(some.other_context(2), made.other_context(2)[rows])


def guard_accuracy(made: KnownTruth, test: KnownTruth) -> float:
    """Accuracy of a small network that learns from series whose marked part is blanked."""
    keras.utils.set_random_seed(0)
    guard = models.fcn(made.x.shape[1:], len(made.class_names), filters=8)
    guard.optimizer.learning_rate = 3e-3
    guard.fit(made.blanked(), made.y, epochs=10, batch_size=32, verbose=0)
    return float((guard.predict(test.blanked(), verbose=0).argmax(axis=1) == test.y).mean())


def chance_of(test: KnownTruth) -> float:
    """Accuracy that four standard errors of chance reach."""
    chance = np.bincount(test.y).max() / len(test.y)
    return chance + 4 * np.sqrt(chance * (1 - chance) / len(test.y))


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_outside_the_mask_tells_a_linear_probe_the_class(name):
    made, test = MAKERS[name](300, seed=1), MAKERS[name](400, seed=2)
    assert LinearProbe.fitted(made.blanked(), made.y).accuracy(test.blanked(), test.y) < chance_of(test)


@pytest.mark.parametrize("name", slow_but([], MAKERS))
def test_nothing_outside_the_mask_tells_a_network_the_class(name):
    made, test = MAKERS[name](300, seed=1), MAKERS[name](400, seed=2)
    assert guard_accuracy(made, test) < chance_of(test)


@pytest.mark.slow
def test_the_guard_finds_the_leak():
    made, test = (make_planted_segments(2, count, channels=3, leak=True, seed=count) for count in (600, 400))
    assert guard_accuracy(made, test) > 0.5
    fooled = test.y[test.y > 0]
    assert np.bincount(fooled).max() / len(test.y) == pytest.approx(1 / 3, abs=0.01), "while chance is a third"


class Counts:
    """Classifier that looks at nothing but how many values of a series are larger than a limit."""

    classes = 2

    def __init__(self, limit, channel=None):
        self.limit, self.channel = limit, channel

    def scores(self, x):
        seen = x if self.channel is None else x[..., self.channel]
        found = (seen > self.limit).reshape(len(x), -1).any(axis=1)
        return np.stack([~found, found], axis=1).astype(float)


def pulses(context=0.0, everywhere=False):
    """Hundred series of zeros, half of them with a pulse; the context of the first class may hold one as well."""
    y = np.arange(100) % 2
    unplanted = np.full((100, 20, 2), context, np.float32)
    mask = np.zeros(unplanted.shape, bool)
    mask[y == 1, 5:8, 0] = True
    if everywhere:
        mask[y == 1] = True
    x = np.where(mask, np.float32(3), unplanted)
    redrawn = lambda seed: np.where(mask, x, np.random.default_rng(seed).normal(context, 0.1, x.shape)).astype("f4")  # noqa: E731
    return KnownTruth(x, y, mask, ("none", "pulse"), ("a", "b"), unplanted, redrawn)


def test_a_truth_is_verified_for_a_network_that_uses_it():
    found = verify_truth(pulses(), Counts(1))
    none, pulse = found.classes
    assert (found.accuracy, found.chance) == (1, 0.5)
    assert (pulse.correct, pulse.without_truth, pulse.other_context, pulse.why_not) == (50, 0, 1, None)
    assert none.why_not == "not scored: nothing is marked"
    assert found.scored.tolist() == [False, True]
    assert "pulse: 0% keep the class without the truth, 100% in another context; scored" in repr(found)


def test_a_truth_is_not_verified_for_a_network_that_uses_something_else():
    leaking = pulses()
    leaking = replace(leaking, x=leaking.x + (leaking.y == 1)[:, None, None] * np.float32([0, 2]))
    leaking = replace(leaking, unplanted=np.where(leaking.mask, np.float32(0), leaking.x))
    kept = verify_truth(leaking, Counts(1)).classes[1]
    assert (kept.without_truth, kept.scored) == (1, False)
    assert "kept without the truth" in kept.why_not
    lost = verify_truth(leaking, Counts(1, channel=1)).classes[1]
    assert "kept without the truth" in lost.why_not
    without_use = replace(leaking, unplanted=pulses().unplanted)
    context = verify_truth(without_use, Counts(1, channel=1)).classes[1]
    assert (context.without_truth, context.other_context) == (0, 0)
    assert "lost in another context" in context.why_not


def test_a_truth_is_not_verified_where_everything_is_marked_or_nothing_is_right():
    assert "everything is marked" in verify_truth(pulses(everywhere=True), Counts(1)).classes[1].why_not
    wrong = verify_truth(pulses(), Counts(9))
    assert wrong.classes[1].correct == 0
    assert "0 series are classified correctly, but at least 10" in wrong.classes[1].why_not
    assert "no share keep" in repr(wrong)
    few = verify_truth(pulses().subset(range(18)), Counts(1))
    assert "9 series are classified correctly" in few.classes[1].why_not
    assert "no series of this class" in verify_truth(pulses().subset(np.arange(50) * 2), Counts(1)).classes[1].why_not


def test_scores_that_are_no_numbers_are_no_prediction():
    class Broken(Counts):
        def scores(self, x):
            return np.where((x > 1).any(axis=(1, 2))[:, np.newaxis], np.nan, super().scores(x))

    assert verify_truth(pulses(), Broken(1)).classes[1].correct == 0


def test_other_contexts_of_two_sets_are_two_draws():
    for make in MAKERS.values():
        one, other = make(20, seed=0), make(20, seed=1)
        unmarked = ~(one.mask | other.mask)
        same = (one.other_context(7) == other.other_context(7))[unmarked].mean()
        assert same < 0.5


@pytest.mark.parametrize("rows", [3, None, "a", [0.5], [[1]]])
def test_a_subset_requires_a_sequence_of_indices(rows):
    with pytest.raises((TypeError, ValueError), match=r"rows must be (a sequence of indices|at least one index)"):
        pulses().subset(rows)


def test_a_truth_requires_series_and_a_classifier():
    with pytest.raises(
        TypeError, match=r"classifier must have scores\(x\), as KerasClassifier\(model\) has, but is 'model'"
    ):
        verify_truth(pulses(), "model")
    whole = pulses()
    none = replace(whole, **{name: getattr(whole, name)[:0] for name in ("x", "y", "mask", "unplanted")})
    with pytest.raises(ValueError, match="truth must hold at least one series"):
        verify_truth(none, Counts(1))


def test_a_truth_requires_a_classifier_of_as_many_classes():
    with pytest.raises(ValueError, match="classifier must have 3 classes, as truth has, but has 2"):
        verify_truth(make_planted_segments(2, 6), Counts(1))


def test_planted_segments_are_anywhere_unless_they_are_aligned():
    assert len(np.unique(starts_of(make_planted_segments(1, 400)) % 55)) > 50
    assert (starts_of(make_planted_segments(1, 100, aligned=True)) % 55 == 0).all()


def test_planted_segments_are_those_of_the_archive():
    made, held_out = (make_planted_segments(1, 40, noise=0, held_out=part) for part in (False, True))
    for one, other in ((made, held_out), (made, made)):
        pieces, others = (set(map(bytes, planted(of))) for of in (one, other))
        assert bool(pieces & others) == (one is other)


def planted(made):
    """Planted segments of shape (segment, 55)."""
    return made.x.transpose(0, 2, 1)[made.mask.transpose(0, 2, 1)].reshape(-1, 55)


@pytest.mark.parametrize("name", sorted(MAKERS.keys() - {"planted segments, aligned"}))
def test_single_values_at_fixed_places_do_not_tell_the_class(name):
    made, other = MAKERS[name](300, seed=1), MAKERS[name](300, seed=2)
    probe = LinearProbe.fitted(made.x, made.y)
    assert probe.accuracy(other.x, other.y) < 0.8


def test_aligned_segments_are_solved_by_a_linear_probe_and_reported_as_useless():
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
        (lambda: make_planted_segments(4), "kind must be one of 1, 2, 3"),
        (lambda: make_planted_segments(1, 1), "instances must be a whole number, at least 2"),
        (lambda: make_planted_segments(1, channels=1), "channels must be a whole number, at least 2"),
        (lambda: make_planted_segments(1, noise=-1), "noise must be a finite number at least 0"),
        (lambda: make_planted_segments(1, background=1), "background and pattern must be two classes"),
        (lambda: make_planted_segments(1, pattern=5), "pattern must be a whole number from 1 to 4, the classes"),
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
    with pytest.raises(ValueError, match="noise must be a finite number at least 0, but is"):
        make_planted_segments(1, 4, noise=noise)


@pytest.mark.parametrize("y", [np.arange(5), np.arange(20) % 2 == 0, np.array(["a", "b"] * 10), np.arange(20) / 2])
def test_a_probe_requires_one_class_index_per_series(y):
    with pytest.raises(
        ValueError, match=r"y must (be one class index for each series of x|have shape \(instance,\) = \(20,\))"
    ):
        LinearProbe.fitted(np.zeros((20, 4, 2), np.float32), y)


def test_without_tslearn_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("cam1d_widget.data.installed.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"make_planted_segments reads data that comes with tslearn.*pip install"):
        make_planted_segments()
