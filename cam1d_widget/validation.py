"""Rules for arguments. Each takes the name of an argument and its value, and returns the value in one form.

A value that breaks its rule raises a ValueError or TypeError of one sentence: the argument, the rule, what was passed,
and what to do. A bool is no number here, 1.5 is no index, and NaN is no number.
"""

from __future__ import annotations

import os
import reprlib
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence, Set
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

import numpy as np

from .names import did_you_mean, matching

__all__ = [
    "MOST",
    "SAMPLES",
    "as_array",
    "as_float32",
    "check_channel",
    "check_choice",
    "check_class",
    "check_count",
    "check_finite",
    "check_flag",
    "check_function",
    "check_index",
    "check_label",
    "check_layer",
    "check_list",
    "check_mapping",
    "check_members",
    "check_names",
    "check_new_file",
    "check_number",
    "check_old_file",
    "check_path",
    "check_real",
    "check_rows",
    "check_sampling_rate",
    "check_seed",
    "check_text",
    "finite",
    "indices",
    "is_sequence",
    "no_such_label",
    "numbers",
    "refuse_masked",
    "shaped",
    "shown",
    "unmasked",
    "with_gaps",
    "within",
]

MOST = 2**31 - 1
"""Largest count: a larger one is a mistake, and could not be computed."""

SAMPLES = ", the samples of a series"
"""What the largest size of a window is."""

Chosen = TypeVar("Chosen")


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


def check_count(
    argument: str, value: Any, least: int = 1, most: int | None = None, unit: str = "", way_out: str = ""
) -> int:
    """Whole number from `least` to `most`."""
    limit = MOST if most is None else most
    whole = _is_whole(value)
    if not whole or not least <= value <= limit:
        open_ended = most is None and not (whole and value > limit)
        rule = f", at least {least}" if open_ended else f" from {least} to {limit}{unit}"
        raise ValueError(f"{argument} must be a whole number{rule}, but is {shown(value)}{way_out}")
    return int(value)


def check_index(argument: str, value: Any, count: int, names: str = "") -> int:
    """Index that is one of `count`."""
    return check_count(argument, value, 0, count - 1, names)


def check_class(argument: str, value: Any, names: Sequence[str], others: str = "") -> int:
    """Index of a class, also given by its name; `others` says in a message what else is accepted."""
    return _place(argument, value, names, others, "class")


def check_channel(argument: str, value: Any, names: Sequence[str]) -> int:
    """Index of a channel, also given by its name."""
    return _place(argument, value, names, "", "channel")


def _place(argument: str, value: Any, names: Sequence[str], others: str, noun: str) -> int:
    """Place of a name, of which there must be one, or a place itself."""
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    if not isinstance(value, str):
        return check_index(argument, value, len(names), f" ({listed})")
    found = [place for place, one in enumerate(names) if one == value]
    if not found:
        raise ValueError(
            f"{argument} must be {others}the name or index of a {noun} ({listed}), but is {shown(value)}"
            f"{did_you_mean(value, names)}"
        )
    if len(found) > 1:
        raise ValueError(f"{argument} must be one {noun}, but {len(found)} are called {shown(value)}; give an index")
    return found[0]


def check_label(argument: str, label: Any, labels: Iterable[str]) -> str:
    """Label of a method, also in another spelling or by another name of the method."""
    known = list(labels)
    found = matching(label, known) if isinstance(label, str) else None
    if found is None:
        raise ValueError(no_such_label(argument, label, known))
    return found


def no_such_label(argument: str, label: Any, labels: Iterable[str]) -> str:
    """Message that no method has a label."""
    known = list(labels)
    return f"{argument} must be one of {', '.join(known)}, but is {shown(label)}{did_you_mean(label, known)}"


def check_seed(seed: Any) -> int:
    """Seed of numpy's and of Keras' generators."""
    return check_count("seed", seed, 0, 2**32 - 1 if _is_whole(seed) and seed > MOST else None)


def check_number(
    argument: str,
    value: Any,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
    below: float = np.inf,
    most: float = np.inf,
    way_out: str = "",
) -> float:
    """Finite number within these limits, of which `above` and `below` are exclusive."""
    number = _as_float(value)
    # Written so that NaN, of which every comparison is false, is refused.
    if isfinite(number) and above < number < below and least <= number <= most:
        return number
    limits = {"above": above, "at least": least, "below": below, "at most": most}
    rule = " and".join(f" {word} {limit:g}" for word, limit in limits.items() if isfinite(limit))
    raise ValueError(f"{argument} must be a finite number{rule}, but is {shown(value)}{way_out}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)


def _as_float(value: Any) -> float:
    """A number as float; NaN for anything else, and for a whole number that is too large."""
    try:
        return float(value) if _is_whole(value) or isinstance(value, float | np.floating) else np.nan
    except OverflowError:
        return np.nan


def check_flag(argument: str, value: Any) -> bool:
    """Python bool, also from a numpy bool, which JSON cannot store."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{argument} must be True or False, but is {shown(value)}")
    return bool(value)


def check_choice(argument: str, value: Any, choices: Iterable[Chosen], way_out: str = "") -> Chosen:
    """One of some values."""
    known = list(choices)
    # Compared only with what has one type: an array has no truth value, and True equals 1.
    for choice in known:
        alike = isinstance(value, str) if isinstance(choice, str) else _is_whole(value)
        if alike and choice == value:
            return choice
    words = [shown(choice) for choice in known]
    rule = " or ".join(words) if len(words) < 3 else f"one of {', '.join(words)}"
    close = did_you_mean(value, [choice for choice in known if isinstance(choice, str)])
    raise ValueError(f"{argument} must be {rule}, but is {shown(value)}{close or way_out}")


def check_layer(layer: Any) -> None:
    """Refuse what is neither the name nor the index of a layer, nor a layer; None is the default one."""
    if layer is None or isinstance(layer, str) or isinstance(getattr(layer, "name", None), str):
        return
    if not _is_whole(layer):
        raise TypeError(f"layer must be the name or index of a layer, or a layer, but is {shown(layer)}")


def check_text(argument: str, value: Any) -> str:
    """A str, also from a Path or a numpy str."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{argument} must be a str, but is {shown(value)}")
    return str(value)


