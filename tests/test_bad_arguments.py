"""Every public call with hostile values of each argument: what makes no sense is refused in one sentence.

A sentence of ours names the argument, is one line, and was raised in this package. Nothing else may come out of a call:
no text of Python, numpy or Keras, no meaningless value that is accepted, and no call that does not end.
"""

from __future__ import annotations

import contextlib
import io
import signal
import warnings
import zlib
from collections import Counter
from itertools import chain
from typing import Any

import pytest

import cam1d_widget
from cam1d_widget import CAM1DWidget
from cam1d_widget.validation import check_choice, check_count

from .support.hostile import TAKEN, UNTRIED, VALUES, outcome_of
from .support.public_calls import PART_TRAITS, Call, calls, subject, traits
from .support.selection import slow_but

SECONDS = 300
"""No call takes a hundredth of this."""


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    """Files are written to a separate folder; progress bars and warnings about odd values are not shown."""
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def ending(words: str):
    """Fail with these words if what is within does not end."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"no end: {words}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def cases(call: Call, every: int) -> list[tuple[str, str, str]]:
    """Argument, its kind and name of a value: each `every`-th, beginning elsewhere for each argument."""
    tried = []
    for place, (argument, kind) in enumerate(call.kinds.items(), zlib.crc32(call.name.encode())):
        names = [name for name in VALUES if name not in UNTRIED.get(argument, ())]
        tried += [(argument, kind, name) for name in names[place % every :: every]]
    return tried


def faults_of(call: Call, every: int, counted: Counter[str]) -> list[str]:
    """What goes wrong with a call."""
    faults = []
    for argument, kind, name in cases(call, every):
        words = f"{call.name}({argument}={name})"
        with ending(words):
            outcome = outcome_of(lambda one={argument: VALUES[name]}: call(**one), argument)
        may_be_taken = name in TAKEN[kind] or (name == "None" and argument in call.optional)
        meaningless = outcome.kind == "taken" and not may_be_taken
        counted["meaningless" if meaningless else outcome.kind] += 1
        if meaningless or outcome.kind == "raw":
            faults.append(f"{words}: {'accepted' if meaningless else outcome.words}")
    return faults


@pytest.mark.few(6)
@pytest.mark.parametrize("area", [*cam1d_widget.__all__, "traits"])
@pytest.mark.parametrize("every", slow_but([80], [80, 1]))
def test_what_makes_no_sense_is_refused_in_a_sentence_that_names_it(area, every, record_property):
    counted: Counter[str] = Counter()
    faults = []
    for call in traits() if area == "traits" else calls(area):
        call()  # the arguments that are not tried are right
        faults += faults_of(call, every, counted)
    record_property("bad arguments", dict(counted))
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:40])


def test_every_trait_that_a_browser_shares_is_tried():
    parts = subject(CAM1DWidget).mark.parts
    for name, kinds in PART_TRAITS.items():
        shared = {one for one in parts[name].traits(sync=True, echo_update=None) if not one.startswith("_")}
        assert shared == set(kinds), name


def test_an_argument_that_there_is_not_is_refused_by_its_name():
    for call in chain(*map(calls, cam1d_widget.__all__)):
        if call.takes_more:
            assert outcome_of(lambda call=call: call(zz=5), "zz").kind == "refused", call.name


@pytest.mark.parametrize(
    ("call", "argument", "kind"),
    [
        (lambda: check_count("steps", 1.5), "steps", "refused"),
        (lambda: check_count("steps", 5), "steps", "taken"),
        (lambda: check_count("steps", 1.5), "step", "raw"),
        (lambda: len(5), "len", "raw"),
        (lambda: {}["steps"], "steps", "raw"),
        (lambda: check_choice("steps", "a", ["object is not"]), "steps", "raw"),
        (lambda: check_choice("steps", "a", ["b\n"]), "steps", "refused"),
    ],
)
def test_the_judge_tells_sentences_from_texts_of_python(call, argument, kind):
    assert outcome_of(call, argument).kind == kind
