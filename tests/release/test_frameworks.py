"""The wheel of `make build` with one framework or none, each in a clean environment that has no other framework."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = json.loads((ROOT / "js" / "package.json").read_text())["version"]
WHEEL = ROOT / "dist" / f"cam1d_widget-{VERSION}-py3-none-any.whl"
FRAMEWORKS = {"tensorflow", "jax", "torch"}
KERAS = """
from keras import Input, Sequential, layers
made = [layers.Conv1D(4, 5), layers.ReLU(), layers.GlobalAveragePooling1D(), layers.Dense(2)]
model = Sequential([Input((30, 3)), *made])
"""
MODELS = {
    "": "def model(x):\n    return np.exp(x[:, 0, :2]) / np.exp(x[:, 0, :2]).sum(axis=1, keepdims=True)\n",
    "tensorflow": KERAS,
    "jax": KERAS,
    "torch": """
from torch import nn
model = nn.Sequential(nn.Conv1d(3, 4, 5), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2))
""",
}
USE = """
import importlib.util
import sys
import numpy as np
from cam1d_widget import CAM1DWidget, explain
framework, others = sys.argv[1], sys.argv[2:]
{model}
x = np.random.default_rng(0).normal(size=(2, 30, 3)).astype(np.float32)
made = explain(model, x, progress=False)
wanted = {{"Occlusion", "HiResCAM", "DeepLIFT"}} if framework else {{"Occlusion"}}
assert wanted <= set(made.methods), made.methods
widget = CAM1DWidget(model, x, methods=sorted(wanted))
widget.instance = 1
assert np.isfinite(widget.attribution).all()
there = [name for name in others if importlib.util.find_spec(name)]
assert not there, there
"""


@pytest.mark.slow
@pytest.mark.parametrize("framework", MODELS)
def test_the_widget_works_with_one_framework_alone(framework, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    environment = {**os.environ, "KERAS_BACKEND": framework or "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
    environment.pop("PYTHONPATH", None)

    def run(*command):
        done = subprocess.run([python, *command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    if framework == "torch":  # without gigabytes for GPUs, where the index has such a build
        subprocess.run([python, "-m", "pip", "install", "--quiet", "torch==2.13.0+cpu"], check=False)
    run("-m", "pip", "install", "--quiet", f"{WHEEL}[{framework}]" if framework else WHEEL)
    run("-c", USE.format(model=MODELS[framework]), framework, *sorted(FRAMEWORKS - {framework}))
