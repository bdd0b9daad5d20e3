"""Maps of many series in a store: equal to those of `explain`, from any source, in blocks of any size."""

import shutil

import dask.array
import filelock
import h5py
import numpy as np
import pytest
import xarray
import zarr

from cam1d_widget import (
    BlockExplainer,
    Explanation,
    ExplanationViewer,
    all_methods,
    baselines,
    explain,
    explain_to,
    methods,
)
from cam1d_widget.explanation.source import ModelChangedError
from cam1d_widget.explanation.stored.lazy_rows import LazyRows
from cam1d_widget.store.block_store import BlockStore
from cam1d_widget.store.plan import _chunk
from cam1d_widget.viewer.synced.facts import maps_there

from ..support.stores import Sums, done_files, files_of, maps_of
from ..support.toys import question

RNG = np.random.default_rng(0)
QUICK = ["Saliency", "Integrated Gradients", "SmoothGrad"]


@pytest.fixture
def x():
    return RNG.normal(size=(150, 20, 3)).astype(np.float32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "maps.zarr"


@pytest.fixture(scope="module")
def network():
    from keras import layers

    return question([layers.GlobalAveragePooling1D(), layers.Dense(4, activation="softmax")])


def explained(path, x, **changed):
    arguments = {"methods": ["Saliency"], "chunk": 64, "progress": False, **changed}
    return explain_to(path, arguments.pop("model", Sums()), x, **arguments)


def test_a_store_holds_what_explain_returns(path, x):
    y = RNG.integers(0, 2, len(x))
    names = {"y": y, "class_names": ["up", "down"], "channel_units": "g", "sampling_rate": 50.0}
    stored = explained(path, x, methods=QUICK, targets="all", background=x[:30], **names)
    whole = explain(Sums(), x, methods=QUICK, targets="all", background=x[:30], progress=False, **names)
    for label in QUICK:
        for column in range(2):
            maps = np.stack([stored.attribution(label, row, column) for row in range(len(x))])
            np.testing.assert_array_equal(maps, whole.attributions[label][:, column])
            gaps = [stored.completeness_gap(label, row, column) for row in range(len(x))]
            np.testing.assert_array_equal(gaps, whole.completeness[label][:, column])
    np.testing.assert_array_equal(stored.standard_error("SmoothGrad", 7, 1), whole.standard_error("SmoothGrad", 7, 1))
    assert stored.standard_error("Saliency", 7, 1) is None
    for name in ("scores", "probabilities", "targets", "y", "x"):
        np.testing.assert_array_equal(np.asarray(getattr(stored, name)), getattr(whole, name))
    for name in ("class_names", "channel_names", "channel_units", "sampling_rate", "methods", "exactness", "families"):
        assert getattr(stored, name, None) == getattr(whole, name) or name == "families"
    assert stored.method_facts == whole.method_facts


@pytest.mark.slow
def test_blocks_of_a_multiple_of_64_have_equal_bits_and_others_differ_by_rounding(tmp_path, network):
    x = RNG.normal(size=(140, 300, 9)).astype(np.float32)
    chosen = ["Grad-CAM", "Saliency", methods.SmoothGrad(samples=2), methods.ExpectedGradients(references=2, steps=2)]
    made = {
        chunk: explained(tmp_path / f"{chunk}.zarr", x, model=network, methods=chosen, background=x[:20], chunk=chunk)
        for chunk in (7, 64, 4096)
    }
    for label in made[7].methods:
        exact = maps_of(made[64], label)
        np.testing.assert_array_equal(maps_of(made[4096], label), exact, err_msg=label)
        np.testing.assert_allclose(maps_of(made[7], label), exact, rtol=0, atol=1e-6 * np.abs(exact).max())


@pytest.mark.slow
def test_every_method_gives_equal_maps_in_blocks_of_one(tmp_path, network):
    x = RNG.normal(size=(6, 300, 9)).astype(np.float32)
    classifier = BlockExplainer(network).classifier
    labels = [one.label for one in all_methods() if one is methods.ExpectedGradients or not one().refusal(classifier)]
    assert {"KernelSHAP", "LIME", "RISE", "SmoothGrad", "Expected Gradients"} <= set(labels)
    made = {
        chunk: explained(tmp_path / f"{chunk}.zarr", x, model=network, methods=labels, background=x[:4], chunk=chunk)
        for chunk in (1, 4096)
    }
    for label in labels:
        one, all_at_once = (maps_of(made[chunk], label) for chunk in (1, 4096))
        np.testing.assert_allclose(one, all_at_once, rtol=0, atol=1e-6 * np.abs(one).max(), err_msg=label)


def sources(x, folder):
    np.save(folder / "x.npy", x)
    file = h5py.File(folder / "x.h5", "w")
    labeled = xarray.DataArray(x, dims=("instance", "time", "channel"), coords={"channel": ["a", "b", "c"]})
    return {
        "memmap": np.load(folder / "x.npy", mmap_mode="r"),
        "zarr": zarr.create_array(str(folder / "x.zarr"), data=x, chunks=(10, 20, 3)),
        "hdf5": file.create_dataset("x", data=x),
        "dask": dask.array.from_array(x, chunks=(31, 20, 3)),
        "labeled": labeled.transpose("time", "channel", "instance"),
        "list": list(x),
        "iterator": (x[first : first + 17] for first in range(0, len(x), 17)),
        "double": x.astype(float),
    }


def test_series_may_come_from_any_source(tmp_path, x):
    expected = files_of(explained(tmp_path / "expected.zarr", x).path)
    for name, source in sources(x, tmp_path).items():
        stored = explained(tmp_path / f"{name}.zarr", source)
        files = files_of(stored.path)
        assert {
            one: files[one] for one in files if not one.startswith("partials/") and not one.endswith("zarr.json")
        } == {one: expected[one] for one in expected if not one.endswith("zarr.json")}, name
        assert stored.channel_names == (("a", "b", "c") if name == "labeled" else stored.channel_names)


def test_channels_may_come_first(tmp_path, x):
    stored = explained(
        tmp_path / "first.zarr", np.moveaxis(x, 2, 1), layout="channels_first", background=np.moveaxis(x, 2, 1)
    )
    np.testing.assert_array_equal(
        maps_of(stored, "Saliency"), maps_of(explained(tmp_path / "last.zarr", x), "Saliency")
    )


def test_each_instance_may_have_its_own_classes(path, x):
    targets = RNG.integers(0, 2, (len(x), 1))
    stored = explained(path, x, targets=targets)
    np.testing.assert_array_equal(stored.targets, targets)
    whole = explain(Sums(), x, methods=["Saliency"], targets=targets, progress=False)
    np.testing.assert_array_equal(maps_of(stored, "Saliency"), whole.attributions["Saliency"][:, 0])


@pytest.mark.few(1)
@pytest.mark.parametrize(("dtype", "share"), [("float16", 1 / 4096), ("uint8", 1 / 254)])
def test_smaller_types_are_as_accurate_as_stated(tmp_path, x, dtype, share):
    x[3] = 0  # a map of zeros
    x[4] *= 1e-9
    x[5] *= 1e-39  # too small for the scale of a map
    small = explained(tmp_path / "small.zarr", x, methods=QUICK, dtype=dtype)
    whole = explained(tmp_path / "whole.zarr", x, methods=QUICK)
    for label in QUICK:
        exact, rounded = maps_of(whole, label), maps_of(small, label)
        largest = np.abs(exact).max(axis=(1, 2), keepdims=True)
        assert (np.abs(rounded - exact) <= share * largest * (1 + 1e-6)).all()
        assert (rounded[exact == 0] == 0).all()
    assert not maps_of(small, "Saliency")[3].any()


def test_xarray_opens_a_store_with_named_dims(path, x):
    stored = explained(path, x, methods=["Saliency", "SmoothGrad"])
    with xarray.open_zarr(path) as opened:
        assert opened["Saliency"].dims == ("instance", "target", "time", "channel")
        assert opened["x"].dims == ("instance", "time", "channel")
        np.testing.assert_array_equal(opened["Saliency"].values[:, 0], maps_of(stored, "Saliency"))


def test_a_map_without_channels_has_no_such_dim(path, network):
    x = RNG.normal(size=(5, 300, 9)).astype(np.float32)
    stored = explained(path, x, model=network, methods=["Grad-CAM", "Saliency"])
    assert stored.attribution("Grad-CAM", 0, int(stored.targets[0, 0])).shape == (300, 1)
    with xarray.open_zarr(path) as opened:
        assert opened["Grad-CAM"].dims == ("instance", "target", "time")
        assert opened.sizes["channel"] == 9


def test_a_viewer_shows_a_store_and_reads_only_what_is_shown(path, x, monkeypatch):
    explained(path, x, methods=["Saliency", "SmoothGrad"], y=RNG.integers(0, 2, len(x)))
    stored = Explanation.open(path)
    read = []
    own = LazyRows._read
    monkeypatch.setattr(LazyRows, "_read", lambda rows, key: read.append(key) or own(rows, key))
    viewer = ExplanationViewer(stored)
    viewer.instance = 149
    np.testing.assert_array_equal(viewer.numbers.x, x[149])
    np.testing.assert_array_equal(viewer.attribution, stored.attribution("Saliency", 149, viewer.target))
    assert set(read) <= {0, 149}


def test_series_have_dates(tmp_path, x):
    dates = np.datetime64("2026-01-05T09:00") + np.arange(len(x)).astype("timedelta64[m]")
    for name, start in (("each", dates), ("one", "2026-01-05T09:00")):
        stored = explained(tmp_path / name, x, start=start, sampling_rate=10)
        expected = np.broadcast_to(np.asarray(start, "datetime64[ns]"), len(x))
        np.testing.assert_array_equal(Explanation.open(stored.path).series_facts.start, expected)
    with pytest.raises(ValueError, match="made with another start"):
        explained(tmp_path / "each", x, start=dates + 1, sampling_rate=10)
    with pytest.raises(ValueError, match="start must come with sampling_rate"):
        explained(tmp_path / "none", x, start="2026-01-05")
    with pytest.raises(ValueError, match="start must be left out for an iterator"):
        explained(tmp_path / "none", iter([x]), start="2026-01-05", sampling_rate=10)


def test_a_page_of_some_instances_of_a_store(path, x, tmp_path):
    stored = explained(path, x)
    viewer = ExplanationViewer(stored)
    viewer.save_html(tmp_path / "page.html", instances=[2, 5])
    assert (tmp_path / "page.html").stat().st_size > 10_000


def test_series_that_are_not_stored_are_given_when_it_is_opened(path, x, tmp_path):
    stored = explained(path, x, store_x=False)
    np.testing.assert_array_equal(stored.x[3], x[3])
    first = explained(tmp_path / "first.zarr", np.moveaxis(x, 2, 1), store_x=False, layout="channels_first")
    np.testing.assert_array_equal(first.x[2:5], x[2:5])
    assert not (path / "x").exists()
    np.save(tmp_path / "x.npy", x)
    opened = Explanation.open(path, x=np.load(tmp_path / "x.npy", mmap_mode="r"))
    np.testing.assert_array_equal(opened.x[[3, 5]], x[[3, 5]])
    with pytest.raises(
        ValueError, match=r"x must be the series that were explained, numbers of shape .* = \(150, 20, 3\), since"
    ):
        Explanation.open(path)
    for other, words in (
        (x[1:], r"but is an array of shape \(149, 20, 3\)"),
        (x.astype(complex), "numbers of shape"),
        (x[::-1], "but one of the instances 0 to 63 differs"),
    ):
        with pytest.raises(ValueError, match=words):
            Explanation.open(path, x=other)
    changed = x.copy()
    changed[140] += 1
    opened = Explanation.open(path, x=changed)
    np.testing.assert_array_equal(opened.x[:128], x[:128])
    with pytest.raises(ValueError, match="but one of the instances 128 to 149 differs"):
        opened.x[129]
    with pytest.raises(ValueError, match="store_x must be True for an iterator, whose series are read only once"):
        explained(tmp_path / "iterator.zarr", iter([x]), store_x=False)
    explained(tmp_path / "with.zarr", x)
    with pytest.raises(ValueError, match="x must be left out, since"):
        Explanation.open(tmp_path / "with.zarr", x=x)


def test_nan_in_a_block_is_named_and_all_others_are_written(path, x):
    x[70, 3, 1] = np.nan
    with pytest.raises(
        ValueError, match="holds NaN or infinite values in 1 instance, first in instance 70, in block 1;"
    ):
        explained(path, x)
    with pytest.raises(ValueError, match=r"path must be a complete store, but .* has 2 of 3 blocks"):
        Explanation.open(path)
    with pytest.warns(UserWarning, match="first in instance 70, in block 1; the store is without 1 block"):
        stored = explained(path, x, on_error="skip")
    assert stored.header.skipped == (1,)
    assert stored.has("Saliency", 63, int(stored.targets[63, 0]))
    assert not stored.has("Saliency", 70, 0)
    x[70, 3, 1] = 0
    stored = explained(path, x)
    assert stored.header.skipped == ()
    assert stored.has("Saliency", 70, int(stored.targets[70, 0]))


def test_a_viewer_and_a_page_of_a_store_with_skipped_blocks(path, x, tmp_path):
    x[[3, 149], 3, 1] = np.nan
    with pytest.warns(UserWarning, match="in block 0 of 2 such blocks"):
        stored = explained(path, x, on_error="skip")
    viewer = ExplanationViewer(stored)
    assert viewer.instance == 64
    assert maps_there(stored, "Saliency", (0, 1)).any(axis=1).nonzero()[0].tolist() == list(range(64, 128))
    viewer.instance = 3
    for read in (lambda: viewer.attribution, lambda: stored.attribution("Saliency", 3, 1)):
        with pytest.raises(ValueError, match="instance must have maps, but instance 3 was skipped"):
            read()
    viewer.instance = 65
    viewer.save_html(tmp_path / "page.html")
    with pytest.raises(ValueError, match="instances must have maps, but instance 2 was skipped"):
        viewer.save_html(tmp_path / "page.html", instances=[2, 65])
    with pytest.raises(ValueError, match="no block could be written"):
        explained(
            path.with_name("none.zarr"),
            np.where(np.isin(np.arange(150), [5, 70, 140])[:, None, None], np.nan, x),
            on_error="skip",
        )


def partly(x):
    """Scores that are NaN for series that begin with a large value."""
    scores = Sums().scores(x)
    scores[x[:, 0, 0] > 90] = np.nan
    return scores


@pytest.mark.few(2)
@pytest.mark.parametrize("iterated", [False, True])
@pytest.mark.parametrize("wrong", [0, 70])
def test_the_first_series_and_those_with_nan_scores_can_be_skipped(path, x, wrong, iterated):
    def run(**options):
        return explained(
            path,
            iter([x[:90], x[90:]]) if iterated else x,
            model=partly,
            score="logits",
            methods=["Occlusion"],
            **options,
        )

    x[wrong, 0, 0], x[149, 3, 1] = 99, np.nan
    words = rf"scores must be finite, .* (first for|of) instance {wrong}\b.* in block"
    with pytest.raises(ValueError, match=words):
        run()
    with pytest.warns(UserWarning, match=words):
        assert run(on_error="skip").header.skipped == (wrong // 64, 2)
    x[wrong, 0, 0], x[149, 3, 1] = 0, 0
    np.testing.assert_array_equal(
        maps_of(run(), "Occlusion"),
        maps_of(
            explained(path.with_name("whole.zarr"), x, model=partly, score="logits", methods=["Occlusion"]), "Occlusion"
        ),
    )


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"model": Sums(2.0)}, "holds maps of another model"),
        ({"methods": ["Gradient × Input"]}, "holds maps of other methods, Saliency instead of Gradient × Input"),
        ({"targets": "all"}, r"holds maps made with targets 'predicted' instead of \[0, 1\]"),
        ({"window": 4}, "holds maps made with window None instead of 4"),
        ({"background": np.ones((2, 20, 3))}, "holds maps made with another background"),
        ({"dtype": "uint8"}, "holds maps made with dtype 'float32' instead of 'uint8'"),
        ({"store_x": False}, "holds maps made with store_x True instead of False"),
        ({"chunk": 32}, "holds maps made with chunk 64 instead of 32"),
        ({"class_names": ["a", "b"]}, "holds maps made with class_names"),
        ({"x": slice(0, 149)}, "holds maps made with shape of x"),
        ({"resume": False}, "path must be new if resume=False"),
        ({"targets": [0]}, r"holds maps made with targets 'predicted' instead of \[0\]"),
    ],
)
def test_a_store_of_something_else_is_refused(path, x, changed, words):
    explained(path, x)
    before = files_of(path)
    given = x[changed.pop("x")] if "x" in changed else x
    with pytest.raises((ValueError, FileExistsError), match=words):
        explained(path, given, **changed)
    assert files_of(path) == before


