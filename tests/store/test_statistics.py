"""Statistics that are merged from blocks: those of one pass over everything."""

from itertools import pairwise

import numpy as np
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st

from cam1d_widget import ExplanationViewer, explain, explain_to
from cam1d_widget.store.statistics import Moments

from ..support.stores import Sums, maps_of

RNG = np.random.default_rng(0)


@pytest.fixture
def x():
    made = RNG.normal(size=(260, 20, 3)).astype(np.float32)
    return made * np.where(np.arange(20)[:, np.newaxis] < 10, RNG.uniform(0.5, 1.5, (260, 1, 1)), 1).astype(np.float32)


def explained(path, x, **options):
    arguments = {"methods": ["Saliency", "Integrated Gradients"], "chunk": 16, "progress": False, **options}
    return explain_to(path, Sums(), x, **arguments)


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(0, 2**32 - 1))
def test_merged_moments_are_those_of_all(sizes, seed):
    rng = np.random.default_rng(seed)
    values, classes = rng.normal(1e3, 1, (sum(sizes), 4, 2)), rng.integers(-1, 3, sum(sizes))
    merged = Moments.of(values[:0], classes[:0], 3)
    ends = np.cumsum([0, *sizes])
    for first, stop in pairwise(ends):
        merged = merged.merged(Moments.of(values[first:stop], classes[first:stop], 3))
    for one in range(3):
        chosen = values[classes == one]
        assert merged.counts[one] == len(chosen)
        if len(chosen):
            np.testing.assert_allclose(merged.mean[one], chosen.mean(axis=0), rtol=1e-12)
            np.testing.assert_allclose(merged.squares[one] / len(chosen), chosen.var(axis=0), atol=1e-8)


@pytest.mark.parametrize("targets", ["predicted", "all"])
def test_class_means_are_those_of_one_pass(tmp_path, x, targets):
    y = RNG.integers(0, 2, len(x))
    stored = explained(tmp_path / "maps.zarr", x, y=y, targets=targets)
    whole = explain(Sums(), x, methods=list(stored.methods), targets="all", progress=False)
    predicted = whole.probabilities.argmax(axis=1)
    assert 0 < predicted.mean() < 1
    for by, classes in (("predicted", predicted), ("true", y)):
        for of in range(2):
            there = (classes == of) & ((targets == "all") | (predicted == of))
            for label in stored.methods:
                chosen, made = whole.attributions[label][there, of], stored.class_mean(by, of, label)
                np.testing.assert_allclose(made.mean, chosen.mean(axis=0, dtype=float), rtol=1e-5, atol=1e-6)
                np.testing.assert_allclose(made.deviation, chosen.std(axis=0, dtype=float), rtol=1e-5, atol=1e-6)
                assert made.instances == there.sum()
                np.testing.assert_equal(made.gap, np.float64(np.fmax.reduce(whole.completeness[label][there, of])))
            series = stored.class_mean(by, of)
            np.testing.assert_allclose(series.mean, x[classes == of].mean(axis=0, dtype=float), rtol=1e-5, atol=1e-6)
            shares = np.abs(whole.attributions["Saliency"][there, of]).sum(axis=1)
            shares = shares / shares.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(stored.channel_shares("Saliency", by)[of], shares.mean(axis=0), rtol=1e-5)
            quartiles = stored.channel_share_quantiles("Saliency", by=by)[of]
            np.testing.assert_allclose(quartiles, np.quantile(shares, [0.25, 0.5, 0.75], axis=0), rtol=1e-5)


def test_shares_of_all_instances_are_read_without_their_maps(tmp_path, x, monkeypatch):
    stored = explained(tmp_path / "maps.zarr", x, targets="all")
    sums = np.stack(
        [[np.abs(stored.attribution("Saliency", one, of)).sum(axis=0) for of in (0, 1)] for one in range(20)]
    )
    monkeypatch.setattr(stored, "_decoded", lambda *place: pytest.fail("a map was read"))
    shares = stored.channel_shares_by_map("Saliency")
    assert shares.shape == (len(x), 2, x.shape[2])
    np.testing.assert_allclose(shares[:20], sums / sums.sum(axis=2, keepdims=True), rtol=1e-5)


