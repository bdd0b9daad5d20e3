"""Permutation importance: what follows if a channel is that of another series."""

import numpy as np
import pytest

from cam1d_widget import BlockExplainer, Explanation, explain_to

from ..support.stores import Sums

RNG = np.random.default_rng(0)


@pytest.fixture
def x():
    return RNG.normal(size=(200, 20, 3)).astype(np.float32)


class FirstChannel(Sums):
    """Scores that depend on the first channel alone: its sum, and the opposite."""

    def scores(self, x):
        sums = np.asarray(x)[:, :, 0].sum(axis=1)
        return np.stack([sums, -sums], axis=1)


def written(path, x, model=None, **options):
    given = {"methods": ["Saliency"], "chunk": 64, "permutation_importance": True, "progress": False}
    return explain_to(path, FirstChannel() if model is None else model, x, **given | options)


def test_it_is_that_of_each_series_with_a_channel_of_another(tmp_path, x):
    y = RNG.integers(0, 2, len(x))
    found = written(tmp_path / "maps.zarr", x, y=y).permutation_importance()
    others = x[np.unique(np.linspace(0, len(x) - 1, 64).astype(int))]
    sums, replacing = x[:, :, 0].sum(axis=1, dtype=float), others[:, :, 0].sum(axis=1, dtype=float)
    drawn = np.array([np.random.default_rng((0, one)).integers(64, size=3)[0] for one in range(len(x))])
    itself = (others[drawn] == x).all(axis=(1, 2))
    drawn = (drawn + itself) % 64
    after, sign = replacing[drawn], np.sign(sums)
    np.testing.assert_allclose(found.score, [(np.abs(sums) - sign * after).mean(), 0, 0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.changed, [(np.sign(after) != sign).mean(), 0, 0])
    lost = ((sums < 0) == y).mean() - ((after < 0) == y).mean()
    np.testing.assert_allclose(found.accuracy, [lost, 0, 0], atol=1e-12)
    assert found.instances == len(x)


def test_it_does_not_depend_on_blocks(tmp_path, x):
    one, other = (written(tmp_path / f"{chunk}.zarr", x, chunk=chunk).permutation_importance() for chunk in (7, 128))
    np.testing.assert_allclose(one.score, other.score, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(one.changed, other.changed)


def test_series_that_are_sorted_by_class_are_replaced_by_those_of_the_other_class(tmp_path, x):
    rising = x[np.argsort(x[:, :, 0].sum(axis=1))]
    found = written(tmp_path / "maps.zarr", rising, chunk=50).permutation_importance()
    assert found.changed[0] == pytest.approx(0.5, abs=0.1)


def test_it_is_told_by_predicted_class_and_without_true_classes(tmp_path, x):
    stored = written(tmp_path / "maps.zarr", x)
    each = [stored.permutation_importance(of) for of in (0, 1)]
    whole = stored.permutation_importance()
    assert whole.accuracy is None
    assert [one.instances for one in each] == [sum(x[:, :, 0].sum(axis=1) > 0), sum(x[:, :, 0].sum(axis=1) < 0)]
    np.testing.assert_allclose(sum(one.instances * one.score for one in each) / len(x), whole.score, rtol=1e-6)


def test_channels_may_come_first(tmp_path, x):
    one = written(tmp_path / "last.zarr", x).permutation_importance()
    moved = np.moveaxis(x, 2, 1)
    other = written(tmp_path / "first.zarr", moved, layout="channels_first").permutation_importance()
    np.testing.assert_array_equal(one.score, other.score)
    explainer = BlockExplainer(FirstChannel(), methods=["Saliency"], others=moved[:64], layout="channels_first")
    made = explainer({"x": moved[:5]})
    assert made["prediction without channel"].shape == made["score decrease without channel"].shape == (5, 3)
    np.testing.assert_array_equal(made["score decrease without channel"][:, 1:], 0)


def test_a_series_with_nan_replaces_no_other(tmp_path, x):
    x[6, 0, 0] = np.nan  # one of those whose channels are taken
    with pytest.warns(UserWarning, match="in block 0"):
        stored = written(tmp_path / "maps.zarr", x, on_error="skip")
    found = stored.permutation_importance()
    assert found.instances == len(x) - 64
    assert np.isfinite(found.score).all()


def test_a_series_is_never_replaced_by_itself(tmp_path, x):
    found = written(tmp_path / "maps.zarr", x[:2]).permutation_importance()
    sums = x[:2, :, 0].sum(axis=1, dtype=float)
    assert found.score[0] == pytest.approx(np.mean(np.abs(sums) - np.sign(sums) * sums[::-1]), rel=1e-4)


def test_it_is_the_same_after_series_with_nan_were_corrected_in_a_run_that_continues(tmp_path, x):
    broken = x.copy()
    broken[6, 0, 0] = np.nan  # one of those whose channels are taken
    with pytest.warns(UserWarning, match="in block 0"):
        written(tmp_path / "maps.zarr", broken, on_error="skip")
    found = written(tmp_path / "maps.zarr", x)
    given = x[np.unique(np.linspace(0, len(x) - 1, 64).astype(int))]
    made = BlockExplainer(FirstChannel(), methods=["Saliency"], others=given[~(given == x[6]).all(axis=(1, 2))])
    parts = [made.explained(x[first : first + 64], first) for first in range(0, len(x), 64)]
    expected = np.concatenate([one["score decrease without channel"] for one in parts]).mean(axis=0, dtype=float)
    np.testing.assert_allclose(found.permutation_importance().score, expected)


def test_a_single_output_changes_and_has_no_confidence(tmp_path, x):
    stored = written(
        tmp_path / "maps.zarr", x, lambda x: x[:, :, :1].sum(axis=1), methods=["Occlusion"], score="logits"
    )
    found, sums = stored.permutation_importance(), x[:, :, 0].sum(axis=1, dtype=float)
    assert found.changed is None
    assert found.accuracy is None
    assert found.score[0] == pytest.approx(np.abs(sums[:, np.newaxis] - sums).mean(), rel=0.1)
    np.testing.assert_array_equal(found.score[1:], 0)
    for name in ("most_confident", "least_confident"):
        with pytest.raises(ValueError, match="the model has a single output, and no confidence in a class"):
            getattr(stored, name)


def test_what_cannot_be_permuted_is_refused(tmp_path, x):
    with pytest.raises(ValueError, match="must be False for an iterator"):
        written(tmp_path / "a.zarr", iter([x]))
    with pytest.raises(ValueError, match="fewer than two series"):
        written(tmp_path / "b.zarr", x[:1])
    stored = written(tmp_path / "c.zarr", x, permutation_importance=False)
    with pytest.raises(ValueError, match="write it with permutation_importance=True"):
        Explanation.open(stored.path).permutation_importance()
    with pytest.raises(ValueError, match="permutation_importance"):
        written(stored.path, x)