def test_a_store_of_other_series_is_refused_before_anything_is_written(path, x):
    explained(path, x)
    (path / "done" / "0.0").unlink()
    before = files_of(path)
    x[140, 2, 0] += 1
    with pytest.raises(ValueError, match=r"instances 128 to 149 of x \(block 2\) differ"):
        explained(path, x)
    assert files_of(path) == before


def test_paths_that_are_something_else_are_refused(tmp_path, x):
    (tmp_path / "file").write_text("notes")
    (tmp_path / "folder").mkdir()
    zarr.create_group(str(tmp_path / "other.zarr"))
    for name in ("file", "folder", "other.zarr"):
        with pytest.raises(FileExistsError, match="path must be new, or a store of maps that explain_to wrote, but"):
            explained(tmp_path / name, x)
        with pytest.raises(ValueError, match="path must be a store of maps that explain_to wrote, but"):
            Explanation.open(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="path must be in an existing folder, but"):
        explained(tmp_path / "none" / "maps.zarr", x)
    with pytest.raises(
        ValueError, match="path must be a folder that this machine can write, but is 's3://bucket/maps'"
    ):
        explained("s3://bucket/maps", x)


def test_too_little_space_is_reported_before_anything_is_computed(path, x, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**6, 10**6 - 2000, 2000))
    with pytest.raises(OSError, match=r"path must be on a disk with 77 kB of free space, but .* has 2 kB; dtype="):
        explained(path, x)
    assert not path.exists()


