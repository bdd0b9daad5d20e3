"""Hostile arguments: values of every type, which of them a parameter may accept, and what an error must state."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from traitlets import TraitError

import cam1d_widget

PACKAGE = str(Path(cam1d_widget.__file__).parent)


def _endless() -> list[Any]:
    """A list that holds itself."""
    made: list[Any] = []
    made.append(made)
    return made


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
    "10**30": 10**30,
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
    "[[[...]]]": _endless(),
    "(1, 'a')": (1, "a"),
    "{}": {},
    "{'zz': 1}": {"zz": 1},
    "{1: 'zz'}": {1: "zz"},
    "{1, 2}": {1, 2},
    "object()": object(),
    "int": int,
    "len": len,
    "generator": (one for one in ()),
    "zeros(0)": np.zeros(0),
    "zeros(2, 2, 2, 2)": np.zeros((2, 2, 2, 2)),
    "array of nan": np.full((3, 24, 2), np.nan),
    "array of str": np.array(["a", "b"]),
    "array of objects": np.array([object(), "a", object()], object),
    "array of complex": np.zeros((3, 24, 2), complex),
    "array of dates": np.array(["2020-01-01"], "datetime64[s]"),
}

# Which values each kind of parameter may take; it must refuse all others. "nothing" takes none: no array above is a
# series, a map or a list of classes of the tests' model, and no number is one of its indices. A value that may be taken
# may be refused as well, where a limit forbids it. None may be taken where it is the default or part of the type.
WHOLE, FRACTION, TEXT = {"5", "np.int64(5)"}, {"1.5", "np.float32(1.5)"}, {"'zz'", "''", "'1'"}
NAMES = {"[-1, 99]", "(1, 'a')", "array of str"}
TAKEN: dict[str, set[str]] = {
    "nothing": set(),
    "flag": {"True", "np.True_"},
    "whole": WHOLE,
    "number": {*WHOLE, *FRACTION, "10**30"},
    "signed": {*WHOLE, *FRACTION, "10**30", "-1", "-7"},
    "bound": {*WHOLE, *FRACTION, "10**30", "inf"},
    "text": TEXT,
    "path": TEXT - {"''"},
    "function": {"len"},
    "baseline": {*WHOLE, *FRACTION, "10**30", "-1", "-7", "[1]", "[1.5]", "[-1, 99]", "len"},
    "change points": {"[]", "[1]", "zeros(0)"},
    "window": {*WHOLE, "[]", "[1]", "zeros(0)"},
    "sizes": {*WHOLE, "[1]"},
    "indices": {"[1]"},
    "mapping": {"{}"},
    "layer": {*WHOLE, "-1"},
    "names": NAMES,
    "units": {*NAMES, *TEXT},
    "list": {"[]", "zeros(0)"},
    "channels": {"[]", "[1]", "zeros(0)"},
}
# Functions that a parameter may take, and that raise errors when they are called.
UNTRIED = {"progress": {"len", "int"}}

# Texts of Python, numpy, TensorFlow and Keras, of which no message may hold any.
RAW = re.compile(
    r"""
    object\ (is\ not|does\ not|has\ no|cannot) | has\ no\ attribute | not\ iterable | unhashable | unpack | NoneType
    | unsupported\ operand | not\ supported\ between | bad\ operand | invalid\ literal | can('t|not)\ convert
    | could\ not\ (convert|be\ broadcast) | too\ large\ to | positional\ argument | unexpected\ keyword | argument\ \d
    | argument\ (should\ be|must\ be\ a) | expected\ (str|bytes) | truth\ value | ambiguous | ufunc | SeedSequence
    | broadcast\ together | inhomogeneous | out\ of\ bounds\ for\ axis | setting\ an\ array | Invalid\ dtype
    | only\ (length-1|integer|0-d) | Cannot\ cast | dtype= | <.*\ at\ 0x | \[Errno | Traceback | Received(\ |:)
    | Expected\ .*\ got | Unknown\ layer | Layer\ ' | keras\.(?!Model) | KerasTensor | Tensor\(
    """,
    re.VERBOSE,
)


class Outcome(NamedTuple):
    """What came of a call: "taken", "refused" in a sentence of ours, or "raw", with what is wrong with the error."""

    kind: str
    words: str = ""


def outcome_of(call: Callable[[], Any], argument: str) -> Outcome:
    """Call, and judge an error by what it says about an argument."""
    try:
        call()
    except (ValueError, TypeError, OSError, TraitError) as fault:
        wrong = wrong_with(fault, argument)
        return Outcome("raw", f"{type(fault).__name__}: {fault} [{wrong}]") if wrong else Outcome("refused", str(fault))
    except Exception as fault:
        return Outcome("raw", f"{type(fault).__name__}: {fault} [no ValueError, TypeError or TraitError]")
    return Outcome("taken")


def wrong_with(fault: BaseException, argument: str) -> str:
    """What is wrong with an error about an argument; "" if nothing is."""
    words, innermost = str(fault), traceback.extract_tb(fault.__traceback__)[-1]
    if not re.search(rf"(?<![\w.]){re.escape(argument)}(?![\w])", words):
        return "it does not name the argument"
    if "\n" in words or len(words) > 2_000:
        return "it is more than a sentence"
    if found := RAW.search(words):
        return f"it says {found[0]!r}"
    if not innermost.filename.startswith(PACKAGE):
        return f"it was raised in {innermost.filename}"
    return ""
