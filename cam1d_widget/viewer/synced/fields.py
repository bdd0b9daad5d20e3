"""Rules for values with named fields, which the browser sends as objects: means, pinned pictures and notes."""

from __future__ import annotations

from typing import Any

from ...validation import MOST, check_count, check_list, check_text, shown
from ..windows import check_window

__all__ = ["fields_of_mean", "fields_of_picture", "notes", "samples"]

_LONGEST = 10_000
"""Characters of a note."""


def _fields_of(name: str, value: Any, needed: str, optional: str = "") -> dict[str, Any]:
    """Named values with these names; None for an optional one that is missing."""
    there = set(value) if isinstance(value, dict) else set()
    if not set(needed.split()) <= there <= {*needed.split(), *optional.split()}:
        raise ValueError(
            f"{name} must have the fields {', '.join([*needed.split(), *optional.split()])}, but is {shown(value)}"
        )
    return {field: value.get(field) for field in [*needed.split(), *optional.split()]}


def fields_of_mean(name: str, value: Any) -> dict[str, Any]:
    """Fields of a mean."""
    return _fields_of(name, value, "by of")


def fields_of_picture(name: str, value: Any) -> dict[str, Any]:
    """Fields of a pinned picture."""
    fields = _fields_of(name, value, "instance target method", "against mean")
    return {**fields, "mean": None if fields["mean"] is None else fields_of_mean(f"{name}.mean", fields["mean"])}


def samples(name: str, value: Any) -> tuple[int, int]:
    """Window of samples [first, stop) of a series of any length."""
    return check_window(name, value, MOST)


def notes(name: str, value: Any) -> list[dict[str, Any]]:
    """Notes on windows."""
    given = [_fields_of(name, note, "instance window text") for note in check_list(name, value, "notes on windows")]
    for note in given:
        check_count(f"instance of {name}", note["instance"], least=0)
        note["window"] = list(check_window(f"window of {name}", note["window"], MOST))
        length = len(check_text(f"text of {name}", note["text"]))
        if length > _LONGEST:
            raise ValueError(f"text of {name} must have at most {_LONGEST:,} characters, but has {length:,}")
    return given