def test_batches_of_an_iterator_have_one_shape(path, x):
    with pytest.raises(ValueError, match=r"those of batch 1 have \(20, 2\) after \(20, 3\)"):
        explained(path, iter([x[:100], x[100:, :, :2]]))
    with pytest.raises(ValueError, match="path must be a complete store"):
        Explanation.open(path)
    with pytest.raises(ValueError, match="x must yield at least one batch of series"):
        explained(path.with_name("none.zarr"), iter([]))
    with pytest.raises(ValueError, match="y must be left out for an iterator"):
        explained(path.with_name("none.zarr"), iter([x]), y=[0])


def test_an_iterator_that_ends_too_early_is_refused_when_a_run_continues(path, x):
    explained(path, iter([x]))
    with pytest.raises(ValueError, match="which were at least 150, but yields 64"):
        explained(path, iter([x[:64]]))


@pytest.mark.few(1)
@pytest.mark.parametrize("size", [149, 128])
def test_an_iterator_may_have_grown_when_a_run_continues(path, x, size):
    explained(path, iter([x[:size]]))
    done = done_files(path)
    grown = explained(path, iter([x[:70], x[70:]]))
    whole = explained(path.with_name("whole.zarr"), x)
    np.testing.assert_array_equal(maps_of(grown, "Saliency"), maps_of(whole, "Saliency"))
    assert grown.class_mean("predicted", 0).instances == whole.class_mean("predicted", 0).instances
    kept = {name for name in done if name.split("/")[1].startswith(("0.", "1."))}
    assert {name: done_files(path)[name] for name in kept} == {name: done[name] for name in kept}
    x[0] += 1
    with pytest.raises(ValueError, match=r"instances 0 to 63 of x \(block 0\) differ"):
        explained(path, iter([x]))


