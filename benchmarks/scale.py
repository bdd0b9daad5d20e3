"""Maps of many series in a store: time next to bare passes, memory, a cluster, and opening a million: `make bench`.

The series lie in a file that is read block by block.
"""

from __future__ import annotations

import argparse
import heapq
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
from alternating import seconds
from bare_passes import Counted
from first_picture import CHROMIUM, KERNEL_IS_IDLE, RUN, serving, write_notebook
from playwright.sync_api import sync_playwright
from results import leave, table

from cam1d_widget import BlockExplainer, Explanation, ExplanationViewer, explain_to, models
from cam1d_widget.attribution.methods import ClassActivationMap

LENGTH, CHANNELS, CLASSES = 300, 9, 7
BLOCK = 1024


def main() -> None:
    """Write every figure."""
    started = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=100_000, help="series of the run with Grad-CAM")
    parser.add_argument("--million", action="store_true", help="a million of them: 13 GB on the disk")
    parser.add_argument("--folder", help="where stores are written for a while; default: a temporary folder")
    given = parser.parse_args()
    many = 1_000_000 if given.million else given.series
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        where = Path(folder)
        keras.utils.set_random_seed(0)
        model = models.question_cnn((LENGTH, CHANNELS), CLASSES)
        model.save(where / "model.keras")
        tables = [
            into_a_store(where, model, {"Grad-CAM": many, "Integrated Gradients": max(512, many // 100)}),
            *on_a_cluster(where, min(many, 20_000)),
            opened(where, many if given.million else 1_000_000),
        ]
    leave("scale", {"tables": tables, "seconds": time.perf_counter() - started})


def series(path: Path, count: int) -> np.ndarray:
    """Series of noise in a file."""
    if not path.exists():
        made = np.lib.format.open_memmap(path, "w+", np.float32, (count, LENGTH, CHANNELS))
        for first in range(0, count, 4096):
            part = made[first : first + 4096]
            part[:] = np.random.default_rng(first).standard_normal(part.shape, np.float32)
        made.flush()
    return np.load(path, mmap_mode="r")


def into_a_store(where: Path, model: Any, counts: dict[str, int]) -> dict[str, Any]:
    """Time of maps in a store next to bare passes, and memory."""
    rows = []
    for label, count in counts.items():
        x = series(where / f"{count}.npy", count)
        there, back = passes_of(model, x, label)
        took, bare, megabytes, idle = whole_run(where, label, count, there, back)
        rows.append([label, count, took, count / took, there, back, took / bare, megabytes, megabytes - idle])
        (where / f"{count}.npy").unlink()
    columns = ["method", "series", "seconds", "series a second", "forward passes", "forward and backward passes"]
    note = (
        "Of 300 samples and nine channels, without a copy of the series. Everything counts: reading the model, the "
        "files on the disk and the statistics. Bare passes are those of the model over the same file in the same "
        "process, over its first half before the run and over its second half after it. An idle process has loaded "
        "TensorFlow and explained 64 series."
    )
    columns += ["seconds as a multiple of these passes", "peak MB", "of which above an idle process"]
    return table("Maps in a store", columns, rows, note)


def passes_of(model: Any, x: np.ndarray, label: str) -> tuple[int, int]:
    """Passes forward, and forward and backward, that a method takes for each series, with those of its scores."""
    counted = Counted(model)
    explainer = BlockExplainer(counted, methods=[label])
    for _ in range(2):  # the first call reads the model
        counted.there, counted.back = [], []
        explainer({"x": x[:64]})
    # Scores and features of a class activation map come from one pass.
    shared = issubclass(type(explainer.methods[0]), ClassActivationMap)
    return sum(counted.there) // 64 - int(shared), sum(counted.back) // 64


WHOLE = """
import re, sys, time
from pathlib import Path
import keras
import numpy as np
from bare_passes import BarePasses
from cam1d_widget import explain_to
folder, label, count, there, back = sys.argv[1:]
model = keras.models.load_model(f"{folder}/model.keras")
x, bare = np.load(f"{folder}/{count}.npy", mmap_mode="r"), BarePasses(model, 64)
given = {"methods": [label], "store_x": False, "progress": False}

def passes(first, stop):
    started = time.perf_counter()
    for at in range(first, stop, 64):
        batch = np.array(np.load(f"{folder}/{count}.npy", mmap_mode="r")[at : min(at + 64, stop)])
        bare.run(batch, [len(batch)] * int(there), [len(batch)] * int(back))
    return time.perf_counter() - started

def peak():  # of this process alone: getrusage counts that of the process that started it
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

explain_to(f"{folder}/idle{count}.zarr", model, x[:64], **given)
passes(0, 64)
idle, half = peak(), len(x) // 2
before = passes(0, half)
started = time.perf_counter()
explain_to(f"{folder}/whole{count}.zarr", f"{folder}/model.keras", x, **given)
took = time.perf_counter() - started
print(took, before + passes(half, len(x)), peak(), idle)
"""


def whole_run(where: Path, label: str, count: int, there: int, back: int) -> tuple[float, ...]:
    """Seconds of a run in its own process and of bare passes, its peak memory in MB, and that of an idle process."""
    command = [sys.executable, "-W", "ignore", "-c", WHOLE, *map(str, (where, label, count, there, back))]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent)
    return tuple(map(float, done.stdout.split()))


def on_a_cluster(where: Path, count: int) -> list[dict[str, Any]]:
    """Time of one process and of two workers for the same series, and what it would be on more workers."""
    from distributed import Client, LocalCluster, get_task_stream

    x, rows = series(where / "cluster.npy", count), []
    given: dict[str, Any] = {"methods": ["Grad-CAM"], "chunk": BLOCK, "store_x": False, "progress": False}
    for round_ in range(3):
        alone = seconds(lambda at=round_: explain_to(where / f"a{at}.zarr", where / "model.keras", x, **given))
        rows.append(["one process", round_ + 1, alone])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:

        def timed_run(name: str, part: np.ndarray) -> tuple[float, float]:
            """Seconds of a run, and those of a core in this process: of the client and the scheduler."""
            busy = time.process_time()
            took = seconds(lambda: explain_to(where / name, where / "model.keras", part, client=client, **given))
            return took, time.process_time() - busy

        for round_ in range(3):
            with get_task_stream(client) as stream:
                whole = timed_run(f"c{round_}.zarr", x)
            rows.append(["two workers on the same two cores", round_ + 1, whole[0]])
        first = timed_run("first.zarr", x[:BLOCK])
    note = (
        "Each run loads the model again. TensorFlow uses all cores in one process already, so that workers on the same "
        "machine gain nothing by themselves."
    )
    there = table(f"Grad-CAM of {count:,} series", ["where", "round", "seconds"], rows, note)
    return [there, on_more_workers(stream.data, whole, first)]


def on_more_workers(
    tasks: list[dict[str, Any]], whole: tuple[float, float], first: tuple[float, float]
) -> dict[str, Any]:
    """Time on more workers, simulated with the measured times of the blocks of a run."""
    blocks = sorted((times_of(one, "compute"), one["worker"]) for one in tasks if "_computed" in str(one["key"]))
    times = [stop - start for (start, stop), _ in blocks]
    firsts = {worker: place for place, (_, worker) in reversed(list(enumerate(blocks)))}.values()
    later = [one for place, one in enumerate(times) if place not in firsts]
    loading = max(0.0, median(times[place] for place in firsts) - median(later))
    begun = max(0.0, first[0] - loading - median(later))
    sending = max(0.0, whole[1] - first[1]) / (len(blocks) - 1)

    def simulated(count: int, workers: int) -> float:
        """Seconds of a run whose blocks go, one after another, to the worker that is free first."""
        free, sent = [begun + loading] * workers, begun
        for took in np.random.default_rng(0).choice(later, count):
            sent += sending
            heapq.heappush(free, max(heapq.heappop(free), sent) + took)
        return float(max(free))

    many = 1_000_000 // BLOCK
    counts = {workers: simulated(many, workers) for workers in (1, 2, 4, 8, 16, 32, 64)}
    rows = [[workers, took, counts[1] / took] for workers, took in counts.items()]
    note = (
        f"Simulated, not run. Measured were: a block of {BLOCK:,} series takes a worker of one core "
        f"{median(later):.2f} s, its first block {loading:.1f} s more, as it loads the model; a run takes {begun:.1f} "
        f"s to begin; the client and the scheduler, which share a process here, take {1000 * sending:.0f} ms of a core "
        f"for each block. For the last run above the simulation gives {simulated(len(blocks), 2):.1f} s, and "
        f"{whole[0]:.1f} s were measured. The network and the disks that workers share are left out."
    )
    columns = ["workers of one core", "seconds", "times as quick as one"]
    return table("A million series on more workers", columns, rows, note)


def times_of(task: dict[str, Any], action: str) -> tuple[float, float]:
    """When a worker began and ended something for a task."""
    [found] = [one for one in task["startstops"] if one["action"] == action]
    return found["start"], found["stop"]


class Cheap:
    """A classifier that takes hardly any time."""

    classes, input_shape, continuous = CLASSES, (LENGTH, 1), True

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Some samples of the series."""
        return x[:, :CLASSES, 0]

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Probabilities of these scores."""
        shares = np.exp(self.scores(x))
        return shares / shares.sum(axis=1, keepdims=True)

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """The series, in the place of a gradient."""
        return x


def opened(where: Path, count: int) -> dict[str, Any]:
    """Time until a viewer shows a store of many maps, and of what follows."""
    some = np.random.default_rng(0).standard_normal((4096, LENGTH, 1), np.float32)
    batches = (some[: min(4096, count - first)] for first in range(0, count, 4096))
    path = where / "million.zarr"
    explain_to(path, Cheap(), batches, methods=["Saliency"], chunk=4096, progress=False)
    first, again = timed(path), timed(path)
    rows = [[what, one, other] for (what, one), (_, other) in zip(first, again, strict=True)]
    rows += [[what, took, None] for what, took in in_jupyterlab(where, path, count).items()]
    note = (
        "The files have just been written, and may be in the system's memory. The first rows are without the browser. "
        "In JupyterLab, the cell imports the package in a new kernel; other instances follow each other ten times a "
        "second, as while an arrow key is held."
    )
    return table(f"A store of {count:,} maps of {LENGTH} steps", ["what", "milliseconds", "again"], rows, note)


# Milliseconds from the choice of another instance to its plot.
STEPS = """async ([first, by, count]) => {
  const figure = document.querySelector(".bqplot.figure"), { model } = figure.querySelector("canvas").__channelStack;
  const frame = () => new Promise(requestAnimationFrame), times = [];
  for (let repeat = 0; repeat < 40; repeat++) {
    const instance = (first + by * repeat) % count, begun = performance.now();
    model.choose({ instance });
    do { await frame(); } while (!figure.dataset.ready?.startsWith(`${instance}/`));
    times.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, begun + 100 - performance.now()));
  }
  return times;
}"""


def in_jupyterlab(where: Path, path: Path, count: int) -> dict[str, float]:
    """Milliseconds until JupyterLab has painted a viewer of a store, and another instance."""
    cell = (
        f"from cam1d_widget import Explanation, ExplanationViewer\n"
        f"viewer = ExplanationViewer(Explanation.open({str(path)!r}))\nviewer"
    )
    home = where / "jupyter"
    home.mkdir()
    with serving(home) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        write_notebook(server.folder / "store.ipynb", cell)
        page.goto(f"{server.address}/lab/workspaces/store/tree/store.ipynb")
        page.wait_for_function(KERNEL_IS_IDLE, timeout=120_000)
        painted = page.evaluate(RUN)[1]
        page.wait_for_function(KERNEL_IS_IDLE)
        following = page.evaluate(STEPS, [1, 1, count])
        distant = page.evaluate(STEPS, [count // 3, 997, count])
        browser.close()
    return {
        "in JupyterLab, from running the cell to the painted map": painted,
        "the next instance painted, median of 40": median(following),
        "an instance far away painted, median of 40": median(distant),
    }


def timed(path: Path) -> list[tuple[str, float]]:
    """Milliseconds of opening a store, and of looking at it."""
    found: dict[str, Any] = {}
    rng = np.random.default_rng(0)

    def look() -> None:
        viewer = found["viewer"]
        viewer.instance = int(rng.integers(len(viewer.explanation.targets)))
        found["seen"] = viewer.numbers

    def mean() -> None:
        found["mean"] = found["stored"].class_mean("predicted", 0, "Saliency")

    steps = {
        "open the store": lambda: found.update(stored=Explanation.open(path)),
        "make the viewer": lambda: found.update(viewer=ExplanationViewer(found["stored"])),
        "series and map of another instance, median of 25": look,
        "mean map of a class, over all its instances": mean,
    }
    return [
        (what, 1000 * median(seconds(step) for _ in range(25 if step is look else 1))) for what, step in steps.items()
    ]


if __name__ == "__main__":
    main()