def check_path(argument: str, value: Any) -> Path:
    """Path of a file."""
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        raise TypeError(f"{argument} must be a str or Path that names a file, but is {shown(value)}")
    if not os.fspath(value) or "\0" in os.fspath(value):
        raise ValueError(f"{argument} must name a file, but is {shown(value)}")
    return Path(value)


def check_new_file(argument: str, value: Any) -> Path:
    """Path of a file that can be written: its folder exists."""
    path = check_path(argument, value)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{argument} must be a file in a folder that exists, but there is no folder {path.parent}"
        )
    if path.is_dir():
        raise IsADirectoryError(f"{argument} must be a file, but {path} is a folder")
    return path


def check_old_file(argument: str, value: Any) -> Path:
    """Path of a file that can be read."""
    path = check_path(argument, value)
    if not path.exists():
        raise FileNotFoundError(f"{argument} must be a file that exists, but there is no {str(path)!r}")
    return path


def check_function(argument: str, value: Any, of: str) -> Callable[..., Any]:
    """A function, or another object that can be called; a class would make an instance instead of a result."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{argument} must be a function of {of}, but is {shown(value)}")
    return value


def check_members(argument: str, value: Any, of: str, needed: Iterable[str]) -> Any:
    """An object with some attributes, such as those of a protocol."""
    if isinstance(value, type) or not all(hasattr(value, name) for name in needed):
        raise TypeError(f"{argument} must be {of}, but is {shown(value)}")
    return value


def check_list(argument: str, value: Any, of: str) -> list[Any]:
    """Several values in their order."""
    if not is_sequence(value):
        raise TypeError(f"{argument} must be a sequence of {of}, but is {shown(value)}")
    return list(value)


def is_sequence(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether a value holds others in an order, to be read more than once: no str, mapping, set or generator."""
    unordered = isinstance(value, str | bytes | Mapping | type) or (
        isinstance(value, Set) and not isinstance(value, KeysView)
    )
    several = isinstance(value, Iterable) and hasattr(value, "__len__")
    return several and not unordered and getattr(value, "ndim", 1) > 0