def test_a_run_that_is_killed_while_a_block_grows_is_continued(path, x, monkeypatch):
    explained(path, iter([x[:100]]))

    def killed(store, *made):
        raise OSError("the process has ended")

    with monkeypatch.context() as patched:
        patched.setattr(BlockStore, "write", killed)
        with pytest.raises(OSError, match="has ended"):
            explained(path, iter([x]))
    whole = explained(path.with_name("whole.zarr"), x)
    np.testing.assert_array_equal(maps_of(explained(path, iter([x])), "Saliency"), maps_of(whole, "Saliency"))


def test_a_run_of_an_iterator_that_was_interrupted_counts_its_blocks(path, x):
    def series():
        yield x[:128]
        raise KeyError

    with pytest.raises(KeyError):
        explained(path, series())
    with pytest.raises(ValueError, match=r"path must be a complete store, but .* has 2 of 2 blocks; call explain_to"):
        Explanation.open(path)


def test_targets_of_each_instance_of_an_iterator_have_their_number(path, x):
    targets = RNG.integers(0, 2, (160, 1))
    with pytest.raises(ValueError, match="targets must have a row for each of 150 instances, but has shape"):
        explained(path, iter([x]), targets=targets)
    with pytest.raises(ValueError, match="path must be a complete store"):
        Explanation.open(path)
    stored = explained(path.with_name("whole.zarr"), iter([x]), targets=targets[:150])
    np.testing.assert_array_equal(stored.targets, targets[:150])


