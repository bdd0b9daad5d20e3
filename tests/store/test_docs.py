"""The code of docs/scale.md for one machine and for a cluster on it runs as it is printed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cam1d_widget import Explanation

from ..support.selection import slow_but

ROOT = Path(__file__).parents[2]
PRINTED = dict(
    re.findall(r"<!-- run: (\w+) -->\n```python\n(.*?)^```", (ROOT / "docs/scale.md").read_text(), re.S | re.M)
)


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