def check_mapping(argument: str, values: Any) -> Mapping[str, Any]:
    """Values by the label of a method."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{argument} must be a mapping from labels of methods, but is {shown(values)}")
    wrong = [label for label in values if not isinstance(label, str)]
    if wrong:
        raise TypeError(
            f"{argument} must name methods by str, but has the key {shown(wrong[0])}; give str({shown(wrong[0])})"
        )
    return values


def check_names(argument: str, names: Any, noun: str, count: int) -> tuple[str, ...]:
    """Names as a tuple of str, one of each; numbered nouns by default."""
    if names is None:
        return tuple(f"{noun} {index}" if noun else "" for index in range(count))
    if isinstance(names, str):
        raise TypeError(f"{argument} must be a sequence of {count} names, but is one str, {shown(names)}")
    names = check_list(argument, names, f"{count} names")
    if len(names) != count:
        raise ValueError(f"{argument} must hold {count} names, but holds {len(names)}")
    wrong = [name for name in names if not isinstance(name, str | int | float | np.generic)]
    if wrong:
        raise TypeError(f"{argument} must hold names, but holds {shown(wrong[0])}")
    return tuple(str(name) for name in names)


def check_sampling_rate(sampling_rate: Any) -> float | None:
    """Samples per second as a positive float, or None."""
    if sampling_rate is None:
        return None
    return check_number("sampling_rate", sampling_rate, above=0, way_out="; it is in samples per second")


def as_float32(argument: str, values: np.ndarray, *, copy: bool = True) -> np.ndarray:
    """Numbers as float32; an error if a finite number is beyond its range and would become infinite."""
    with np.errstate(over="ignore"):
        single = values.astype(np.float32, copy=copy)
    infinite = np.isinf(single)
    if infinite.any() and np.isfinite(beyond := values[infinite]).any():
        limit = np.finfo(np.float32).max
        raise ValueError(
            f"{argument} must hold numbers from -{limit:.1e} to {limit:.1e}, as float32 does, but holds "
            f"{beyond[np.isfinite(beyond)][0]:g}; scale it, as for training"
        )
    return single


def refuse_masked(argument: str, values: Any) -> None:
    """Refuse an array, or nested lists of arrays, if a mask hides some values: np.asarray would ignore the mask."""
    if _is_masked(values):
        raise ValueError(
            f"{argument} must not be masked, but some of its values are: they would be used like all others; "
            f"fill them first, as in {argument}.filled(0)"
        )


def _is_masked(values: Any) -> bool:
    if isinstance(values, list | tuple):
        return any(map(_is_masked, values))
    return isinstance(values, np.ma.MaskedArray) and bool(np.ma.is_masked(values))


def unmasked(argument: str, values: Any) -> np.ndarray:
    """Values as an array; an error if a mask hides some of them, or if their lengths differ."""
    refuse_masked(argument, values)
    try:
        return np.asarray(values)
    except (ValueError, TypeError):
        raise ValueError(f"{argument} must be an array, but its parts differ in length: {shown(values)}") from None


def as_array(argument: str, values: Any) -> np.ndarray:
    """Real numbers as an array."""
    return check_real(argument, unmasked(argument, values))


def check_real(argument: str, values: np.ndarray) -> np.ndarray:
    """The values; an error if they are not real numbers."""
    if values.dtype.kind not in "iufb":
        held = shown(values.item()) if values.ndim == 0 else values.dtype
        raise TypeError(f"{argument} must hold real numbers, but {'is' if values.ndim == 0 else 'holds'} {held}")
    return values


def check_finite(argument: str, values: np.ndarray, way_out: str = "") -> np.ndarray:
    """The values; an error if some are NaN or infinite."""
    wrong = np.count_nonzero(~np.isfinite(values))
    if wrong:
        raise ValueError(f"{argument} must be finite, but holds {wrong} NaN or infinite values{way_out}")
    return values


def finite(name: str, values: Any) -> np.ndarray:
    """Numbers as float32, none of them NaN or infinite."""
    return check_finite(name, numbers(name, values))


def with_gaps(name: str, values: Any) -> np.ndarray:
    """Numbers as float32, none of them infinite; NaN is a gap."""
    values = numbers(name, values)
    if np.isnan(values).all():
        raise ValueError(f"{name} must hold a number at least, but holds {values.size} NaN values only")
    if np.isinf(values).any():
        raise ValueError(
            f"{name} must be finite, or NaN for a gap, but holds {np.count_nonzero(np.isinf(values))} infinite values"
        )
    return values


def numbers(name: str, values: Any, dtype: type = np.float32) -> np.ndarray:
    """Real numbers as a copy, so that an explanation does not change when the caller's array does."""
    values = as_array(name, values)
    return as_float32(name, values) if dtype is np.float32 else values.astype(dtype)


def indices(argument: str, values: Any, count: int, rule: str) -> np.ndarray:
    """Indices from 0 to `count` - 1 as an array of any shape; `rule` states what they are."""
    given = unmasked(argument, values)
    if not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"{argument} must be {rule}, but is {shown(values)}")
    wrong = given[(given < 0) | (given >= count)]
    if wrong.size:
        raise ValueError(f"{argument} must be {rule} from 0 to {count - 1}, but holds {wrong.flat[0]}")
    return given


def check_rows(argument: str, values: Any, count: int) -> np.ndarray:
    """Indices, each once, of some of `count`; one index, several, or a mask. None is all."""
    if values is None:
        return np.arange(count)
    if isinstance(values, np.ndarray) and not values.ndim:
        values = values[()]
    items = list(values) if is_sequence(values) or isinstance(values, Iterator) else [values]
    if len(items) == count and all(isinstance(item, bool | np.bool_) for item in items):
        items = np.flatnonzero(items).tolist()
    if not items or not all(_is_whole(item) and 0 <= item < count for item in items):
        raise ValueError(
            f"{argument} must be indices from 0 to {count - 1}, one at least, or a mask of {count} booleans, "
            f"but is {shown(values)}"
        )
    return np.array(list(dict.fromkeys(map(int, items))))


def within(name: str, values: np.ndarray, least: float, most: float = np.inf) -> np.ndarray:
    """Numbers from `least` to `most`, with a tolerance for rounding; NaN is allowed."""
    wrong = values[(values < least - 1e-6) | (values > most + 1e-6)]
    if wrong.size:
        rule = f"from {least:g} to {most:g}" if np.isfinite(most) else f"at least {least:g}"
        raise ValueError(f"{name} must be {rule}, but holds {wrong[0]:g}")
    return values


def shaped(name: str, values: np.ndarray, dims: str, shape: tuple[int | None, ...]) -> None:
    """Refuse an array of another shape; None is any size."""
    if values.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, values.shape, strict=True)):
        wanted = f" = {shape}".replace("None", "any") if any(shape) else ""
        raise ValueError(f"{name} must have shape {dims}{wanted}, but has {values.shape}")