def test_equal_targets_may_be_given_in_several_ways(path, x):
    for targets in (1, [1], np.array([1], np.int32), "class 1", ["class 1"]):
        explained(path, x, targets=targets)


def test_a_model_that_changes_between_two_blocks_is_refused(path, network):
    x = RNG.normal(size=(130, 300, 9)).astype(np.float32)
    weights = network.get_weights()

    def series():
        yield x[:70]
        network.layers[-1].bias.assign(network.layers[-1].bias + 1)
        yield x[70:]

    try:
        with pytest.raises(ModelChangedError, match="the model has changed since its first series was explained"):
            explained(path, series(), model=network)
    finally:
        network.set_weights(weights)
    continued = explained(path, iter([x]), model=network)
    whole = explained(path.with_name("whole.zarr"), x, model=network)
    np.testing.assert_array_equal(continued.scores, whole.scores)


def test_two_runs_do_not_write_the_same_store(path, x):
    def series():
        yield x[:64]
        with pytest.raises(RuntimeError, match="path must be a store that no other run writes, but one writes"):
            explained(path, iter([x]))
        yield x[64:]

    explained(path, series())
    explained(path, iter([x]))
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_file_system_without_locks_is_written(path, x, monkeypatch):
    def refused(lock, timeout):
        raise NotImplementedError

    monkeypatch.setattr(filelock.FileLock, "acquire", refused)
    np.testing.assert_array_equal(explained(path, x).x[5], x[5])


