"""Random segments of a series replaced together: their total in the map, and the score drop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import check_count, check_number
from ..classifier import Classifier
from ..masking import batches, occluded
from .compared_to_random import ComparedToRandom
from .perturbation import Perturbation
from .validation import one_target_each, series_and_maps

__all__ = ["Subsets", "judged_by_subsets"]


class Subsets(NamedTuple):
    """Subsets of the segments of one series.

    Attributes
    ----------
    given : ndarray of shape (map, subset)
        Total of each subset in a map, and in random maps after it.
    drops : ndarray of shape (subset,)
        Drop of the measured value without it.
    """

    given: np.ndarray
    drops: np.ndarray


def judged_by_subsets(
    metric: str,
    better: Literal["larger", "smaller"],
    judge: Callable[[Subsets], np.ndarray],
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    perturbation: Perturbation,
    *,
    subsets: int,
    share: float,
    draws: int,
    slopes: bool = False,
) -> ComparedToRandom:
    """Result of `judge` for each map's subsets, of shape (map,); arguments as in :func:`~.faithfulness_correlation`."""
    check_count("subsets", subsets, least=3)
    check_count("draws", draws)
    check_number("share", share, above=0, below=1)
    explained = series_and_maps(classifier, x, attribution)
    targets = one_target_each(target, len(explained.x), classifier)
    made: dict[int, np.ndarray] = {}
    for place, one, values, replacement, grid in perturbation.each(explained):
        rng = np.random.default_rng((perturbation.seed, place))
        removed = _drawn(grid.max() + 1, subsets, share, rng)
        replaced = np.concatenate(
            [occluded(one, removed[part][:, grid], replacement) for part in batches(subsets, one.nbytes)]
        )
        whole, without_it = (
            perturbation.measured(classifier, some, targets[place]) for some in (one[np.newaxis], replaced)
        )
        drops = whole - without_it
        # A slope is multiplied by the removed values, which differ between subsets.
        taken = (one - replaced if slopes else removed[:, grid] * np.ones_like(one)).astype(np.float64)
        made[place] = judge(Subsets(_given(values, grid, taken, draws, rng), drops.astype(np.float64)))
    judged = np.stack([made[place] for place in sorted(made)], axis=1)
    return ComparedToRandom(metric, better, judged[0], judged[1:], targets)


def _drawn(segments: int, subsets: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Subsets of one size, of shape (subset, segment)."""
    size = min(max(1, round(share * segments)), max(segments - 1, 1))
    return rng.random((subsets, segments)).argsort(axis=1).argsort(axis=1) < size


def _given(values: np.ndarray, grid: np.ndarray, taken: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Total of each subset in the map, and in maps with its segments shuffled: (1 + draws, subset)."""
    channels = taken.shape[2]
    spread = np.broadcast_to(values / (channels if values.shape[1] == 1 else 1), (len(values), channels))
    cells = np.broadcast_to(grid, spread.shape).ravel()
    counts = np.bincount(cells)
    worth = np.bincount(cells, spread.ravel()) / counts
    shuffled = rng.permuted(np.tile(worth, (draws, 1)), axis=1)
    of_cells = np.concatenate([spread.reshape(1, -1), shuffled[:, cells]])
    return of_cells @ taken.reshape(len(taken), -1).T
