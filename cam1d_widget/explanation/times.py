"""Names of channels, sampling rate and dates that frames and labeled arrays hold."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["names_and_times", "rate_of", "start_of"]


def names_and_times(x: Any, instances: int) -> dict[str, Any]:
    """Channel names, sampling rate and first dates of a labeled array, each None where it has none."""
    names = tuple(map(str, np.atleast_1d(x.coords["channel"].values))) if "channel" in x.coords else None
    clock = x.coords["time"].values if "time" in x.coords else range(0)
    return {"channel_names": names, "sampling_rate": rate_of(clock), "start": start_of([clock] * instances)}


def _clock(time: Any) -> np.ndarray:
    """Times as an array; those of a time zone in UTC."""
    return np.asarray(time.tz_convert(None) if getattr(time, "tz", None) is not None else time)


def start_of(times: list[Any]) -> np.ndarray | None:
    """First date of each, if all have dates at regular intervals."""
    clocks = [_clock(time) for time in times]
    dated = all(clock.dtype.kind == "M" and rate_of(clock) is not None for clock in clocks)
    return np.array([clock[0] for clock in clocks], "datetime64[ns]") if dated else None


def rate_of(time: Any) -> float | None:
    """Samples per second of regular times in seconds, dates or durations; None for counts and irregular times."""
    time = _clock(time)
    if len(time) < 2 or time.dtype.kind not in "fmM":
        return None
    steps = np.diff(time)
    if np.issubdtype(steps.dtype, np.timedelta64):
        steps = steps / np.timedelta64(1, "s")
    return float(1 / steps.mean()) if steps.min() > 0 and np.allclose(steps, steps.mean(), rtol=1e-3) else None