def with_an_empty_class(x):
    return np.c_[Sums().scores(x), np.zeros(len(x))]


def test_a_class_without_instances_has_no_mean(path, x):
    stored = explained(path, x, model=with_an_empty_class, score="logits", methods=["Occlusion"])
    mean = stored.class_mean("predicted", 2, "Occlusion")
    assert mean.instances == 0
    assert np.isnan(mean.mean).all()
    assert np.isnan(mean.deviation).all()
    assert np.isnan(stored.class_mean("predicted", 2).mean).all()
    shares = stored.channel_shares("Occlusion")
    assert np.isnan(shares[2]).all()
    assert np.isfinite(shares[:2]).all()


def test_what_is_not_a_source_of_series_is_refused(path, x, tmp_path):
    pairs = ((x[first : first + 50], np.zeros(50)) for first in (0, 50, 100))
    with pytest.raises(TypeError, match=r"x must yield batches of series alone, of shape .* but batch 0 is \(an array"):
        explained(path, pairs)
    lazy = dask.array.from_array(x, chunks=(31, 20, 3))
    with pytest.raises(ValueError, match=r"x must have a known number of series, but has shape .* compute_chunk_sizes"):
        explained(path, lazy[lazy[:, 0, 0] > 0])
    with h5py.File(tmp_path / "x.h5", "w") as file:
        closed = file.create_dataset("x", data=x)
    with pytest.raises(ValueError, match="x must be an open HDF5 data set, but its file is closed"):
        explained(path, closed)
    with pytest.raises(ValueError, match="path must end in a name of at most 240 bytes"):
        explained(tmp_path / ("n" * 250), x)
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match="path must not be a link to something that does not exist"):
        explained(tmp_path / "link", x)
    with pytest.raises(ValueError, match="targets must be 'predicted', 'all', a sequence"):
        explained(path, x, targets=np.array([1], "m8[s]"))
    assert not path.exists()


