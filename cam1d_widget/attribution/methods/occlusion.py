"""Occlusion: how far the score falls when a piece is taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..classifier import Classifier, as_targets
from ..masking import Baseline, baseline_for, windows
from .base import AttributionMethod, Axiom, Maps


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
    axioms = frozenset({Axiom.DUMMY, Axiom.LINEARITY})

    def __post_init__(self) -> None:
        if self.channels not in ("each", "all"):
            raise ValueError(f"channels must be 'each' or 'all', but is {self.channels!r}")

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Mean fall of the score over the windows that cover a value, of shape (instance, time, channel or 1)."""
        targets = as_targets(target, len(x), classifier.classes)
        return self.maps(classifier, x, targets[:, np.newaxis]).values[:, 0]

    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes from the same replaced series."""
        origin = baseline_for(x, self.baseline)
        masks = self._masks(*x.shape[1:])
        cover = (masks[..., :1] if self.channels == "all" else masks).astype(x.dtype)
        falls = np.stack([_falls(classifier, *pair, masks) for pair in zip(x, origin, strict=True)])
        chosen = np.take_along_axis(falls, targets[:, np.newaxis], axis=2)
        values = np.einsum("nwk,wtc->nktc", chosen, cover) / cover.sum(axis=0)
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64))

    def _masks(self, length: int, channels: int) -> np.ndarray:
        """Which values each window takes away, bool of shape (window, time, channel)."""
        size = max(1, round(length / 20)) if self.size is None else self.size
        stride = max(1, size // 3) if self.stride is None else self.stride
        first = windows(length, size, stride)[:, np.newaxis]
        inside = (np.arange(length) >= first) & (np.arange(length) < first + size)
        if self.channels == "all":
            return np.repeat(inside[..., np.newaxis], channels, axis=2)
        return (inside[:, np.newaxis, :, np.newaxis] & np.eye(channels, dtype=bool)[:, np.newaxis]).reshape(
            -1, length, channels
        )


def _falls(classifier: Classifier, x: np.ndarray, origin: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Fall of every score of one series under each mask, of shape (window, class)."""
    scores = classifier.scores(np.concatenate([x[np.newaxis], np.where(masks, origin, x)]))
    return scores[0] - scores[1:]
