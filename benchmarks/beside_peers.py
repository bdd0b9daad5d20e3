"""Ours and every peer on the same series and the same weights: where their maps point, and how long they take.

Each peer runs in an environment of its own, which the Makefile makes of `peers/*.txt`, one after the other and with
nothing beside it. One that is not there, or breaks, is told in the table in its own words.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from bare_passes import BarePasses, Counted
from known_truth import RECIPES, Task, trained

from cam1d_widget import models
from cam1d_widget.attribution import methods
from cam1d_widget.attribution.masking import Slices, channel_mean
from cam1d_widget.attribution.metrics import average_precision

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "peers"))

from timed import Way, run, seconds  # noqa: E402

ENVIRONMENTS = HERE.parent / ".venv" / "peers"
# Script and package of each peer, and the environment that it runs in.
PEERS = {
    "tf-keras-vis": ("tf_keras_vis_ways.py", "keras"),
    "xplique": ("xplique_ways.py", "xplique"),
    "captum": ("captum_ways.py", "captum"),
    "shap": ("shap_ways.py", "keras"),
    "signal-grad-cam": ("signal_grad_cam_ways.py", "signal_grad_cam"),
}
SET = "planted segments (dCAM 1)"
BATCH, QUICK_BATCH, LIMIT = 64, 8, 600
LAYERS = ("conv1", "norm1", "conv2", "norm2", "dense")


def beside_peers(quick: bool) -> dict[str, Any]:
    """Times and average precision, by peer and method; ours under "ours", bare passes beside."""
    batch = QUICK_BATCH if quick else BATCH
    task = trained(RECIPES[SET], 0, batch)
    given = what_is_given(task, batch)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        save(task, given, folder)
        times, maps = run(ours(task, given), given)
        found["ours"] = {"version": "", "methods": judged(times, maps, task)}
        found["ours"]["bare passes"] = bare_passes(task, given)
        for peer in PEERS:
            found[peer] = one_peer(peer, folder, task)
            told(peer, found)
    return {"set": SET, "batch": batch, "series": len(task.x), "quick": quick, "found": found}


def what_is_given(task: Task, batch: int) -> dict[str, Any]:
    """Series, classes and options that all get."""
    # The same ones again where the network is right about fewer.
    rows = np.arange(batch) % len(task.x)
    x, y = task.x[rows], task.y[rows]
    length, channels = x.shape[1:]
    slices = Slices.apart(length, -(-length // 10)).of_sample[:, np.newaxis] * channels + np.arange(channels)
    named = [layer for layer in task.model.layers if layer.get_weights()]
    weights = {
        f"{name} {index}": weight
        for name, layer in zip(LAYERS, named, strict=True)
        for index, weight in enumerate(layer.get_weights())
    }
    background = task.background[:25]
    return {
        "x": x, "y": y, "background": background, "mean": channel_mean(task.background), "slices": slices,
        "window": round(length / 8), "step": round(length / 32), "classes": task.classifier.classes, **weights,
    }  # fmt: skip


def save(task: Task, given: dict[str, Any], folder: Path) -> None:
    """Leave everything where the peers look for it: series and weights as arrays, the network without softmax."""
    np.savez(folder / "given.npz", **given)
    logits = models.question_cnn(task.x.shape[1:], task.classifier.classes, filters=given["norm1 0"].shape[0])
    logits.get_layer("scores").activation = keras.activations.linear
    logits.set_weights(task.model.get_weights())
    logits.save(folder / "logits.keras")


def ours(task: Task, given: dict[str, Any]) -> dict[str, Way]:
    """Our methods, with the options that the peers are given."""
    mean, background, size = given["mean"], given["background"], -(-task.x.shape[1] // 10)
    chosen = [
        methods.Saliency(),
        methods.GradientXInput(),
        methods.IntegratedGradients(steps=50, baseline=0.0, tolerance=None),
        methods.SmoothGrad(samples=50),
        methods.SquareGrad(samples=50),
        methods.VarGrad(samples=50),
        methods.GradCAM(),
        methods.GradCAMPlusPlus(),
        methods.HiResCAM(),
        methods.LayerCAM(),
        methods.ScoreCAM(baseline=0.0),
        methods.DeepLIFT(baseline=mean),
        methods.LRP(),
        methods.GuidedBackprop(),
        methods.GuidedGradCAM(),
        methods.Occlusion(size=given["window"], stride=given["step"], baseline=mean),
        methods.ExpectedGradients(references=25, steps=16, background=background),
        methods.RISE(masks=2000, size=size, baseline=0.0),
        methods.KernelSHAP(samples=500, size=size, baseline=mean),
        methods.LIME(samples=500, size=size, baseline=mean),
    ]
    return {method.label: lambda x, y, method=method: method.attribute(task.classifier, x, y) for method in chosen}


def bare_passes(task: Task, given: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Times of the bare passes that each of our methods takes, for one series and for a batch."""
    counted = Counted(task.model)
    bare = BarePasses(task.model, counted.batch_size)
    found: dict[str, dict[str, float]] = {}
    counting = Task(**{**vars(task), "classifier": counted})
    for label, way in ours(counting, given).items():
        for name, count in (("one", 1), ("batch", len(given["x"]))):
            if name == "batch" and label in ("RISE", "KernelSHAP", "LIME", "Expected Gradients"):
                continue  # as many passes a series as for one, and minutes of them
            counted.there, counted.back = [], []
            way(given["x"][:count], given["y"][:count])
            there, back = list(counted.there), list(counted.back)
            if there or back:
                found.setdefault(label, {})[name] = least_time(bare, given["x"][:count], there, back)
    return found


