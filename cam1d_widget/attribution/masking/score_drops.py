"""Score drops when one window at a time is replaced, computed on crops where possible.

A window changes only the features whose receptive fields overlap it. The layers up to the explained one therefore run
on a crop around the window, and the head receives the features of the whole series with the changed ones substituted.
If the scores are an affine function of the features, the gradient times the change is enough. The saving grows with the
length of the series. If a crop does not give the same features, the whole series is run for every window.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..abilities import HasTrunk, require
from ..classifier import Classifier
from .baselines import PieceBaseline
from .batches import batches
from .crops import Crops, crops_of
from .replace import finite_scores
from .windows import Slices

__all__ = ["score_drops"]


def score_drops(
    classifier: Classifier,
    x: np.ndarray,
    slices: Slices,
    replacement: np.ndarray | PieceBaseline,
    targets: np.ndarray,
    channels: Literal["each", "all"] = "each",
    chosen: np.ndarray | None = None,
) -> np.ndarray:
    """Scores of one series minus those with each window replaced.

    Parameters
    ----------
    classifier : Classifier
    x : ndarray of shape (time, channel)
    slices : Slices
        Windows, which may overlap.
    replacement : ndarray of shape (time, channel), or PieceBaseline
        Replacement values.
    targets : ndarray of int, of shape (target,)
    channels : {"each", "all"}
        Whether channels are replaced one at a time, or all at once.
    chosen : ndarray of bool, of shape (window, channel or 1), optional
        Segments to replace. Default: all. The drops of the others are zero.

    Returns
    -------
    ndarray of shape (window, channel or 1, target)
    """
    columns = x.shape[1] if channels == "each" else 1
    chosen = np.ones((len(slices), columns), bool) if chosen is None else chosen
    drops = np.zeros((len(slices), columns, len(targets)))
    if chosen.any():
        drops[chosen] = _drops(classifier, _Segments(x, slices, replacement, channels, chosen), targets)
    return drops


def _drops(classifier: Classifier, segments: _Segments, targets: np.ndarray) -> np.ndarray:
    """Drops of the scores of one series, of shape (segment, target)."""
    x, slices = segments.x, segments.slices
    crops = crops_of(classifier, x, slices)
    drops = (
        _of_wholes(classifier, segments, targets) if crops is None else _of_crops(classifier, segments, crops, targets)
    )
    return finite_scores(classifier, drops)


class _Segments:
    """Windows of channels of one series, with their replacement values."""

    def __init__(
        self,
        x: np.ndarray,
        slices: Slices,
        replacement: np.ndarray | PieceBaseline,
        channels: Literal["each", "all"],
        chosen: np.ndarray,
    ) -> None:
        self.x, self.slices = x, slices
        self._window, self._channel = np.nonzero(chosen)
        self.fills = [_fill(x, start, stop, replacement) for start, stop in zip(slices.start, slices.stop, strict=True)]
        self.channels = [slice(None)] if channels == "all" else [slice(c, c + 1) for c in range(x.shape[1])]

    def __len__(self) -> int:
        return len(self._window)

    def windows(self, part: slice) -> np.ndarray:
        """Window of each segment."""
        return self._window[part]

    def put(self, series: np.ndarray, part: slice, first: np.ndarray) -> np.ndarray:
        """Replace one segment of each series, in place; the series begin at samples `first`."""
        for one, window, channel, begin in zip(series, self._window[part], self._channel[part], first, strict=True):
            within = slice(self.slices.start[window] - begin, self.slices.stop[window] - begin)
            one[within, self.channels[channel]] = self.fills[window][:, self.channels[channel]]
        return series

    def wholes(self, part: slice) -> np.ndarray:
        """Whole series, each with one segment replaced."""
        count = part.stop - part.start
        return self.put(np.repeat(self.x[np.newaxis], count, axis=0), part, np.zeros(count, int))


def _fill(x: np.ndarray, start: int, stop: int, replacement: np.ndarray | PieceBaseline) -> np.ndarray:
    """Replacement values of a window, of shape (sample, channel), from the part of the series that matters."""
    if not isinstance(replacement, PieceBaseline):
        return replacement[start:stop]
    begin, end = max(start - replacement.reach, 0), min(stop + replacement.reach, len(x))
    removed = np.zeros((end - begin, 1), bool)
    removed[start - begin : stop - begin] = True
    return replacement.fill(x[begin:end], removed)[start - begin : stop - begin]


def _of_wholes(classifier: Classifier, segments: _Segments, targets: np.ndarray) -> np.ndarray:
    """Drops of the scores of whole series, of shape (segment, target)."""
    intact = classifier.scores(segments.x[np.newaxis])[:, targets]
    parts = batches(len(segments), segments.x.nbytes)
    return np.concatenate([intact - classifier.scores(segments.wholes(part))[:, targets] for part in parts])


def _of_crops(classifier: Classifier, segments: _Segments, crops: Crops, targets: np.ndarray) -> np.ndarray:
    """Drops of the scores by what changes in crops, of shape (segment, target)."""
    classifier = require(classifier, HasTrunk)
    features, gradients = classifier.features(segments.x[np.newaxis], targets[np.newaxis])
    intact = classifier.scores(segments.x[np.newaxis])[:, targets]
    drops = []
    for part in batches(len(segments), features.nbytes + segments.x.nbytes):
        windows = segments.windows(part)
        made = classifier.trunk(segments.put(crops.cut(segments.x, windows), part, crops.first[windows]))
        if classifier.affine_head:
            drops.append(_gradient_times_change(features[0], gradients[0], made, windows, crops))
        else:
            patched = _patched(features[0], made, windows, crops)
            drops.append(intact - classifier.head_scores(segments.wholes(part), patched)[:, targets])
    return np.concatenate(drops)


def _gradient_times_change(
    features: np.ndarray, gradients: np.ndarray, made: np.ndarray, windows: np.ndarray, crops: Crops
) -> np.ndarray:
    """Drop of scores that are an affine function of the features, of shape (segment, target)."""
    drops = np.empty((len(windows), len(gradients)))
    for window in np.unique(windows):
        of_whole, of_crop = crops.changed(window)
        mine = windows == window
        drops[mine] = np.einsum("psk,tsk->pt", features[of_whole] - made[mine, of_crop], gradients[:, of_whole])
    return drops


def _patched(features: np.ndarray, made: np.ndarray, windows: np.ndarray, crops: Crops) -> np.ndarray:
    """Features of the whole series with those of each segment's crop substituted, of shape (segment, step, filter)."""
    patched = np.repeat(features[np.newaxis], len(windows), axis=0)
    for one, crop, window in zip(patched, made, windows, strict=True):
        of_whole, of_crop = crops.changed(window)
        one[of_whole] = crop[of_crop]
    return patched
