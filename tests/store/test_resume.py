"""Runs that are killed with SIGKILL: what continues them gives the files that an uninterrupted run gives."""

import shutil
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from cam1d_widget import explain_to

from ..support.selection import slow_but
from ..support.stores import Sums, delays, done_files, files_of, run_until_killed

SCRIPT = """
import sys
import numpy as np
from cam1d_widget import explain_to
from tests.support.stores import Sums
x, model = np.load(sys.argv[2], mmap_mode="r"), sys.argv[3] if len(sys.argv) > 3 else Sums()
begin()
explain_to(sys.argv[1], model, x, methods=["SmoothGrad", "Saliency"], chunk=16, progress=False)
"""


@pytest.mark.parametrize("kills", slow_but([2], [2, 30]))
def test_killed_and_continued_equals_uninterrupted(tmp_path, kills):
    killed_and_continued(tmp_path, kills, Sums(), (40, 3))


def test_killed_while_the_partial_statistics_are_removed(tmp_path, monkeypatch):
    x = np.random.default_rng(0).normal(size=(40, 40, 3)).astype(np.float32)

    def run(name):
        explain_to(tmp_path / name, Sums(), x, methods=["Saliency"], chunk=16, progress=False)

    def killed(folder, **options):
        if (Path(folder) / "zarr.json").exists():  # the first file is gone when the process ends
            (Path(folder) / "zarr.json").unlink()
            raise OSError("the process has ended")

    run("whole.zarr")
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(OSError, match="has ended"):
            run("broken.zarr")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run("broken.zarr")
    assert files_of(tmp_path / "broken.zarr") == files_of(tmp_path / "whole.zarr")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["broken.zarr", "whole.zarr"]


@pytest.mark.slow
def test_killed_and_continued_equals_uninterrupted_of_a_network(tmp_path, briefly_trained):
    killed_and_continued(tmp_path, 4, briefly_trained, (300, 6), briefly_trained)


def killed_and_continued(tmp_path, kills, model, shape, *arguments):
    """Kill `kills` runs at random moments: no finished block is written again, and the result is the same."""
    x = np.random.default_rng(0).normal(size=(16 * max(8, 2 * kills) - 3, *shape)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    whole, path = tmp_path / "whole.zarr", tmp_path / "broken.zarr"
    began = time.perf_counter()
    explain_to(whole, model, x, methods=["SmoothGrad", "Saliency"], chunk=16, progress=False)
    moments, killed = delays(0, 3 * (time.perf_counter() - began) / kills), 0
    while killed < kills:
        before = done_files(path)
        if run_until_killed(SCRIPT, next(moments), path, tmp_path / "x.npy", *arguments):
            killed += 1
            assert before.items() <= done_files(path).items(), "a block that was done was written again"
        else:
            assert files_of(path) == files_of(whole)
            shutil.rmtree(path)
    assert not run_until_killed(SCRIPT, 1e6, path, tmp_path / "x.npy", *arguments)
    assert files_of(path) == files_of(whole)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["broken.zarr", "whole.zarr", "x.npy"]


CLUSTER = """
import os, random, signal, sys, threading
import dask, numpy as np
from distributed import Client, LocalCluster
from cam1d_widget import explain_to
from tests.support.stores import Sums
path, series, log, seed = sys.argv[1:]
drawn = random.Random(int(seed))

def kill_a_worker(cluster):
    pids = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
    if pids:
        with open(log, "a") as file:
            print("killed", file=file)
        os.kill(drawn.choice(pids), signal.SIGKILL)

dask.config.set({"distributed.scheduler.allowed-failures": 30, "logging.distributed": "critical"})
x = np.load(series, mmap_mode="r")
with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
    begin()
    for _ in range(2):
        timer = threading.Timer(drawn.uniform(0, 3), kill_a_worker, [cluster])
        timer.daemon = True
        timer.start()
    explain_to(path, Sums(), x, methods=["SmoothGrad", "Saliency"], chunk=16, client=client, progress=False)
"""


@pytest.mark.slow
def test_workers_and_clients_that_are_killed_lose_no_block(tmp_path):
    x = np.random.default_rng(0).normal(size=(16 * 150 - 3, 40, 3)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    whole, path, log = tmp_path / "whole.zarr", tmp_path / "broken.zarr", tmp_path / "log"
    explain_to(whole, Sums(), x, methods=["SmoothGrad", "Saliency"], chunk=16, progress=False)
    moments, clients, runs = delays(0, 5), 0, 0
    log.touch()
    while clients + len(log.read_text().splitlines()) < 30:
        before, runs = done_files(path), runs + 1
        if run_until_killed(CLUSTER, next(moments), path, tmp_path / "x.npy", log, runs):
            clients += 1
            assert before.items() <= done_files(path).items(), "a block that was done was written again"
        else:
            assert files_of(path) == files_of(whole)
            shutil.rmtree(path)
    assert clients, "no client was killed"
    explain_to(path, Sums(), np.load(tmp_path / "x.npy", mmap_mode="r"), methods=["SmoothGrad", "Saliency"], chunk=16)
    assert files_of(path) == files_of(whole)


def test_metadata_that_a_killed_run_had_begun_to_write_are_removed(tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 20, 3)).astype(np.float32)
    path = explain_to(tmp_path / "maps.zarr", Sums(), x, methods=["Saliency"], chunk=16, progress=False).path
    whole = files_of(path)
    (path / "zarr.027f25f8.partial").write_text("{")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explain_to(path, Sums(), x, methods=["Saliency"], chunk=16, progress=False)
    assert files_of(path) == whole


def test_a_block_whose_mark_is_missing_is_computed_again(tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 20, 3)).astype(np.float32)
    path = tmp_path / "maps.zarr"
    explain_to(path, Sums(), x, methods=["Saliency"], chunk=16, progress=False)
    whole, times = files_of(path), done_files(path)
    (path / "done" / "1.0").unlink()
    (path / "Saliency" / "1.0.0.0").write_bytes(b"half")
    explain_to(path, Sums(), x, methods=["Saliency"], chunk=16, progress=False)
    assert files_of(path) == whole
    assert {name for name, one in done_files(path).items() if times[name] != one} >= {"done/1.0", "Saliency/1.0.0.0"}
    assert all(done_files(path)[name] == one for name, one in times.items() if not name.split("/")[1].startswith("1."))
