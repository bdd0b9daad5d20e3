"""Hostile arguments: values of every type, which of them each kind of parameter may take, and what an error must say."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cam1d_widget

PACKAGE = str(Path(cam1d_widget.__file__).parent)
HUGE = 10**30


def _objects() -> np.ndarray:
    values = np.empty(2, object)
    values[:] = [object(), "a"]
    return values


VALUES: dict[str, Any] = {
    "None": None,
    "True": True,
    "np.True_": np.True_,
    "5": 5,
    "np.int64(5)": np.int64(5),
    "-1": -1,
    "-7": -7,
    "1.5": 1.5,
    "np.float32(1.5)": np.float32(1.5),
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": -float("inf"),
    "10**30": HUGE,
    "10**400": 10**400,
    "1j": 1j,
    "'zz'": "zz",
    "''": "",
    "'1'": "1",
    "b'zz'": b"zz",
    "[]": [],
    "[1]": [1],
    "[1.5]": [1.5],
    "[nan]": [float("nan")],
    "[-1, 99]": [-1, 99],
    "['zz']": ["zz"],
    "[None]": [None],
    "[[]]": [[]],
    "(1, 'a')": (1, "a"),
    "{}": {},
    "{'zz': 1}": {"zz": 1},
    "{1: 'zz'}": {1: "zz"},
    "set": {1, 2},
    "object()": object(),
    "int": int,
    "len": len,
    "generator": (one for one in ()),
    "zeros(0)": np.zeros(0),
    "zeros(2, 2, 2, 2)": np.zeros((2, 2, 2, 2)),
    "array of nan": np.full((3, 24, 2), np.nan),
    "array of str": np.array(["a", "b"]),
    "array of objects": _objects(),
    "array of complex": np.zeros((3, 24, 2), complex),
    "array of dates": np.array(["2020-01-01"], "datetime64[s]"),
}

# Which values each kind of parameter may take; all others must be refused. "nothing" takes none: no array here is a series,
# a map or a list of classes of the tests' model, and no number is one of its indices. A value that may be taken may be
# refused as well, where a limit forbids it. None may be taken wherever it is the default or part of the type.
WHOLE, FRACTION = {"5", "np.int64(5)"}, {"1.5", "np.float32(1.5)"}
TAKEN: dict[str, set[str]] = {
    "nothing": set(),
    "flag": {"True", "np.True_"},
    "whole": WHOLE,
    "seed": WHOLE,
    "number": {*WHOLE, *FRACTION, "10**30"},
    "text": {"'zz'", "''", "'1'"},
    "path": {"'zz'", "'1'"},
    "function": {"len", "int"},
    "baseline": {*WHOLE, *FRACTION, "10**30", "-1", "-7", "[1]", "[1.5]", "[-1, 99]", "len"},
    "window": {*WHOLE, "[]", "[1]", "zeros(0)"},
    "change points": {"[]", "[1]", "zeros(0)"},
    "sizes": {*WHOLE, "[1]"},
    "indices": {"[1]"},
    "mapping": {"{}"},
    "layer": {*WHOLE, "-1"},
    "units": {"[-1, 99]", "(1, 'a')", "array of str", "'zz'", "''", "'1'"},
    "list": {"[]"},
    "bound": {*WHOLE, *FRACTION, "10**30", "inf"},
    "names": {"[-1, 99]", "(1, 'a')", "array of str"},
}


# Texts of Python, numpy and Keras, which no message may be or contain.
RAW = re.compile(
    r"object (is not|does not|has no|cannot)|unhashable|unsupported operand|not supported between|bad operand"
    r"|truth value|ambiguous|ufunc|SeedSequence|could not be broadcast|broadcast together|setting an array element"
    r"|out of bounds for axis|invalid literal|could not convert|cannot convert|only (length-1|integer|0-d)|has no attribute"
    r"|positional argument|unexpected keyword|expected (str|bytes|an int|a )|must be (real number|str, not|a string or)"
    r"|Received( |:)|Expected .* got|argument should be|\[Errno|inhomogeneous|Invalid dtype|Cannot cast|dtype=|<.* at 0x"
    r"|unpack|not iterable|Unknown layer|NoneType|Layer '|keras\.(?!Model)|KerasTensor|arg(ument)? \d|Traceback|Tensor\(|too large to"
)


def fault_of(call: Callable[[], Any], argument: str) -> tuple[str, str]:
    """What a call does: "taken"; "refused" in a sentence of ours; else "raw", with what is wrong with its error."""
    try:
        call()
    except (ValueError, TypeError, OSError) as fault:
        wrong = wrong_with(fault, argument)
        return ("raw", f"{type(fault).__name__}: {fault} [{wrong}]") if wrong else ("refused", str(fault))
    except Exception as fault:
        return "raw", f"{type(fault).__name__}: {fault} [no ValueError or TypeError]"
    return "taken", ""


def wrong_with(fault: BaseException, argument: str) -> str:
    """What is wrong with an error about an argument; "" if nothing is."""
    words, innermost = str(fault), traceback.extract_tb(fault.__traceback__)[-1]
    if not re.search(rf"(?<![\w.]){re.escape(argument)}(?![\w])", words):
        return "argument not named"
    if "\n" in words or len(words) > 600:
        return "more than one sentence"
    if RAW.search(words):
        return f"raw text {RAW.search(words)[0]!r}"
    if not innermost.filename.startswith(PACKAGE) and "traitlets" not in innermost.filename:
        return f"raised in {innermost.filename}"
    return ""
