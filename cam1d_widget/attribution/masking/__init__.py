"""Replacing parts of a series: which parts, by what, and what the scores lose by it."""

from .baselines import Blur, LinearBridge, LocalMean, Noise, PieceBaseline, Swap, channel_mean
from .replace import (
    Baseline,
    NotFinite,
    baseline_for,
    finite_scores,
    nothing_left,
    replaced,
    stacks,
    stand_ins,
    without,
)
from .windows import ChangePoints, Slices, check_channels, pooled, windows

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
    "baseline_for",
    "channel_mean",
    "check_channels",
    "finite_scores",
    "nothing_left",
    "pooled",
    "replaced",
    "stacks",
    "stand_ins",
    "windows",
    "without",
]
