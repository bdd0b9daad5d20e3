"""Scores of maps on the leaderboard: how well they localize, and how the class score reacts to their order."""

from __future__ import annotations

import time

import numpy as np
from contenders import Contender
from known_truth import Task

from cam1d_widget.attribution.masking import channel_mean
from cam1d_widget.attribution.metrics import aopc, average_precision, deletion, insertion

OVER = ("time", "channel", "cell")
FAITHFUL = {"deletion": deletion, "insertion": insertion, "AOPCR": aopc}


def scored(contender: Contender, task: Task, faithful: int) -> dict[str, float]:
    """Scores of one contender's maps; faithfulness, by how much they beat random orders, on the first `faithful`.

    The same for all maps: windows of a sixteenth of the series in one channel are replaced by the mean of the channel.
    """
    start = time.perf_counter()
    maps = contender(task)
    count = len(maps)
    found = {"ms a map": (time.perf_counter() - start) * 1000 / count, "maps": count}
    for over in OVER:
        found[f"AP {over}"] = average_precision(maps, task.mask[:count], over=over).mean
    few = slice(0, min(faithful, count))
    x, y = task.x[few], task.y[few]
    fill, window = channel_mean(task.network.background), task.x.shape[1] // 16
    for name, metric in FAITHFUL.items():
        made = metric(
            task.network.classifier, x, maps[few], y, fill=fill, over="cell", window=window, steps=8, orders=2
        )
        found[name] = made.margin
    return found


def chance(task: Task) -> dict[str, float]:
    """Mean score of random maps."""
    nothing = np.zeros(task.x.shape)
    return {f"AP {over}": average_precision(nothing, task.mask, over=over).mean_chance for over in OVER}
