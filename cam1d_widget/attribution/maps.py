"""Maps, with their completeness gaps and standard errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..explanation.validation import shaped_as_map
from ..typing import WindowsLike
from ..validation import SAMPLES, check_count, is_sequence
from .masking import NotFinite, pooled
from .masking.batches import BATCH_BYTES, batches
from .methods import AttributionMethod
from .metrics.completeness import share_missed

__all__ = ["ComputedMaps", "GrowingMaps", "NotFinite", "averaged", "computed_maps", "of_rows", "parts", "stacked"]

# Series passed to a method at a time, so that progress is visible; fewer for slow methods.
_TOGETHER, _SLOW = 64, 4


class ComputedMaps(NamedTuple):
    """Maps of one method.

    Attributes
    ----------
    values : ndarray of shape (instance, target, time, channel or 1)
    gaps : ndarray of shape (instance, target)
        Completeness gap of each map; nan if no sum is promised.
    errors : ndarray of the shape of `values`, or None
        Standard error of every value, of methods that draw at random.
    """

    values: np.ndarray
    gaps: np.ndarray
    errors: np.ndarray | None

    def one(self, instance: int, target: int) -> ComputedMaps:
        """Map of one instance and target."""
        errors = None if self.errors is None else self.errors[instance, target]
        return ComputedMaps(self.values[instance, target], self.gaps[instance, target], errors)


def averaged(values: np.ndarray, window: WindowsLike | None) -> np.ndarray:
    """Maps in which every sample has the mean of its window: of a number of samples, or between change points."""
    if window is None:
        return values
    if is_sequence(window):
        return pooled(values, change_points=window, argument="window")
    way_out = "; or give a sequence of change points"
    return pooled(values, check_count("window", window, most=values.shape[-2], unit=SAMPLES, way_out=way_out))


def computed_maps(
    method: AttributionMethod,
    classifier: Any,
    x: np.ndarray,
    targets: np.ndarray,
    rows: np.ndarray | None,
    window: WindowsLike | None,
) -> ComputedMaps:
    """Maps of a method on the series `x[rows]`, for `targets` of shape (instance, target), averaged over windows.

    None for all rows.
    """
    series, method = (x, method) if rows is None else (x[rows], of_rows(method, rows))
    values, totals, errors, masses = method.maps(classifier, series, targets)
    if not np.isfinite(values).all():
        raise NotFinite(
            f"the map of {method.label} must be finite, but the network's gradient is not defined everywhere, as that "
            f"of a square root at zero is not; Occlusion needs none"
        )
    shaped_as_map(f"the map of {method.label}", values, (*targets.shape, *series.shape[1:]))
    masses = np.abs(values).sum(axis=(2, 3), dtype=np.float64) if masses is None else masses
    if window is not None and not method.placed:
        values = averaged(values, window)
        # Errors within a window are not independent; their mean is an upper bound of the error of the mean.
        errors = None if errors is None else averaged(errors, window)
    expected = method.expected_total(classifier, series, targets)
    if expected is None:
        return ComputedMaps(values, np.full(targets.shape, np.nan), errors)
    return ComputedMaps(values, share_missed(totals, expected, masses), errors)


def of_rows(method: AttributionMethod, rows: np.ndarray) -> AttributionMethod:
    """The method with the baselines of some series, if it has one for each series."""
    if not isinstance(getattr(method, "baseline", None), np.ndarray):
        return method
    return replace(method, baseline=method.baseline[rows])  # type: ignore[type-var, attr-defined]


def stacked(ones: Sequence[ComputedMaps], samples: int) -> ComputedMaps:
    """Maps of several series, each NaN after its own length."""

    def padded(values: np.ndarray) -> np.ndarray:
        after = samples - values.shape[2]
        return np.pad(values, ((0, 0), (0, 0), (0, after), (0, 0)), constant_values=np.nan) if after else values

    values, gaps, errors = zip(*ones, strict=True)
    return ComputedMaps(
        np.concatenate(list(map(padded, values))),
        np.concatenate(gaps),
        None if errors[0] is None else np.concatenate(list(map(padded, errors))),
    )


class GrowingMaps:
    """Maps of many series, filled in batches into arrays that are allocated once."""

    def __init__(self, instances: int) -> None:
        self._instances = instances
        self._made: ComputedMaps | None = None

    def take(self, part: slice, made: ComputedMaps) -> None:
        """Store the maps of some series."""
        if self._made is None:
            self._made = ComputedMaps(*(None if one is None else self._allocated(one) for one in made))  # type: ignore[arg-type]
        for array, one in zip(self._made, made, strict=True):
            if array is not None:
                array[part] = one

    def first(self, instances: int) -> ComputedMaps:
        """Maps of the first series."""
        assert self._made is not None
        return ComputedMaps(*(None if one is None else one[:instances] for one in self._made))  # type: ignore[arg-type]

    def _allocated(self, part: np.ndarray) -> np.ndarray:
        return np.empty((self._instances, *part.shape[1:]), part.dtype)


def parts(instances: int, bytes_each: int, methods: Iterable[AttributionMethod]) -> Iterator[slice]:
    """Batches of series, small enough to bound the memory and to show progress."""
    most = _SLOW if any(method.on_demand for method in methods) else _TOGETHER
    return batches(instances, bytes_each, most=most, budget=BATCH_BYTES // 4)