def least_time(bare: BarePasses, x: np.ndarray, there: list[int], back: list[int]) -> float:
    """Seconds, warm."""
    passes: Way = lambda x, _: bare.run(x, there, back)  # noqa: E731
    passes(x, x)
    return min(seconds(passes, x, x, len(x)) for _ in range(3))


def one_peer(peer: str, folder: Path, task: Task) -> dict[str, Any]:
    """Times and average precision of a peer, or why there are none."""
    script, environment = PEERS[peer]
    python = ENVIRONMENTS / environment / "bin" / "python"
    if not python.exists():
        return {"failed": f"its environment is not there: {python}"}
    command = [python, "-W", "ignore", HERE / "peers" / script, folder]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {LIMIT} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:300]}
    made = json.loads((folder / f"{peer}.json").read_text())
    with np.load(folder / f"{peer}.npz") as maps:
        return {"version": made["version"], "methods": judged(made["times"], dict(maps), task)}


def judged(times: dict[str, Any], maps: dict[str, np.ndarray], task: Task) -> dict[str, Any]:
    """Times, with the average precision of the maps beside them."""
    found = {}
    for label, took in times.items():
        found[label] = dict(took)
        for over in ("time", "cell") if label in maps else ():
            mask = task.mask[: len(maps[label])]
            found[label][f"AP {over}"] = average_precision(maps[label][: len(mask)], mask, over=over).mean
    return found


def told(peer: str, found: dict[str, Any]) -> None:
    """Print how a peer compares."""
    one = found[peer]
    print(f"\n{peer} {one.get('version', '')} {one.get('failed', '')}")
    for label, row in one.get("methods", {}).items():
        if "failed" in row:
            print(f"{'':40} {label}: {row['failed']}")
            continue
        mine = found["ours"]["methods"].get(label, {})
        ratios = [f"{row[part] / mine[part]:6.1f}" if part in mine else "     -" for part in ("one", "batch")]
        places = [f"{row['AP time']:.2f} ({mine.get('AP time', float('nan')):.2f})"]
        print(f"{ratios[0]} and {ratios[1]} times ours; AP over time {places[0]}  {label}", flush=True)
