"""Types of arguments that several public functions share.

Arguments are checked when they are passed; the aliases state what is accepted, for editors and type checkers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "Fill",
    "InputsLike",
    "InstancesLike",
    "IntervalsLike",
    "Labels",
    "LayerLike",
    "Layout",
    "MapsLike",
    "ModelLike",
    "Names",
    "PathLike",
    "Score",
    "SeriesLike",
    "StartLike",
    "TargetLike",
    "TargetsLike",
    "WindowsLike",
]


class _Named(Protocol):
    """A Keras layer; only its name is used."""

    @property
    def name(self) -> str:
        """Its name in the model."""


class _Scoring(Protocol):
    """A `Classifier`, or a classifier fitted by aeon or sktime."""

    @property
    def classes(self) -> int:
        """Number of classes."""

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""


class _Fitted(Protocol):
    """A classifier fitted by aeon or sktime."""

    def predict_proba(self, X: Any, /) -> Any:
        """Probability of every class, of shape (instance, class)."""


ModelLike: TypeAlias = str | PathLike[str] | Callable[..., Any] | _Scoring | _Fitted
"""A Keras model, the path of a saved one, a PyTorch module, a fitted classifier, a function, or a `Classifier`."""

SeriesLike: TypeAlias = ArrayLike
"""Array of shape (instance, time, channel), or (time, channel) for one; DataFrame, sequence of them, or DataArray."""

InputsLike: TypeAlias = SeriesLike | Mapping[str, ArrayLike]
"""Series, or all inputs of a model by name."""

MapsLike: TypeAlias = ArrayLike
"""Maps of shape (instance, time, channel or 1), or one map of shape (time, channel or 1)."""

Labels: TypeAlias = ArrayLike
"""True classes: indices, labels or names of shape (instance,), or zeros and ones by class; or values."""

Names: TypeAlias = Sequence[object] | np.ndarray
"""Names in order, such as those of classes or channels."""

StartLike: TypeAlias = datetime | np.datetime64 | str | Sequence[datetime | np.datetime64 | str] | np.ndarray
"""Time of the first sample, of all instances or of each; a pandas Timestamp is a datetime."""

LayerLike: TypeAlias = str | int | _Named
"""A layer: its name, its index in the model, or the object."""

Score: TypeAlias = Literal["logits", "probabilities"]
"""Which output of a classifier is explained."""

Layout: TypeAlias = Literal["channels_last", "channels_first"]
"""Order of the dims of series: (instance, time, channel) or (instance, channel, time)."""

TargetLike: TypeAlias = int | np.integer[Any] | Sequence[int] | np.ndarray
"""Class index of all instances, or one of each."""

TargetsLike: TypeAlias = Literal["predicted", "all"] | TargetLike
"""Explained classes: the predicted one of each instance, all, or indices, also of shape (instance, target)."""

InstancesLike: TypeAlias = int | np.integer[Any] | Sequence[int] | Sequence[bool] | np.ndarray
"""Indices of instances, or a mask."""

WindowsLike: TypeAlias = int | np.integer[Any] | Sequence[int] | np.ndarray
"""Samples in a window, or the change points between windows."""

IntervalsLike: TypeAlias = Sequence[Sequence[tuple[float, float]]] | Mapping[int, Sequence[tuple[float, float]]]
"""Intervals (t0, t1) of each instance, in the unit of the time axis."""

Fill: TypeAlias = Literal["channel mean", "zero", "linear interpolation", "swap", "noise"]
"""What removed segments are filled with in the checks of a map."""
