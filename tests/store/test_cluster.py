"""Runs on a cluster of Dask: equal to those of one process, also where workers die."""

import os
import signal
import sys

import dask.array
import numpy as np
import pytest
import zarr
from distributed import Client, LocalCluster

from cam1d_widget import explain_to

from ..support.stores import Sums, files_of

METHODS = ["SmoothGrad", "Saliency"]
pytestmark = pytest.mark.slow  # a cluster takes long to start


@pytest.fixture(scope="module")
def client():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(150, 40, 3)).astype(np.float32)


def explained(path, x, model=None, **options):
    return explain_to(path, model or Sums(), x, **{"methods": METHODS, "chunk": 16, "progress": False, **options})


def test_a_cluster_writes_the_files_that_one_process_writes(tmp_path, x, client):
    permuted = {"permutation_importance": True}
    expected = files_of(explained(tmp_path / "alone.zarr", x, **permuted).path)
    np.save(tmp_path / "x.npy", x)
    sources = {
        "array": x,
        "memmap": np.load(tmp_path / "x.npy", mmap_mode="r"),
        "zarr": zarr.create_array(str(tmp_path / "x.zarr"), data=x, chunks=(10, 40, 3)),
        "dask": dask.array.from_array(x, chunks=(31, 40, 3)),
    }
    for name, source in sources.items():
        assert files_of(explained(tmp_path / f"{name}.zarr", source, client=client, **permuted).path) == expected, name
    batches = (x[first : first + 17] for first in range(0, len(x), 17))
    assert explained(tmp_path / "iterator.zarr", batches, client=client).x.shape == x.shape


def test_a_network_is_loaded_by_each_worker(tmp_path, client, briefly_trained):
    import keras

    x = np.random.default_rng(0).normal(size=(40, 300, 6)).astype(np.float32)
    alone = explained(tmp_path / "alone.zarr", x, briefly_trained, methods=["Grad-CAM"])
    for name, model in (("path", briefly_trained), ("object", keras.models.load_model(briefly_trained))):
        made = explained(tmp_path / f"{name}.zarr", x, model, methods=["Grad-CAM"], client=client)
        assert files_of(made.path) == files_of(alone.path), name
    assert not [one.name for one in tmp_path.iterdir() if one.name.startswith(".")]


def without_keras():
    for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        del sys.modules[name]
    sys.modules["keras"] = None


def test_a_worker_without_the_framework_is_reported(tmp_path, briefly_trained):
    x = np.zeros((40, 300, 6), np.float32)
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        client.run(without_keras)
        words = "client must have workers that can load the model, but on one KerasClassifier needs Keras"
        with pytest.raises(ImportError, match=words):
            explained(tmp_path / "maps.zarr", x, briefly_trained, methods=["Grad-CAM"], client=client)


def test_bad_series_are_named_by_a_cluster_too(tmp_path, x, client):
    x[70, 3, 1] = np.nan
    with pytest.raises(ValueError, match="first in instance 70, in block 4; all other blocks are written"):
        explained(tmp_path / "maps.zarr", x, client=client)
    with pytest.raises(TypeError, match=r"client must be a dask.distributed.Client, but is 'tcp://"):
        explained(tmp_path / "other.zarr", x, client="tcp://127.0.0.1:1")


class Deadly(Sums):
    """Kills its process at certain blocks, the first time."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def scores(self, x):
        if len(x) == 16 and x[0, 0, 0] > 9:
            try:
                (self.folder / f"{x[0, 0, 0]:.6f}").touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().scores(x)


def test_blocks_of_workers_that_die_are_computed_by_others(tmp_path, x, client):
    x[16 * np.array([1, 4, 6]), 0, 0] = [10, 11, 12]
    alone = explained(tmp_path / "alone.zarr", x)
    (tmp_path / "deaths").mkdir()
    made = explained(tmp_path / "maps.zarr", x, Deadly(tmp_path / "deaths"), client=client)
    assert len(list((tmp_path / "deaths").iterdir())) == 3
    assert files_of(made.path) == files_of(alone.path)
