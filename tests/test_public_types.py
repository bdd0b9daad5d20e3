"""The public names have types: what mypy reports about a program that uses them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cam1d_widget

pytestmark = pytest.mark.slow

CONSUMER = """\
import numpy as np

from cam1d_widget import CAM1DWidget, Explanation, KerasClassifier, baselines, data, explain, explain_to
from cam1d_widget import inside, methods, metrics
from cam1d_widget.attribution.methods import GradCAM
from cam1d_widget.methods import HiResCAM

x = np.zeros((2, 30, 3), np.float32)
explanation = explain("model.keras", x, targets="all", methods=["CAM", GradCAM, HiResCAM()])
reveal_type(explanation)
reveal_type(GradCAM)
reveal_type(HiResCAM())
reveal_type(methods.GradCAM)
reveal_type(CAM1DWidget("model.keras", x))
reveal_type(CAM1DWidget("model.keras", x).save_html("page.html"))
reveal_type(KerasClassifier("model.keras"))
reveal_type(metrics.deletion(KerasClassifier("model.keras"), x, x, 0))
reveal_type(baselines.LinearBridge())
reveal_type(data.load_watch())
reveal_type(inside.read_layer("model.keras", x, "conv1"))
reveal_type(explain_to("maps.zarr", "model.keras", x, methods=["CAM"]))
reveal_type(Explanation.open("maps.zarr"))
explain("model.keras", x, tragets="all")
explain("model.keras", x, targets="every")
"""
TYPES = {
    "explanation": "Explanation",
    "GradCAM": "() -> GradCAM",
    "HiResCAM()": "HiResCAM",
    "methods.GradCAM": "() -> GradCAM",
    'CAM1DWidget("model.keras", x)': "CAM1DWidget",
    'CAM1DWidget("model.keras", x).save_html("page.html")': "Path",
    'KerasClassifier("model.keras")': "KerasClassifier",
    'metrics.deletion(KerasClassifier("model.keras"), x, x, 0)': "PerturbationCurves",
    "baselines.LinearBridge()": "LinearBridge",
    "data.load_watch()": "WatchWindows",
    'inside.read_layer("model.keras", x, "conv1")': "LayerReading",
    'explain_to("maps.zarr", "model.keras", x, methods=["CAM"])': "StoredExplanation",
    'Explanation.open("maps.zarr")': "StoredExplanation",
}


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """What mypy reports, by the line of the consumer."""
    folder = tmp_path_factory.mktemp("consumer")
    (folder / "consumer.py").write_text(CONSUMER)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir=cache"]
    done = subprocess.run(
        [*command, "--config-file=", "consumer.py"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(Path(cam1d_widget.__file__).parents[1])},
    )
    lines = CONSUMER.splitlines()
    messages = [line.split(":", 2) for line in done.stdout.splitlines() if line.startswith("consumer.py:")]
    assert messages, done.stdout + done.stderr
    found: dict[str, str] = {}
    for _, number, message in messages:
        found.setdefault(lines[int(number) - 1], message.strip())
    return found


@pytest.mark.parametrize(("expression", "named"), TYPES.items())
def test_mypy_sees_the_type(reported, expression, named):
    message = reported[f"reveal_type({expression})"]
    revealed = message.partition('"')[2].rstrip('"')
    *before, last = revealed.removeprefix("def ").split(" ")
    assert " ".join([*before, last.rpartition(".")[2]]) == named
    assert message.startswith("note: Revealed type is ")


def test_mypy_rejects_an_argument_that_does_not_exist(reported):
    assert 'Unexpected keyword argument "tragets" for "explain"' in reported['explain("model.keras", x, tragets="all")']


def test_mypy_rejects_a_choice_that_does_not_exist(reported):
    assert 'Argument "targets" to "explain"' in reported['explain("model.keras", x, targets="every")']


def test_mypy_reports_nothing_else(reported):
    errors = [line for line, message in reported.items() if message.startswith("error")]
    assert errors == CONSUMER.splitlines()[-2:]
