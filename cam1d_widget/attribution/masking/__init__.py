"""Replacing parts of a series: which parts, by which values, and how much the scores drop."""

from .baselines import Blur, LinearBridge, LocalMean, Noise, PieceBaseline, Swap, channel_mean
from .batches import batches
from .replace import (
    Baseline,
    NotFinite,
    all_replaced,
    baseline_for,
    check_baseline,
    finite_scores,
    occluded,
    replaced,
    replacements,
)
from .windows import ChangePoints, Slices, check_change_points, check_channels, pooled, windows

__all__ = [
    "Baseline",
    "Blur",
    "ChangePoints",
    "LinearBridge",
    "LocalMean",
    "Noise",
    "NotFinite",
    "PieceBaseline",
    "Slices",
    "Swap",
    "all_replaced",
    "baseline_for",
    "batches",
    "channel_mean",
    "check_baseline",
    "check_change_points",
    "check_channels",
    "finite_scores",
    "occluded",
    "pooled",
    "replaced",
    "replacements",
    "windows",
]
