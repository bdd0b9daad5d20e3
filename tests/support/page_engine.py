"""What the script of a saved page computes with a model, run in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cam1d_widget.explanation.portable_model import PortableModel

from .waiting import LIMIT

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node") or str(Path(sys.prefix, "bin", "node"))


def in_page(models: Sequence[PortableModel], series: Sequence[np.ndarray], target: int) -> list[dict[str, Any]]:
    """Scores, probabilities and maps of one series of each model, as a page computes them.

    Parameters
    ----------
    models : sequence of PortableModel
    series : sequence of ndarray of shape (time, channel)
    target : int
        Explained class.

    Returns
    -------
    list of dict
        "scores" and "probabilities" of shape (class,); "maps" by label, of shape (time, channel or 1), and their
        completeness "gaps", None where no sum is promised.
    """
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for number, (model, one) in enumerate(zip(models, series, strict=True)):
            description = model.packed()
            Path(folder, str(number)).write_bytes(description.pop("weights"))
            case = {"name": str(number), "description": description, "series": one.tolist()}
            cases.append({**case, "target": target})
        Path(folder, "cases.json").write_text(json.dumps(cases))
        script = ROOT / "js" / "tests" / "support" / "run_engine.js"
        done = subprocess.run([NODE, script, folder], capture_output=True, text=True, timeout=10 * LIMIT)
        # The script is one long line, which Node prints before the error.
        assert done.returncode == 0, [line for line in done.stderr.splitlines() if len(line) < 500]
        answers = json.loads(Path(folder, "answers.json").read_text())
    for answer, one in zip(answers, series, strict=True):
        answer["maps"] = {label: np.reshape(values, (len(one), -1)) for label, values in answer["maps"].items()}
    return answers
