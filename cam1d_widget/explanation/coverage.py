"""Which samples the steps of the explained layer depend on, and which none depends on."""

from __future__ import annotations

import numpy as np

__all__ = ["outer_centers", "unseen_samples"]


def unseen_samples(receptive_field: np.ndarray | None, samples: int) -> list[list[int]]:
    """Intervals [start, stop) of samples that no step of the explained layer depends on."""
    if receptive_field is None:
        return []
    seen = np.zeros(samples + 1, dtype=np.int64)
    start, stop = (np.clip(receptive_field[:, column], 0, samples).astype(np.int64) for column in (0, 1))
    np.add.at(seen, start, 1)
    np.add.at(seen, np.maximum(start, stop), -1)
    blind = np.concatenate([[False], np.cumsum(seen[:-1]) == 0, [False]])
    edges = np.flatnonzero(np.diff(blind))
    return [[int(first), int(last)] for first, last in edges.reshape(-1, 2)]


def outer_centers(receptive_field: np.ndarray | None) -> list[float] | None:
    """First and last center of the explained layer's steps, in samples."""
    if receptive_field is None or not len(receptive_field):
        return None
    centers = receptive_field[:, 2]
    return [float(centers.min()), float(centers.max())]
