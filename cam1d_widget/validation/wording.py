"""Values as messages show them."""

from __future__ import annotations

import os
import reprlib
from typing import Any

import numpy as np

__all__ = ["counted", "shown"]


class _Brief(reprlib.Repr):
    """Values in the words of a message, in one line."""

    def repr_instance(self, value: Any, level: int) -> str:
        if isinstance(value, np.ndarray) and value.ndim:
            kind = "" if value.dtype.kind in "iufb" else f" of {value.dtype.name}"
            return f"an array{kind} of shape {value.shape}"
        if isinstance(value, type):
            return f"the class {value.__name__}"
        if callable(value) and hasattr(value, "__name__"):
            return f"the function {value.__name__}"
        if value is None or isinstance(value, bool | float | complex | bytes | np.generic | os.PathLike):
            return repr(value)
        name = type(value).__name__
        return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"

    def repr_int(self, value: int, level: int) -> str:
        return repr(value) if value.bit_length() < 200 else f"a number of {value.bit_length()} bits"


_brief = _Brief()

_brief.maxother = _brief.maxstring = 80

_brief.maxlist = _brief.maxtuple = _brief.maxdict = _brief.maxset = 6


def shown(value: Any) -> str:
    """A value as a message shows it: short, in one line, and without addresses in memory."""
    return " ".join(_brief.repr(value).split())


def counted(count: int, noun: str) -> str:
    """A number with its noun, which is singular for 1 alone: "1 channel", "3 channels", "2 classes"."""
    ending = "" if count == 1 else "es" if noun.endswith("s") else "s"
    return f"{count} {noun}{ending}"
