"""Occlusion: how far the score falls when a piece is taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..classifier import Classifier, as_targets
from ..masking import Baseline, baseline_for, windows
from .base import AttributionMethod, Axiom, Maps

# Bytes of replaced series that are made at a time.
_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Occlusion(AttributionMethod):
    r"""How far the score falls when a window of a channel is replaced by the baseline.

    .. math:: \phi_W = S_c(x) - S_c(x \text{ with window } W \text{ replaced})

    Windows cover every sample; where several do, their values are averaged.

    Parameters
    ----------
    size : int, optional
        Samples in a window. Default: a twentieth of the series.
    stride : int, optional
        Samples from one window to the next. Default: a third of `size`.
    baseline : array that broadcasts to x, or function of x
        What takes the window's place. Default: the mean of each channel of `background`, or zero where there is none.
    channels : {"each", "all"}
        Whether each channel is replaced by itself, or all at once (then the map has one channel).
    """

    size: int | None = None
    stride: int | None = None
    baseline: Baseline = field(default=None, compare=False)
    channels: Literal["each", "all"] = "each"

    label = "Occlusion"
    family = "perturbation"
    free_targets = True
    reference = "Zeiler and Fergus (2014), https://arxiv.org/abs/1311.2901"
    axioms = frozenset({Axiom.DUMMY, Axiom.LINEARITY, Axiom.SYMMETRY, Axiom.IMPLEMENTATION})

    def __post_init__(self) -> None:
        if self.channels not in ("each", "all"):
            raise ValueError(f"channels must be 'each' or 'all', but is {self.channels!r}")
        for name in ("size", "stride"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1 sample, but is {value}")

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Mean fall of the score over the windows that cover a value, of shape (instance, time, channel or 1)."""
        targets = as_targets(target, len(x), classifier.classes)
        return self.maps(classifier, x, targets[:, np.newaxis]).values[:, 0]

    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes from the same replaced series."""
        size = max(1, round(x.shape[1] / 20)) if self.size is None else self.size
        first = windows(x.shape[1], size, max(1, size // 3) if self.stride is None else self.stride)
        origin = baseline_for(x, self.baseline)
        falls = np.stack([self._falls(classifier, *pair, first, size) for pair in zip(x, origin, strict=True)])
        falls = np.take_along_axis(falls, targets[:, np.newaxis, np.newaxis], axis=3).transpose(0, 3, 1, 2)
        values = np.zeros((*targets.shape, x.shape[1], falls.shape[3]), x.dtype)
        cover = np.zeros((x.shape[1], 1), x.dtype)
        for window, start in enumerate(first):
            values[:, :, start : start + size] += falls[:, :, window, np.newaxis]
            cover[start : start + size] += 1
        values /= cover
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64))

    def _falls(
        self, classifier: Classifier, x: np.ndarray, origin: np.ndarray, first: np.ndarray, size: int
    ) -> np.ndarray:
        """Fall of every score of one series for each piece taken away, of shape (window, channel or 1, class)."""
        whole = classifier.scores(x[np.newaxis])[0]
        channels = [slice(None)] if self.channels == "all" else [slice(c, c + 1) for c in range(x.shape[1])]
        pieces = [(slice(start, start + size), channel) for start in first for channel in channels]
        together = max(1, _BYTES // x.nbytes)
        parts = []
        for begin in range(0, len(pieces), together):
            some = pieces[begin : begin + together]
            masked = np.repeat(x[np.newaxis], len(some), axis=0)
            for one, piece in zip(masked, some, strict=True):
                one[piece] = origin[piece]
            parts.append(whole - classifier.scores(masked))
        return np.concatenate(parts).reshape(len(first), len(channels), -1)
