"""Means over the instances of a class: against numpy, in slices, and by their trait."""

import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.choice import Mean
from cam1d_widget.viewer.synced.means import Means, mean_key

from ...support.arrays import Lazy, explanation, with_predicted_only

TRUE = Mean("true", 1)


def test_a_mean_is_numpys_and_its_spread_the_standard_deviation():
    whole = explanation(instances=10)
    of = whole.y == 1
    for kind, values in (("series", whole.x[of]), ("attribution", whole.attributions["Saliency"][of, 2])):
        tile = Means(whole, range(3)).tile(mean_key(kind, TRUE, 2, 2))
        np.testing.assert_allclose(tile.values, values.mean(axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(tile.spread, values.std(axis=0), rtol=1e-4, atol=1e-6)
        assert tile.mean == {"count": 3, "of": 3, "partial": False}


def test_a_gap_is_left_out_of_the_mean():
    whole = explanation(instances=10)
    x = whole.x.copy()
    x[1, :4, 0] = np.nan
    x[whole.y == 1, 7, 2] = np.nan
    tile = Means(explanation(instances=10, x=x), range(3)).tile(mean_key("series", TRUE, 0, 0))
    np.testing.assert_allclose(tile.values[:4, 0], np.nanmean(x[whole.y == 1, :4, 0], axis=0), rtol=1e-5)
    assert np.isnan(tile.values).sum() == np.isnan(tile.spread).sum() == 1


def test_long_work_comes_in_slices_and_is_never_done_twice():
    source = Lazy(explanation(instances=10))
    means, key = Means(source, range(3)), mean_key("attribution", Mean("predicted", 0), 1, 0)
    count = int((source.scores.argmax(axis=1) == 0).sum())
    tiles = [means.tile(key, seconds=0) for _ in range(count)]
    assert [tile.mean["count"] for tile in tiles] == list(range(1, count + 1))
    assert [tile.mean["partial"] for tile in tiles] == [True] * (count - 1) + [False]
    means.tile(key, seconds=0)
    assert len(source.computed) == len(set(source.computed)) == count


def test_of_what_was_not_explained_nothing_is_in_a_mean():
    whole = with_predicted_only(explanation(instances=12))
    predicted = whole.targets[:, 0]
    tile = Means(whole, range(3)).tile(mean_key("attribution", TRUE, 0, 2))
    assert tile.mean == {"count": int(((whole.y == 1) & (predicted == 2)).sum()), "of": 4, "partial": False}
    with pytest.raises(ValueError, match="no instance of this class has a map"):
        Means(explanation(y=[0, 0, 0, 0]), range(3)).tile(mean_key("series", TRUE, 0, 0))


def test_the_trait_gives_the_mean_and_another_instance_leaves_it(tmp_path):
    whole = explanation(instances=10)
    viewer = ExplanationViewer(whole, target=2, method="Saliency")
    viewer.mean = ("true", 1)
    assert viewer.mark.mean == {"by": "true", "of": 1}
    maps = whole.attributions["Saliency"][whole.y == 1, 2]
    np.testing.assert_allclose(viewer.attribution, maps.mean(axis=0), rtol=1e-5)
    with np.load(viewer.save_numbers(tmp_path / "mean.npz")) as file:
        np.testing.assert_allclose(file["standard_deviation"], maps.std(axis=0), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(file["x"], whole.x[whole.y == 1].mean(axis=0), rtol=1e-4, atol=1e-6)
    viewer.pinned = viewer.shown
    viewer.instance = 3
    assert viewer.mean is None
    assert viewer.pinned.mean == ("true", 1)


def test_a_lone_output_has_a_mean_of_each_of_its_two_true_classes():
    lone = explanation(classes=1, probabilities=None, y=[0, 1, 1, 0])
    viewer = ExplanationViewer(lone)
    viewer.mean = ("true", 1)
    np.testing.assert_allclose(viewer.attribution, lone.attributions["Grad-CAM"][1:3, 0].mean(axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("mean", "message"),
    [
        (("true", 7), "mean must be a whole number from 0 to 2"),
        (("both", 1), 'must be by "true" or "predicted" class, but is by \'both\''),
        (3, 'mean must be \\("true" or "predicted", class\\), but is 3'),
    ],
)
def test_means_that_are_not_there_are_refused(mean, message):
    with pytest.raises(TraitError, match=message):
        ExplanationViewer(explanation()).mean = mean
    with pytest.raises(TraitError, match="needs true classes y"):
        ExplanationViewer(explanation(y=None)).mean = ("true", 0)
