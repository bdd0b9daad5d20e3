"""Numeric options of every method: what no method can use is refused when the method is made, before it runs."""

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from cam1d_widget.attribution.masking import Blur, LocalMean, Noise, Swap
from cam1d_widget.attribution.methods import LRP, IntegratedGradients, all_methods
from cam1d_widget.validation import check_number

NEVER = (float("nan"), float("inf"), -float("inf"), -1, "a", [1.5], True, None)
MAKERS = [*all_methods(), *(Blur, LocalMean, Noise, Swap)]
NUMERIC = [
    (made, field)
    for made in MAKERS
    if is_dataclass(made)
    for field in fields(made)
    if {"int", "float"} & set(str(field.type).replace("|", " ").split())
]


def wrong_values(field):
    whole = "int" in str(field.type)
    optional = "None" in str(field.type)
    several = "Sequence" in str(field.type)
    values = [value for value in NEVER if not (optional and value is None)]
    return [*values, *([1.5, np.float64(3)] if whole else []), *([[], [3, 0]] if several else [])]


def test_options_of_all_kinds_are_found():
    names = {field.name for _, field in NUMERIC}
    wanted = "steps tolerance references samples noise_level seed epsilon gamma alpha beta masks probability size width"
    assert set(wanted.split()) <= names


@pytest.mark.parametrize(
    ("made", "field"), [pytest.param(made, field, id=f"{made.__name__}-{field.name}") for made, field in NUMERIC]
)
def test_a_number_that_no_method_can_use_is_refused_by_its_name(made, field):
    others = {"background": np.zeros((2, 4, 1))} if made is Swap else {}
    for value in wrong_values(field):
        with pytest.raises(ValueError, match=rf"^{field.name} must be a (whole|finite) number"):
            made(**others, **{field.name: value})


def test_limits_are_named_with_the_value_and_the_way_out():
    for options, words in (
        ({"above": 0}, "a finite number above 0"),
        ({"least": 0, "most": 0.5}, "a finite number at least 0 and at most 0.5"),
        ({}, "a finite number"),
    ):
        with pytest.raises(ValueError, match=rf"^k must be {words}, but is inf; give 1$"):
            check_number("k", float("inf"), **options, way_out="; give 1")
    check_number("k", np.float32(0.5), above=0, below=1)
    check_number("k", 0, least=0)


def test_usable_values_are_accepted():
    assert IntegratedGradients(tolerance=None).tolerance is None
    assert IntegratedGradients(tolerance=0, steps=np.int64(3)).steps == 3
    assert LRP("alpha-beta", alpha=2, beta=1).alpha == 2
    with pytest.raises(ValueError, match="alpha - beta must be 1"):
        LRP("alpha-beta", alpha=2, beta=0)
