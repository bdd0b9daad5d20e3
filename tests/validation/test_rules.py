"""Rules of arguments: what each returns, and that neither a bool nor NaN is a number, nor 1.5 an index."""

from pathlib import Path

import numpy as np
import pytest

from cam1d_widget import validation as rules

from ..support.hostile import VALUES


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_every_value_is_shown_short_in_one_line_and_without_an_address(value):
    words = rules.shown(value)
    assert words
    assert len(words) < 120
    assert "\n" not in words
    assert " at 0x" not in words


def test_values_are_shown_in_words():
    assert rules.shown(1.5) == "1.5"
    assert rules.shown("zz") == "'zz'"
    assert rules.shown(int) == "the class int"
    assert rules.shown(len) == "the function len"
    assert rules.shown(np.zeros((2, 3))) == "an array of shape (2, 3)"
    assert rules.shown(object()) == "an object"
    assert rules.shown([Path]) == "[the class Path]"
    assert rules.shown(10**5000) == "a number of 16610 bits"


def test_one_thing_is_singular():
    assert [rules.counted(count, "class") for count in (0, 1, 2)] == ["0 classes", "1 class", "2 classes"]
    with pytest.raises(ValueError, match=r"^channel_names must hold 1 name, but holds 2$"):
        rules.check_names("channel_names", ["a", "b"], "channel", 1)


def test_whole_numbers_come_back_as_int():
    assert type(rules.check_count("n", np.int64(3))) is int
    assert rules.check_index("n", 0, 1) == 0
    assert rules.check_seed(2**32 - 1) == 2**32 - 1
    for wrong in (True, 1.5, np.timedelta64(1), "1", None, 0, -1, 2**31):
        with pytest.raises(ValueError, match=r"^n must be a whole number"):
            rules.check_count("n", wrong)
    with pytest.raises(ValueError, match=r"^seed must be a whole number from 0 to 4294967295, but is 4294967296$"):
        rules.check_seed(2**32)


def test_a_count_that_is_too_large_names_the_limit():
    with pytest.raises(ValueError, match=r"^n must be a whole number from 1 to 2147483647, but is 1000"):
        rules.check_count("n", 10**30)
    with pytest.raises(ValueError, match=r"^n must be a whole number, at least 2, but is 1$"):
        rules.check_count("n", 1, least=2)


def test_numbers_come_back_as_float():
    assert type(rules.check_number("n", np.float32(0.5))) is float
    for wrong in (True, np.True_, float("nan"), float("inf"), 10**400, "1", None, 1j, np.zeros(1)):
        with pytest.raises(ValueError, match=r"^n must be a finite number, but is "):
            rules.check_number("n", wrong)


def test_a_choice_equals_one_of_its_type():
    assert rules.check_choice("n", np.int64(1), (1, 2)) == 1
    assert rules.check_choice("n", np.str_("a"), ("a", "b")) == "a"
    for wrong in (True, 1.0, "1", np.array([1, 1])):
        with pytest.raises(ValueError, match=r"^n must be 1 or 2, but is "):
            rules.check_choice("n", wrong, (1, 2))


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (None, [0, 1, 2]),
        (2, [2]),
        (np.array(2), [2]),
        ([2, 0, 2], [2, 0]),
        ([True, False, True], [0, 2]),
        ((one for one in (1,)), [1]),
    ],
)
def test_rows_are_indices_each_once_or_a_mask(values, rows):
    assert rules.check_rows("n", values, 3).tolist() == rows


@pytest.mark.parametrize("values", [3, -1, [], [True], [0.0], [True, 0, 1], "a", {0: 1}])
def test_what_names_no_row_is_refused(values):
    with pytest.raises(ValueError, match=r"^n must be at least one index from 0 to 2, or a mask of 3 booleans, but"):
        rules.check_rows("n", values, 3)


def test_a_file_must_be_where_it_can_be(tmp_path):
    assert rules.check_new_file("path", str(tmp_path / "a.npz")) == tmp_path / "a.npz"
    with pytest.raises(FileNotFoundError, match=r"^path must be a file in an existing folder, but .* does not exist"):
        rules.check_new_file("path", tmp_path / "b" / "a.npz")
    with pytest.raises(IsADirectoryError, match=r"^path must be a file, but .* is a folder$"):
        rules.check_new_file("path", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"^path must be an existing file, but '.*a.npz' does not exist$"):
        rules.check_old_file("path", tmp_path / "a.npz")
    for wrong in (None, 5, b"a", "", "a\0b"):
        with pytest.raises((TypeError, ValueError), match=r"^path must "):
            rules.check_path("path", wrong)


def test_what_is_read_more_than_once_is_no_generator():
    assert all(map(rules.is_sequence, ([], (), range(2), np.zeros(2), {}.keys(), {}.values())))
    assert not any(map(rules.is_sequence, ("a", b"a", {}, set(), iter([]), np.array(1), int, None)))
