"""Our maps and those of other libraries on the same series and weights: how well they localize, and their time.

Each library runs in a separate process, one after the other, with nothing else running. One that is not installed, or
fails, is in the table with its error message.
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
from known_truth import RECIPES, Task, trained

from cam1d_widget import models
from cam1d_widget.attribution.masking import Slices, channel_mean
from cam1d_widget.attribution.metrics import average_precision

PEERS = Path(__file__).parent / "peers"
# What each runs, ours first.
SCRIPTS = {
    "ours": ["ours_ways.py"],
    "ours by XLA": ["ours_ways.py", "--xla"],
    "bare passes": ["bare_ways.py"],
    "tf-keras-vis": ["tf_keras_vis_ways.py"],
    "xplique": ["xplique_ways.py"],
    "captum": ["captum_ways.py"],
    "shap": ["shap_ways.py"],
    "signal-grad-cam": ["signal_grad_cam_ways.py"],
}
SET = "planted segments (dCAM 1)"
BATCH, QUICK_BATCH, LIMIT = 64, 8, 600
LAYERS = ("conv1", "norm1", "conv2", "norm2", "dense")


def beside_peers(quick: bool) -> dict[str, Any]:
    """Times and average precision, by library and method."""
    batch = QUICK_BATCH if quick else BATCH
    task = trained(RECIPES[SET], 0, batch)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        save(task, what_is_given(task, batch), folder)
        for name, script in SCRIPTS.items():
            found[name] = one_after_the_other(name, script, folder, task)
            report(name, found)
    return {"set": SET, "batch": batch, "series": len(task.x), "quick": quick, "found": found}


def what_is_given(task: Task, batch: int) -> dict[str, Any]:
    """Series, classes and options that all libraries get."""
    # Some of them repeated if the network classifies fewer correctly.
    rows = np.arange(batch) % len(task.x)
    x, y = task.x[rows], task.y[rows]
    length, channels = x.shape[1:]
    slices = Slices.apart(length, -(-length // 10)).of_sample[:, np.newaxis] * channels + np.arange(channels)
    named = [layer for layer in task.network.model.layers if layer.get_weights()]
    weights = {
        f"{name} {index}": weight
        for name, layer in zip(LAYERS, named, strict=True)
        for index, weight in enumerate(layer.get_weights())
    }
    background = task.network.background[:25]
    return {
        "x": x, "y": y, "background": background, "mean": channel_mean(task.network.background), "slices": slices,
        "window": round(length / 8), "step": round(length / 32), "classes": task.network.classifier.classes, **weights,
    }  # fmt: skip


def save(task: Task, given: dict[str, Any], folder: Path) -> None:
    """Write the input of the other libraries: series and weights as arrays, the network without softmax."""
    np.savez(folder / "given.npz", **given)
    logits = models.question_cnn(task.x.shape[1:], task.network.classifier.classes, filters=given["norm1 0"].shape[0])
    logits.get_layer("scores").activation = keras.activations.linear
    logits.set_weights(task.network.model.get_weights())
    logits.save(folder / "logits.keras")


def one_after_the_other(name: str, script: list[str], folder: Path, task: Task) -> dict[str, Any]:
    """Times and average precision of one library, or why there are none."""
    command = [sys.executable, "-W", "ignore", PEERS / script[0], folder, *script[1:]]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {LIMIT} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:300]}
    made = json.loads((folder / f"{name}.json").read_text())
    with np.load(folder / f"{name}.npz") as maps:
        return {"version": made["version"], "methods": judged(made["times"], dict(maps), task)}


def judged(times: dict[str, Any], maps: dict[str, np.ndarray], task: Task) -> dict[str, Any]:
    """Times, and the average precision of the maps."""
    found = {}
    for label, took in times.items():
        found[label] = dict(took)
        for over in ("time", "cell") if label in maps else ():
            mask = task.mask[: len(maps[label])]
            found[label][f"AP {over}"] = average_precision(maps[label][: len(mask)], mask, over=over).mean
    return found


def report(name: str, found: dict[str, Any]) -> None:
    """Print how one library compares with ours."""
    one = found[name]
    print(f"\n{name} {one.get('version', '')} {one.get('failed', '')}")
    for label, row in one.get("methods", {}).items():
        if "failed" in row:
            print(f"{'':40} {label}: {row['failed']}")
            continue
        mine = found["ours"].get("methods", {}).get(label, {})
        ratios = [f"{row[part] / mine[part]:6.2f}" if part in mine else "     -" for part in ("one", "batch")]
        places = [f"{row['AP time']:.2f} ({mine.get('AP time', float('nan')):.2f})"]
        print(f"{ratios[0]} and {ratios[1]} times ours; AP over time {places[0]}  {label}", flush=True)