def test_what_has_no_shares_is_refused(tmp_path, x):
    stored = explained(tmp_path / "maps.zarr", x[:70])
    with pytest.raises(ValueError, match="by must be 'predicted', but is 'true'"):
        stored.channel_share_quantiles("Saliency", by="true")
    with pytest.raises(ValueError, match="quantiles must be"):
        stored.channel_share_quantiles("Saliency", [2])


def test_most_and_least_confident_instances_are_found(tmp_path, x):
    stored = explained(tmp_path / "maps.zarr", x)
    order = np.argsort(stored.probabilities.max(axis=1), kind="stable")
    np.testing.assert_array_equal(stored.least_confident, order[:100])
    confidences = stored.probabilities.max(axis=1)
    np.testing.assert_array_equal(stored.most_confident, np.lexsort((np.arange(len(x)), -confidences))[:100])
    few = explained(tmp_path / "few.zarr", x[:5])
    assert sorted(few.most_confident) == list(range(5))


def test_statistics_do_not_depend_on_the_number_of_blocks_beyond_rounding(tmp_path, x):
    one, other = (explained(tmp_path / f"{chunk}.zarr", x, chunk=chunk) for chunk in (7, 512))
    for of in range(2):
        for method in (None, *one.methods):
            made, expected = one.class_mean("predicted", of, method), other.class_mean("predicted", of, method)
            np.testing.assert_allclose(made.mean, expected.mean, rtol=1e-5, atol=1e-6)
            assert made.instances == expected.instances


def test_blocks_that_are_skipped_and_corrected_later_are_part_of_the_statistics(tmp_path, x):
    broken = x.copy()
    broken[40, 2, 1] = np.nan
    with pytest.warns(UserWarning, match="first in instance 40, in block 2"):
        stored = explained(tmp_path / "maps.zarr", broken, on_error="skip")
    assert sum(stored.class_mean("predicted", of).instances for of in range(2)) == len(x) - 16
    stored = explained(tmp_path / "maps.zarr", x)
    assert sum(stored.class_mean("predicted", of).instances for of in range(2)) == len(x)
    expected = explained(tmp_path / "expected.zarr", x)
    np.testing.assert_array_equal(stored.class_mean("predicted", 1).mean, expected.class_mean("predicted", 1).mean)
    assert not (tmp_path / "maps.zarr" / "partials").exists()


def test_xarray_opens_the_statistics(tmp_path, x):
    explained(tmp_path / "maps.zarr", x)
    with xarray.open_zarr(tmp_path / "maps.zarr", group="statistics") as opened:
        assert opened["mean of Saliency by predicted class"].dims == ("class", "time", "channel")


def test_a_viewer_shows_means_of_all_instances_at_once(tmp_path, x, monkeypatch):
    y = RNG.integers(0, 2, len(x))
    stored = explained(tmp_path / "maps.zarr", x, y=y)
    viewer = ExplanationViewer(stored, target=1)
    monkeypatch.setattr(type(stored), "attribution", None)  # no single map is read
    for by in ("predicted", "true"):
        viewer.mean = (by, 1)
        expected = stored.class_mean(by, 1, viewer.method)
        np.testing.assert_array_equal(viewer.attribution, expected.mean)
        assert viewer.numbers.x.shape == (20, 3)


def test_unknown_classes_are_refused(tmp_path, x):
    stored = explained(tmp_path / "maps.zarr", x)
    with pytest.raises(ValueError, match="but is 'true': the instances have no single true class"):
        stored.class_mean("true", 0)
    with pytest.raises(ValueError, match="by must be 'predicted' or 'true', but is 'all'"):
        stored.class_mean("all", 0)
    with pytest.raises(ValueError, match="method must be one of Saliency"):
        stored.class_mean("predicted", 0, "CAM")
    assert maps_of(stored, "Saliency").shape == x.shape
