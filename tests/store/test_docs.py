"""The code of docs/scale.md for one machine and for a cluster on it runs as it is printed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cam1d_widget import Explanation, explain

from ..support.selection import slow_but

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/scale.md").read_text()
PRINTED = dict(re.findall(r"<!-- run: (\w+) -->\n```python\n(.*?)^```", PAGE, re.S | re.M))


def test_both_are_there():
    assert set(PRINTED) == {"laptop", "cluster"}
    assert all(len(code.splitlines()) <= 10 for code in PRINTED.values())


@pytest.mark.parametrize("name", slow_but([], ["laptop", "cluster"]))
def test_code_of_the_page_runs(tmp_path, briefly_trained, name):
    np.save(tmp_path / "series.npy", np.random.default_rng(0).normal(size=(70, 300, 6)).astype(np.float32))
    shutil.copy(briefly_trained, tmp_path / "model.keras")
    (tmp_path / "script.py").write_text(PRINTED[name])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Explanation.open(tmp_path / "maps.zarr").methods == ("Grad-CAM", "Saliency")


class Partition:
    """A table of one partition, whose rows a function is given as Spark gives them: in several pandas frames."""

    def __init__(self, *frames):
        self.frames = frames

    def mapInPandas(self, function, schema):
        assert schema == "id long, map array<float>"
        return pd.concat(function(iter(self.frames)))


def test_code_for_frames_gives_the_maps_of_explain(tmp_path, briefly_trained, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(briefly_trained, "model.keras")
    x = np.random.default_rng(0).normal(size=(5, 300, 6)).astype(np.float32)
    frame = pd.DataFrame({"id": range(10, 15), "x": list(x.reshape(5, -1))})
    [code] = re.findall(r"<!-- frames -->\n```python\n(.*?)^```", PAGE, re.S | re.M)
    names = {"table": Partition(frame[:3], frame[3:])}
    exec(code, names)
    expected = explain("model.keras", x, methods=["Grad-CAM"], progress=False)
    assert names["maps"]["id"].tolist() == frame["id"].tolist()
    for row, found in enumerate(names["maps"]["map"]):
        [target] = expected.targets[row]
        np.testing.assert_allclose(found, expected.attribution("Grad-CAM", row, target)[:, 0], rtol=0, atol=1e-5)
