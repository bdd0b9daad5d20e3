"""Shared by the scripts of all libraries: each runs separately, on the same series and weights, and is timed.

A way turns series (instance, time, channel) and a class for each into maps (instance, time, channel or 1). If it fails,
its error message is kept. Imports only numpy, so that no library is loaded together with another.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

Way = Callable[[np.ndarray, np.ndarray], np.ndarray]
# Series whose maps are kept.
SHOWN = 16
# Longest expected time of a batch, in seconds; beyond it, the time of one series is multiplied instead.
PATIENCE = 30.0


def run(ways: dict[str, Way], given: Any) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """Times, or the error message, and maps, by label."""
    times: dict[str, dict[str, Any]] = {}
    maps: dict[str, np.ndarray] = {}
    for label, way in ways.items():
        try:
            times[label], maps[label] = timed(way, given["x"], given["y"])
        except Exception as fault:  # any: whatever a library raises is reported
            # The last line: before it, some print a traceback.
            last = (str(fault).strip().splitlines() or [""])[-1].strip()
            times[label] = {"failed": f"{type(fault).__name__}: {last[:200]}"}
    return times, maps


def timed(way: Way, x: np.ndarray, y: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """Seconds for one series and for all after warm-up, those of the first call, and some maps."""
    first, one = seconds(way, x, y, 1), least(way, x, y, 1)
    guessed = one * len(x) > PATIENCE
    many = one * len(x) if guessed else least(way, x, y, len(x))
    shown = 4 if guessed else SHOWN
    made = np.asarray(way(x[:shown], y[:shown]), np.float32)
    if made.shape[:2] != x[:shown].shape[:2]:
        raise ValueError(f"gave maps of shape {made.shape} for series of shape {x[:shown].shape}")
    return {"first": first, "one": one, "batch": many, "guessed": guessed}, made


def least(way: Way, x: np.ndarray, y: np.ndarray, count: int) -> float:
    """The fastest of at least three calls, or as many as fit into half a second, after a warm-up."""
    calls(way, x, y, count, 1, 0.2)
    return min(calls(way, x, y, count, 3, 0.5))


def calls(way: Way, x: np.ndarray, y: np.ndarray, count: int, fewest: int, together: float) -> list[float]:
    """Wall-clock times of at least this many calls, and until their sum reaches this many seconds."""
    times = [seconds(way, x, y, count) for _ in range(fewest)]
    while sum(times) < together:
        times.append(seconds(way, x, y, count))
    return times


def seconds(way: Way, x: np.ndarray, y: np.ndarray, count: int) -> float:
    """Wall-clock time of the first `count` series."""
    start = time.perf_counter()
    way(x[:count], y[:count])
    return time.perf_counter() - start


def main(package: str, ways_of: Callable[[Any, Path], dict[str, Way]], name: str = "") -> None:
    """Script of a library, named as its package or otherwise: reads a folder, and writes times and maps there."""
    folder = Path(sys.argv[1])
    with np.load(folder / "given.npz") as given:
        loaded = dict(given)
    times, maps = run(ways_of(loaded, folder), loaded)
    (folder / f"{name or package}.json").write_text(json.dumps({"version": version(package), "times": times}))
    np.savez(folder / f"{name or package}.npz", **maps)
