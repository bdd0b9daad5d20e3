"""The shape of a series that a network is built for."""

from __future__ import annotations

from typing import Any

from ..validation import check_count, shown

__all__ = ["check_input_shape"]


def check_input_shape(input_shape: Any, shortest: int = 1, *, any_length: bool = True) -> tuple[int | None, int]:
    """Shape (time, channel); time may be None for series of any length."""
    if not isinstance(input_shape, tuple | list) or len(input_shape) != 2:
        raise TypeError(
            f"input_shape must be (time, channel), the shape of a series such as (300, 9), but is {shown(input_shape)}"
        )
    time, channels = input_shape
    if time is not None or not any_length:
        time = check_count("input_shape[0]", time, shortest, way_out="; it is the number of samples")
    return time, check_count("input_shape[1]", channels, way_out="; it is the number of channels")
