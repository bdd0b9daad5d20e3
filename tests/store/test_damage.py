"""Files of a store that are missing or too short: refused when they are read, and written again by the next run."""

import os
import shutil

import numpy as np
import pytest

from cam1d_widget import Explanation, explain_to

from ..support.stores import Sums, files_of, maps_of

X = np.random.default_rng(0).normal(size=(40, 20, 3)).astype(np.float32)


def run(path, x=X):
    y = None if hasattr(x, "__next__") else np.arange(len(x)) % 2
    return explain_to(path, Sums(), x, methods=["Saliency", "SmoothGrad"], y=y, chunk=16, dtype="uint8", progress=False)


def stopped(path):
    """A run that ends after two blocks."""

    def series():
        yield X[:32]
        raise KeyError

    with pytest.raises(KeyError):
        run(path, series())


def delete(file):
    file.unlink()


def truncate(file):
    os.truncate(file, file.stat().st_size // 2)


def read(stored, name, instance):
    if name == "x":
        return stored.x[instance]
    read_by = stored.completeness_gap if name == "Saliency gap" else stored.attribution
    return read_by("Saliency", instance, int(stored.targets[instance, 0]))


HARMS = pytest.mark.parametrize("harm", [delete, truncate])


@pytest.mark.few(3)
@HARMS
@pytest.mark.parametrize("name", ["Saliency", "Saliency scale", "SmoothGrad standard error", "x", "scores", "partials"])
def test_a_block_with_a_harmed_file_is_computed_again(tmp_path, harm, name):
    whole, path = files_of(run(tmp_path / "whole.zarr", iter([X])).path), tmp_path / "maps.zarr"
    stopped(path)
    harm(next((path / name).glob("0.*")))
    assert files_of(run(path, iter([X])).path) == whole


@pytest.mark.few(3)
@HARMS
@pytest.mark.parametrize("name", ["Saliency", "Saliency gap", "Saliency scale", "x"])
def test_a_harmed_file_is_not_read(tmp_path, harm, name):
    stored, before = run(tmp_path / "maps.zarr"), files_of(tmp_path / "maps.zarr")
    harm(next((tmp_path / "maps.zarr" / name).glob("1.*")))
    read(stored, name, 0)
    with pytest.raises(ValueError, match=f"path must be a whole store, but files of '{name}' in .* are missing or"):
        read(stored, name, 20)
    run(tmp_path / "maps.zarr")
    assert files_of(tmp_path / "maps.zarr") == before


@pytest.mark.few(2)
@HARMS
@pytest.mark.parametrize("name", ["y", "index/scores", "index/SmoothGrad channel share"])
def test_a_store_whose_tables_are_harmed_is_not_opened_and_repaired_by_a_run(tmp_path, harm, name):
    path = run(tmp_path / "maps.zarr").path
    before = files_of(path)
    harm(next(one for one in (path / name).rglob("*") if one.is_file() and one.name != "zarr.json"))
    with pytest.raises(ValueError, match=f"path must be a whole store, but files of '{name}' in"):
        Explanation.open(path)
    run(path)
    assert files_of(path) == before


@pytest.mark.few(1)
@HARMS
def test_a_store_whose_statistics_are_harmed_is_refused(tmp_path, harm):
    path = run(tmp_path / "maps.zarr").path
    harm(path / "statistics" / "mean of Saliency by true class" / "c" / "0" / "0" / "0")
    with pytest.raises(ValueError, match="files of 'statistics/mean of Saliency by true class' in"):
        Explanation.open(path)
    with pytest.raises(ValueError, match=r"with statistics of its maps, but those of .* are damaged; delete it"):
        run(path)


def test_a_store_without_its_index_is_repaired(tmp_path):
    path = run(tmp_path / "maps.zarr").path
    shutil.rmtree(path / "index")
    with pytest.raises(ValueError, match="files of 'index/"):
        Explanation.open(path)
    np.testing.assert_array_equal(maps_of(run(path), "Saliency"), maps_of(run(tmp_path / "other.zarr"), "Saliency"))
