"""Series of unequal length in a viewer: each is shown, plotted and saved exactly as if it were the only one."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget import Explanation, ExplanationViewer
from cam1d_widget.viewer.choice import Choice, Mean
from cam1d_widget.viewer.export.excerpt import excerpt
from cam1d_widget.viewer.synced.means import Means, mean_key

from ..support.arrays import explanation
from ..support.synced import state_of, tiles_of

LENGTHS = [60, 35, 48, 20]


@pytest.fixture
def unequal() -> Explanation:
    whole = explanation()
    errors = {"Saliency": 0.1 * whole.attributions["Saliency"]}
    return replace(whole, lengths=LENGTHS, standard_errors=errors, y=[1, 1, 0, 1])


def alone(whole: Explanation, instance: int) -> Explanation:
    """One series of an explanation, without padding; the receptive fields of its steps end with it."""
    row, length = [instance], LENGTHS[instance]
    field = np.column_stack([np.minimum(whole.receptive_field[:, :2], length), whole.receptive_field[:, 2]])
    return replace(
        whole,
        **vars(replace(whole.series_facts.rows(row), x=whole.x[row, :length], lengths=None, receptive_field=field)),
        targets=whole.targets[row],
        attributions={label: maps[row, :, :length] for label, maps in whole.attributions.items()},
        standard_errors={label: maps[row, :, :length] for label, maps in whole.standard_errors.items()},
        completeness={label: gaps[row] for label, gaps in whole.completeness.items()},
    )


@pytest.mark.parametrize("instance", range(4))
def test_tiles_are_those_of_the_series_alone(unequal, instance):
    many, one = ExplanationViewer(unequal).mark, ExplanationViewer(alone(unequal, instance)).mark
    assert many.facts["lengths"] == LENGTHS
    assert one.facts["lengths"] is None
    for kind in ("series/{}", *(f"attribution/{method}/{{}}/{target}" for method in range(3) for target in range(3))):
        tile, own = many.tile(kind.format(instance)), one.tile(kind.format(0))
        np.testing.assert_array_equal(tile.values, own.values)
        np.testing.assert_equal((tile.gap, tile.error), (own.gap, own.error))
        assert (tile.spread is None) == (own.spread is None)
        if tile.spread is not None:
            np.testing.assert_array_equal(tile.spread, own.spread)


@pytest.mark.parametrize("method", ["Saliency", "Grad-CAM"])
def test_numbers_are_those_of_the_series_alone(unequal, method, tmp_path):
    many = ExplanationViewer(unequal, instance=1, target=2, method=method)
    one = ExplanationViewer(alone(unequal, 1), target=2, method=method)
    np.testing.assert_array_equal(many.attribution, one.attribution)
    for name in ("numbers.csv", "numbers.npz"):
        paths = [viewer.save_numbers(tmp_path / f"{place} {name}") for place, viewer in enumerate((many, one))]
        if name.endswith("csv"):
            assert paths[0].read_bytes() == paths[1].read_bytes()
        else:
            files = [np.load(path) for path in paths]
            assert files[0].files == files[1].files
            for array in files[0].files:
                np.testing.assert_array_equal(files[0][array], files[1][array])


def content(figure) -> list:
    """Everything that the axes of a figure show, as numbers."""
    parts = []
    for axis in figure.axes:
        parts += [np.array(axis.get_xlim()), np.array(axis.get_ylim())]
        parts += [line.get_xydata() for line in axis.lines]
        parts += [np.ma.getdata(image.get_array()) for image in axis.images]
        parts += [np.array([*image.get_extent(), *image.get_clim()]) for image in axis.images]
        parts += [patch.get_window_extent().bounds for patch in axis.patches]
    return parts


@pytest.mark.few(3)
@pytest.mark.parametrize("method", ["Saliency", "Grad-CAM"])
@pytest.mark.parametrize("instance", range(4))
def test_figures_are_those_of_the_series_alone(unequal, instance, method):
    own = alone(unequal, instance)
    for figures in (
        [one.plot(place, 1, method) for one, place in ((unequal, instance), (own, 0))],
        [ExplanationViewer(one).plot(place, 1, method) for one, place in ((unequal, instance), (own, 0))],
    ):
        many, single = map(content, figures)
        assert len(many) == len(single)
        for value, other in zip(many, single, strict=True):
            np.testing.assert_allclose(value, other)


def test_a_pinned_series_of_another_length_shares_the_time_axis_in_a_figure(unequal):
    viewer = ExplanationViewer(unequal, instance=1, target=0, method="Saliency")
    viewer.pinned = Choice(0, 0, "Saliency")
    figure = viewer.plot()
    short, long = figure.subfigs
    assert [part.axes[0].get_xlim() for part in (short, long)] == [(-0.5 / 25, 59.5 / 25)] * 2
    [padding] = [patch for patch in short.axes[0].patches if patch.get_hatch()]
    np.testing.assert_allclose([padding.get_x(), padding.get_x() + padding.get_width()], [34.5 / 25, 59.5 / 25])
    assert "hatched at the end: padding, not part of the series" in short.axes[1].get_xlabel()
    assert not [patch for patch in long.axes[0].patches if patch.get_hatch()]


def test_a_figure_can_have_the_time_axis_of_all_instances(unequal):
    viewer = ExplanationViewer(unequal, instance=3, method="Saliency")
    assert viewer.plot().axes[0].get_xlim() == (-0.5 / 25, 19.5 / 25)
    viewer.options.same_axis = True
    for figure in (viewer.plot(), viewer.plot(instance=1)):
        assert figure.axes[0].get_xlim() == (-0.5 / 25, 59.5 / 25)
        assert "padding, not part of the series" in figure.axes[1].get_xlabel()


def test_each_time_step_of_a_mean_is_over_the_series_that_have_it(unequal, tmp_path):
    of = np.flatnonzero(unequal.y == 1)
    assert of.tolist() == [0, 1, 3]
    lengths = np.array(LENGTHS)[of]
    for kind, values in (("series", unequal.x[of]), ("attribution", unequal.attributions["Saliency"][of, 2])):
        tile = Means(unequal, range(3)).tile(mean_key(kind, Mean("true", 1), 2, 2))
        np.testing.assert_allclose(tile.values, np.nanmean(values, axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(tile.spread, np.nanstd(values, axis=0), rtol=1e-4, atol=1e-6)
        assert tile.mean == {"count": 3, "of": 3, "partial": False, "lengths": lengths.tolist()}
    viewer = ExplanationViewer(unequal, target=2, method="Saliency")
    viewer.mean = ("true", 1)
    with viewer.save_numbers(tmp_path / "mean.csv").open(newline="") as file:
        headings, *lines = csv.reader(file)
    assert headings[-1] == "instances"
    counts = [int(line[-1]) for line in lines]
    assert counts == [3] * 20 + [2] * 15 + [1] * 25


def test_a_mean_is_as_long_as_the_longest_series_of_its_class(unequal):
    short = replace(unequal, y=[0, 1, 0, 1])
    tile = Means(short, range(3)).tile(mean_key("series", Mean("true", 1), 0, 0))
    assert tile.values.shape == (35, 3)
    assert np.isfinite(tile.values).all()


def test_a_page_holds_no_padding(unequal, tmp_path):
    viewer = ExplanationViewer(unequal, instance=3)
    states = state_of(viewer.save_html(tmp_path / "page.html", instances=[1, 3], progress=False))
    tiles = tiles_of(states["ChannelStackModel"])
    assert {key: len(values) for key, values in tiles.items() if key.startswith("series/")} == {
        "series/0": 35,
        "series/1": 20,
    }
    assert {len(values) for key, values in tiles.items() if key.startswith("attribution/1/0/")} == {35}
    assert all(np.isfinite(values).all() for values in tiles.values())
    facts = states["ChannelStackModel"]["state"]["facts"]
    assert (facts["samples"], facts["lengths"]) == (35, [35, 20])


def test_an_excerpt_of_series_of_one_length(unequal):
    assert excerpt(unequal, [0], None, None).lengths is None
    assert excerpt(unequal, [2], None, None).lengths.tolist() == [48]


def test_the_time_axis_begins_with_that_of_the_first_instance(unequal):
    for instance, length in enumerate(LENGTHS):
        scale = ExplanationViewer(unequal, instance=instance).mark.scales["x"]
        assert (scale.min, scale.max) == (-0.5 / 25, (length - 0.5) / 25)
    assert "4 series (20 to 60 samples, 3 channels)" in repr(ExplanationViewer(unequal))


def test_windows_of_an_instance_are_within_it(unequal):
    end = 35 / 25
    with pytest.raises(ValueError, match=r"intervals\[1\] must be times \(t0, t1\) with 0 <= t0 < t1 <= 1.4, but is"):
        ExplanationViewer(unequal, intervals={1: [(0, end + 0.04)]})
    viewer = ExplanationViewer(unequal, intervals={1: [(0, end)], 0: [(0, 60 / 25)]})
    viewer.annotations = [(1, 0, end, "whole")]
    with pytest.raises(ValueError, match="annotations must be times"):
        viewer.annotations = [(1, 0, end + 0.04, "too long")]
    with pytest.raises(ValueError, match="window of annotations must be"):
        viewer.mark.annotations = [{"instance": 1, "window": [0, 36], "text": ""}]
    # A selected window stays while the instance changes, so that it may be longer than some.
    viewer.selected_window = (0, 60 / 25)
    assert viewer.mark.window == (0, 60)