def test_a_baseline_that_depends_on_all_series_is_refused(path, x):
    for baseline, words in (
        (lambda x: x.mean(axis=0), "must not be a function of all of x"),
        (np.zeros((150, 20, 3)), "must be the same for all series|must broadcast to x"),
    ):
        with pytest.raises(ValueError, match=words):
            explained(path, x, methods=[methods.IntegratedGradients(baseline=baseline)])
    stored = explained(path, x, methods=[methods.IntegratedGradients(baseline=baselines.Blur(2))])
    whole = explain(Sums(), x, methods=[methods.IntegratedGradients(baseline=baselines.Blur(2))], progress=False)
    np.testing.assert_array_equal(
        maps_of(stored, "Integrated Gradients"), whole.attributions["Integrated Gradients"][:, 0]
    )


def test_a_block_explainer_maps_dicts_of_arrays(x):
    explainer = BlockExplainer(Sums(), methods=["Saliency"])
    made = explainer({"x": x[:5], "id": np.arange(5)})
    assert set(made) == {
        "id",
        "scores",
        "probabilities",
        "targets",
        "Saliency",
        "Saliency gap",
        "Saliency channel share",
    }
    whole = explain(Sums(), x[:5], methods=["Saliency"], progress=False)
    np.testing.assert_array_equal(made["Saliency"], whole.attributions["Saliency"])
    with pytest.raises(ValueError, match="batch must hold the series under 'x', but holds series"):
        explainer({"series": x})
    with pytest.raises(
        ValueError, match=r"targets must be the same for all series of a batch, but has shape \(150, 1\)"
    ):
        BlockExplainer(Sums(), methods=["Saliency"], targets=np.zeros((150, 1), int))({"x": x[:5]})
    with pytest.raises(ValueError, match=r"others must have series of shape \(20, 3\), but has \(10, 3\)"):
        BlockExplainer(Sums(), methods=["Saliency"], others=x[:5, :10])({"x": x[:5]})
    with pytest.raises(ValueError, match="others must be at least two series, but is one"):
        BlockExplainer(Sums(), methods=["Saliency"], others=x[:1])


def test_the_default_block_is_bounded_in_bytes():
    assert _chunk(300 * 9 * 4, 10**6) == 1024
    assert _chunk(100 * 4, 10**6) == 4096
    assert _chunk(2**27, 10**6) == 1
    assert _chunk(100 * 4, 10) == 64


def test_a_map_of_a_file_whose_values_were_changed_in_memory_is_explained_as_it_is(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((20, 30, 2), np.float32))
    x = np.load(tmp_path / "x.npy", mmap_mode="c")
    x[:] = np.random.default_rng(0).normal(size=x.shape)
    made = explain_to(tmp_path / "maps.zarr", Sums(), x, methods=["Saliency"], chunk=16, progress=False)
    np.testing.assert_array_equal(np.asarray(made.x), x)


@pytest.mark.parametrize(
    ("one", "other", "name"), [("A/B", "A_B", "A_B"), ("Saliency", "Saliency gap", "Saliency gap")]
)
def test_methods_whose_labels_name_the_same_array_are_refused(path, x, one, other, name):
    made = [type("Renamed", (methods.Saliency,), {"label": label})() for label in (one, other)]
    with pytest.raises(ValueError, match=f"^methods must have labels .* {one!r} and {other!r} share {name!r}"):
        explain_to(path, Sums(), x, methods=made, progress=False)
    assert not path.exists()
