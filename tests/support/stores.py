"""Stores of maps: what they contain, and a run in a process of its own that may be killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from cam1d_widget.explanation.stored import StoredExplanation


class Sums:
    """A classifier on numpy arrays: sums of squares of two halves of a series."""

    classes, input_shape, continuous = 2, (None, None), True

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def scores(self, x: np.ndarray) -> np.ndarray:
        half = x.shape[1] // 2
        return self.factor * np.stack([(x[:, :half] ** 2).sum((1, 2)), (x[:, half:] ** 2).sum((1, 2))], axis=1)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        shares = np.exp(self.scores(x) / 100)
        return shares / shares.sum(axis=1, keepdims=True)

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        first = np.arange(x.shape[1]) < x.shape[1] // 2
        there = first == (np.broadcast_to(target, len(x))[:, np.newaxis] == 0)
        return (2 * self.factor * x * there[..., np.newaxis]).astype(np.float32)


def maps_of(stored: StoredExplanation, method: str) -> np.ndarray:
    """All maps of the first target, of shape (instance, time, channel or 1)."""
    return np.stack([stored.attribution(method, row, int(one[0])) for row, one in enumerate(stored.targets)])


def files_of(path: Path) -> dict[str, bytes]:
    """Content of every file of a store."""
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def done_files(path: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of the files of all blocks that are marked as done.

    Without their partial statistics, which are removed once all are merged.
    """
    done = {one.name.partition(".")[0] for one in path.glob("done/*.0")}
    chunks = [one for one in path.glob("*/*.0") if one.name.partition(".")[0] in done]
    return {
        str(one.relative_to(path)): (one.stat().st_ino, one.stat().st_mtime_ns)
        for one in chunks
        if one.parent.name not in ("receptive_field", "partials")
    }


def run_until_killed(script: str, seconds: float, *arguments: object) -> bool:
    """Run a script that kills itself after some seconds, counted from its call of `begin()`; whether it was killed."""
    begin = (
        "import os, signal, threading\n"
        "def begin():\n"
        f"    timer = threading.Timer({seconds!r}, os.kill, (os.getpid(), signal.SIGKILL))\n"
        "    timer.daemon = True\n"
        "    timer.start()\n"
    )
    command = [sys.executable, "-W", "error::UserWarning", "-c", begin + script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def delays(seed: int, most: float) -> Any:
    """Random delays, evenly distributed up to `most` seconds."""
    drawn = random.Random(seed)
    while True:
        yield drawn.uniform(0, most)
