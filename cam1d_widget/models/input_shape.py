"""The shape of a series that a network is built for."""

from __future__ import annotations

from typing import Any

from ..validation import check_count, shown

__all__ = ["check_input_shape", "check_length"]


def check_input_shape(input_shape: Any) -> tuple[int | None, int]:
    """Shape (time, channel); time may be None for series of any length."""
    if not isinstance(input_shape, tuple | list) or len(input_shape) != 2:
        raise TypeError(
            f"input_shape must be (time, channel), the shape of a series such as (300, 9), but is {shown(input_shape)}"
        )
    time, channels = input_shape
    if time is not None:
        time = check_count("input_shape[0]", time, way_out="; it is the number of samples")
    return time, check_count("input_shape[1]", channels, way_out="; it is the number of channels")


def check_length(input_shape: Any) -> int:
    """Samples of a series, of a shape that must state them."""
    return check_count("input_shape[0]", check_input_shape(input_shape)[0], way_out="; it is the number of samples")
