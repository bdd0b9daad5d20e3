"""How far scores fall when one window at a time is taken away, at the cost of what a window can change.

A window changes only the features whose receptive fields meet it. So the layers up to the explained one run on a crop
round the window, and the head gets the whole series' features with the changed ones put in; where the scores are an
affine function of the features, the gradient times the change is all that is needed. What this saves grows with the
length of the series. Where a crop does not give the same features, the whole series is run for every window.
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
    stand_in: np.ndarray | PieceBaseline,
    targets: np.ndarray,
    channels: Literal["each", "all"] = "each",
) -> np.ndarray:
    """Scores of one series minus those with each window taken away.

    Parameters
    ----------
    classifier : Classifier
    x : ndarray of shape (time, channel)
    slices : Slices
        Windows, which may overlap.
    stand_in : ndarray of shape (time, channel), or PieceBaseline
        What stands in a window's place.
    targets : ndarray of int, of shape (target,)
    channels : {"each", "all"}
        Whether each channel is taken away by itself, or all at once.

    Returns
    -------
    ndarray of shape (window, channel or 1, target)
    """
    pieces = _Pieces(x, slices, stand_in, channels)
    crops = crops_of(classifier, x, slices)
    falls = _of_wholes(classifier, pieces, targets) if crops is None else _of_crops(classifier, pieces, crops, targets)
    return finite_scores(classifier, falls).reshape(len(slices), -1, len(targets))


class _Pieces:
    """Windows × channels of one series, with what stands in their place."""

    def __init__(
        self, x: np.ndarray, slices: Slices, stand_in: np.ndarray | PieceBaseline, channels: Literal["each", "all"]
    ) -> None:
        self.x, self.slices = x, slices
        self.fills = [_fill(x, start, stop, stand_in) for start, stop in zip(slices.start, slices.stop, strict=True)]
        self.channels = [slice(None)] if channels == "all" else [slice(c, c + 1) for c in range(x.shape[1])]

    def __len__(self) -> int:
        return len(self.slices) * len(self.channels)

    def windows(self, part: slice) -> np.ndarray:
        """Window of each piece."""
        return np.arange(part.start, part.stop) // len(self.channels)

    def put(self, series: np.ndarray, part: slice, first: np.ndarray) -> np.ndarray:
        """Take the pieces away, in place: one of each series, which begin at samples `first`."""
        for one, piece, begin in zip(series, range(part.start, part.stop), first, strict=True):
            window, channel = divmod(piece, len(self.channels))
            within = slice(self.slices.start[window] - begin, self.slices.stop[window] - begin)
            one[within, self.channels[channel]] = self.fills[window][:, self.channels[channel]]
        return series

    def wholes(self, part: slice) -> np.ndarray:
        """Whole series, each without one piece."""
        count = part.stop - part.start
        return self.put(np.repeat(self.x[np.newaxis], count, axis=0), part, np.zeros(count, int))


def _fill(x: np.ndarray, start: int, stop: int, stand_in: np.ndarray | PieceBaseline) -> np.ndarray:
    """What stands in a window, of shape (sample, channel); as much of the series is looked at as matters."""
    if not isinstance(stand_in, PieceBaseline):
        return stand_in[start:stop]
    begin, end = max(start - stand_in.reach, 0), min(stop + stand_in.reach, len(x))
    gone = np.zeros((end - begin, 1), bool)
    gone[start - begin : stop - begin] = True
    return stand_in.fill(x[begin:end], gone)[start - begin : stop - begin]


def _of_wholes(classifier: Classifier, pieces: _Pieces, targets: np.ndarray) -> np.ndarray:
    """Falls of the scores of whole series, of shape (piece, target)."""
    intact = classifier.scores(pieces.x[np.newaxis])[:, targets]
    parts = batches(len(pieces), pieces.x.nbytes)
    return np.concatenate([intact - classifier.scores(pieces.wholes(part))[:, targets] for part in parts])


def _of_crops(classifier: Classifier, pieces: _Pieces, crops: Crops, targets: np.ndarray) -> np.ndarray:
    """Falls of the scores by what changes in crops, of shape (piece, target)."""
    classifier = require(classifier, HasTrunk)
    features, gradients = classifier.features(pieces.x[np.newaxis], targets[np.newaxis])
    intact = classifier.scores(pieces.x[np.newaxis])[:, targets]
    falls = []
    for part in batches(len(pieces), features.nbytes + pieces.x.nbytes):
        windows = pieces.windows(part)
        made = classifier.trunk(pieces.put(crops.cut(pieces.x, windows), part, crops.first[windows]))
        if classifier.affine_head:
            falls.append(_gradient_times_change(features[0], gradients[0], made, windows, crops))
        else:
            patched = _patched(features[0], made, windows, crops)
            falls.append(intact - classifier.head_scores(pieces.wholes(part), patched)[:, targets])
    return np.concatenate(falls)


def _gradient_times_change(
    features: np.ndarray, gradients: np.ndarray, made: np.ndarray, windows: np.ndarray, crops: Crops
) -> np.ndarray:
    """Fall of scores that are an affine function of the features, of shape (piece, target)."""
    falls = np.empty((len(windows), len(gradients)))
    for window in np.unique(windows):
        of_whole, of_crop = crops.changed(window)
        mine = windows == window
        falls[mine] = np.einsum("psk,tsk->pt", features[of_whole] - made[mine, of_crop], gradients[:, of_whole])
    return falls


def _patched(features: np.ndarray, made: np.ndarray, windows: np.ndarray, crops: Crops) -> np.ndarray:
    """Features of the whole series with those of each piece's crop put in, of shape (piece, step, filter)."""
    patched = np.repeat(features[np.newaxis], len(windows), axis=0)
    for one, crop, window in zip(patched, made, windows, strict=True):
        of_whole, of_crop = crops.changed(window)
        one[of_whole] = crop[of_crop]
    return patched
