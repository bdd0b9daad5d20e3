"""The result: checked once, saved to one file, and read back unchanged."""

from __future__ import annotations

import copy
import io
import json
import pickle
import re
import tracemalloc
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cam1d_widget import Explanation

from ..support.hostile import RAW

RNG = np.random.default_rng(3)


def parts(**changes):
    return {
        "x": RNG.normal(size=(2, 10, 3)),
        "scores": RNG.normal(size=(2, 4)),
        "targets": [[0, 1], [3, 2]],
        "attributions": {"CAM": RNG.normal(size=(2, 2, 10, 1)), "Gradient × Input": RNG.normal(size=(2, 2, 10, 3))},
        **changes,
    }


def test_attribution_is_found_by_class_not_by_column():
    explanation = Explanation(**parts())
    stored = explanation.attributions["CAM"]
    np.testing.assert_array_equal(explanation.attribution("CAM", 1, 2), stored[1, 1])
    np.testing.assert_array_equal(explanation.attribution("CAM", 0, 1), stored[0, 1])
    assert explanation.has("CAM", 0, 1)
    assert not explanation.has("CAM", 0, 2)
    assert not explanation.has("Saliency", 0, 1)


def test_one_class_per_instance_needs_no_axis_of_targets():
    maps = {"CAM": RNG.normal(size=(2, 10, 1)), "Occlusion": RNG.normal(size=(2, 10, 3))}
    errors, gaps = {"Occlusion": np.abs(maps["Occlusion"])}, {"CAM": np.array([0.0, 0.5])}
    short = Explanation(**parts(targets=np.array([1, 3]), attributions=maps, standard_errors=errors, completeness=gaps))
    assert short.targets.tolist() == [[1], [3]]
    for label, one in maps.items():
        np.testing.assert_allclose(short.attribution(label, 1, 3), one[1], rtol=1e-6)
    np.testing.assert_allclose(short.standard_error("Occlusion", 0, 1), errors["Occlusion"][0], rtol=1e-6)
    assert short.completeness_gap("CAM", 1, 3) == 0.5


def test_gaps_in_a_series_stay_gaps_through_a_file(tmp_path):
    x = parts()["x"]
    x[0, 2:5, 1] = np.nan
    explanation = Explanation(**parts(x=x))
    explanation.save(tmp_path / "gaps.npz")
    np.testing.assert_array_equal(Explanation.load(tmp_path / "gaps.npz").x, x.astype(np.float32))


def test_file_brings_everything_back(tmp_path):
    explanation = Explanation(
        **parts(
            y=[0, 3],
            class_names=["a", "b", "c", "<b>d</b>"],
            channel_names=["x", "y", "ζ"],
            channel_units=["g", "g", "rad/s"],
            sampling_rate=50,
            probabilities=np.full((2, 4), 0.25),
            exactness={"CAM": "exact"},
            completeness={"CAM": [[0.0, 0.1], [0.2, np.nan]]},
            signed={"CAM": False},
            descriptions={"CAM": "a map"},
            families={"CAM": "class activation map"},
            receptive_field=[[0, 5, 2], [5, 10, 7]],
        )
    )
    path = tmp_path / "kept.explanation"
    explanation.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["kept.explanation"]
    again = Explanation.load(path)
    for name in ("x", "scores", "targets", "y", "probabilities", "receptive_field"):
        np.testing.assert_array_equal(getattr(again, name), getattr(explanation, name))
    for name in ("class_names", "channel_names", "channel_units", "sampling_rate", "methods"):
        assert getattr(again, name) == getattr(explanation, name)
    for name in ("exactness", "signed", "descriptions", "families"):
        assert dict(getattr(again, name)) == dict(getattr(explanation, name))
    for method in explanation.methods:
        np.testing.assert_array_equal(again.attributions[method], explanation.attributions[method])
        np.testing.assert_array_equal(again.completeness[method], explanation.completeness[method])


def test_what_numpy_and_pathlib_return_is_kept_in_a_file(tmp_path):
    words = {
        "adds_up": {"CAM": np.str_("add up")},
        "descriptions": {"CAM": Path("a/b")},
        "exactness": {"CAM": np.str_("exact")},
    }
    maps = parts()["attributions"]["CAM"]
    explanation = Explanation(
        **parts(signed={"CAM": (maps > maps).any()}, placed={"CAM": (maps == maps).all()}, **words)
    )
    explanation.save(tmp_path / "kept.npz")
    for one in (explanation, Explanation.load(tmp_path / "kept.npz")):
        assert one.signed["CAM"] is False
        assert one.placed["CAM"] is True
        assert [getattr(one, name)["CAM"] for name in words] == ["add up", "a/b", "exact"]
        assert {type(getattr(one, name)["CAM"]) for name in words} == {str}


@pytest.mark.parametrize("taken_along", [copy.copy, copy.deepcopy, lambda whole: pickle.loads(pickle.dumps(whole))])
def test_copies_and_pickles_are_the_same_and_as_hard_to_change(taken_along):
    explanation = Explanation(**parts(exactness={"CAM": "exact"}, sampling_rate=50))
    again = taken_along(explanation)
    np.testing.assert_array_equal(again.attributions["CAM"], explanation.attributions["CAM"])
    assert (again.exactness, again.sampling_rate) == (explanation.exactness, explanation.sampling_rate)
    with pytest.raises(ValueError, match="read-only"):
        again.x[0] = 0
    with pytest.raises(TypeError):
        again.attributions["CAM"] = 0


def test_defaults_name_everything():
    explanation = Explanation(**parts())
    assert explanation.class_names == ("class 0", "class 1", "class 2", "class 3")
    assert explanation.channel_names == ("channel 0", "channel 1", "channel 2")
    assert explanation.channel_units == ("", "", "")
    assert explanation.exactness == {"CAM": "approximate", "Gradient × Input": "approximate"}
    assert np.isnan(explanation.completeness_gap("CAM", 0, 0))
    assert explanation.signed["CAM"]


def test_repr_fits_a_notebook():
    explanation = Explanation(**parts())
    said = "<Explanation of 2 series (10 samples, 3 channels), 2 of 4 classes each, by CAM, Gradient × Input>"
    assert repr(explanation) == said


def test_callers_array_may_change_afterwards():
    x = np.ones((2, 10, 3))
    explanation = Explanation(**parts(x=x))
    x[:] = 0
    assert (explanation.x == 1).all()
    with pytest.raises(ValueError, match="read-only"):
        explanation.attribution("CAM", 0, 0)[:] = 0


def test_nothing_can_be_assigned():
    explanation = Explanation(**parts())
    with pytest.raises(AttributeError):
        explanation.x = 0
    with pytest.raises(TypeError):
        explanation.attributions["CAM"] = 0


def test_one_hot_true_classes_are_understood():
    assert Explanation(**parts(y=np.eye(4)[[2, 0]])).y.tolist() == [2, 0]
    assert Explanation(**parts(y=[[2], [0]])).y.tolist() == [2, 0]


def test_true_classes_may_be_named():
    named = parts(class_names=["rest", "walk", "run", "fall"], y=["run", "rest"])
    assert Explanation(**named).y.tolist() == [2, 0]
    assert Explanation(**{**named, "y": np.array(["run", "rest"], object)}).y.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": np.zeros((10, 3))}, "x must have shape (instance, time, channel), but has (10, 3)"),
        ({"x": np.full((2, 10, 3), np.inf)}, "x must be finite, or NaN for a gap, but holds 60 infinite values"),
        (
            {"x": np.full((2, 10, 3), 1e39)},
            "x must hold numbers from -3.4e+38 to 3.4e+38, as float32 does, but holds 1e+39",
        ),
        ({"scores": np.full((2, 4), -1e39)}, "scores must hold numbers from -3.4e+38 to 3.4e+38, as float32 does"),
        ({"scores": np.zeros((3, 4))}, "scores must have shape (instance, class) = (2, any), but has (3, 4)"),
        ({"targets": [[4], [0]]}, "targets must be class indices from 0 to 3, but hold 4"),
        ({"targets": [[-1], [1]]}, "but hold -1"),
        ({"targets": [[0.5], [1]]}, "targets must hold class indices"),
        ({"class_names": {0: "a", 1: "b", 2: "c", 3: "d"}}, "class_names must be a sequence of 4 names, but is {0: "),
        ({"sampling_rate": "50"}, "sampling_rate must be a finite number above 0, but is '50'"),
        (
            {"signed": {"GradCam": True}},
            "signed must hold labels of the methods CAM, Gradient × Input, but holds GradCam",
        ),
        ({"targets": 0}, "targets must have shape (instance, target)"),
        (
            {"targets": [0, 1]},
            "attributions['CAM'] must have shape (instance, target, time, channel) = (2, 1, 10, 3), or channel",
        ),
        (
            {"attributions": {"CAM": np.zeros((2, 10))}},
            "attributions['CAM'] must have shape (instance, target, time, channel) = (2, 2, 10, 3), or channel",
        ),
        ({"attributions": {"CAM": np.full((2, 2, 10, 1), np.inf)}}, "attributions['CAM'] must be finite"),
        ({"probabilities": np.zeros((2, 3))}, "probabilities must have shape (instance, class) = (2, 4)"),
        ({"y": [0, 1, 2]}, "y must have shape (instance,) = (2,), one true class for each series of x, but has (3,)"),
        ({"y": [0.5, 1]}, "y must hold class indices"),
        ({"y": ["a", "b"]}, "y must hold class indices, but holds <U1; for names, give class_names="),
        ({"y": ["a", "e"], "class_names": "a b c d".split()}, "or names from a, b, c, d, but holds 'e'"),
        (
            {"y": [[1, 1, 0], [0, 0, 1]]},
            "but has (2, 3); of several classes a series, zeros and ones have shape (2, 4)",
        ),
        (
            {"y": [3, 56.5], "scores": np.zeros((2, 1)), "targets": [[0], [0]], "probabilities": np.ones((2, 1))},
            "gives one number and no classes",
        ),
        ({"class_names": "abcd"}, "class_names must be a sequence of 4 names, but is one str, 'abcd'"),
        ({"channel_units": ["g"]}, "channel_units must hold 3 names, but holds 1"),
        (
            {"sampling_rate": -1},
            "sampling_rate must be a finite number above 0, but is -1; it is in samples per second",
        ),
        ({"exactness": {"CAM": "perfect"}}, "exactness['CAM'] must be one of"),
        *(
            ({name: {"CAM": wrong}}, f"{name}['CAM'] must be True or False, but is {wrong!r}")
            for name in ("signed", "placed")
            for wrong in ("no", 1, None)
        ),
        ({"completeness": {"CAM": [0.1]}}, "completeness['CAM'] must have shape (instance, target)"),
        ({"receptive_field": np.zeros((4, 2))}, "receptive_field must have shape (step, 3)"),
        ({"receptive_field": [[0, np.nan, 2]]}, "receptive_field must be finite, but holds 1 NaN"),
        *(
            ({"receptive_field": [field]}, "receptive_field must hold samples with 0 <= start <= stop <= 10")
            for field in ([-1, 3, 1], [4, 3, 1], [0, 11, 5])
        ),
        (
            {"receptive_field": np.zeros((4, 3), complex)},
            "receptive_field must hold real numbers, but holds complex128",
        ),
        ({"probabilities": np.full((2, 4), -1)}, "probabilities must be from 0 to 1, but holds -1"),
        ({"probabilities": np.full((2, 4), 1.1)}, "probabilities must be from 0 to 1, but holds 1.1"),
        ({"probabilities": np.full((2, 4), np.nan)}, "probabilities must be finite"),
        ({"probabilities": np.zeros((2, 4), complex)}, "probabilities must hold real numbers, but holds complex128"),
        ({"completeness": {"CAM": [[0, -0.1], [0, 0]]}}, "completeness['CAM'] must be at least 0, but holds -0.1"),
        ({"completeness": {"CAM": np.zeros((2, 2), complex)}}, "completeness['CAM'] must hold real numbers"),
        ({"standard_errors": {"CAM": -np.ones((2, 2, 10, 1))}}, "standard_errors['CAM'] must be at least 0, but"),
        ({"x": np.zeros((2, 10, 3), complex)}, "x must hold real numbers, but holds complex128"),
        *(
            ({name: np.ma.masked_equal(np.eye(4)[:2], 1)}, f"{name} must not be masked")
            for name in ("x", "scores", "targets", "y", "probabilities", "receptive_field")
        ),
        ({"attributions": {"CAM": np.ma.masked_equal(np.eye(4), 1)}}, "attributions['CAM'] must not be masked"),
        *(
            ({name: {wrong: 5}}, f"{name} must name methods by str, but has the key {wrong!r}; give str({wrong!r})")
            for name in (
                "attributions",
                "completeness",
                "standard_errors",
                "exactness",
                "signed",
                "adds_up",
                "families",
            )
            for wrong in (5, None, ("CAM", 1))
        ),
        ({"exactness": {"CAM": "exact", 5: "exact"}}, "exactness must name methods by str, but has the key 5"),
        *(
            ({name: 5}, f"{name} must be a mapping from labels of methods, but is 5")
            for name in ("attributions", "completeness", "exactness", "signed", "placed", "descriptions")
        ),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        Explanation(**parts(**changes))


def test_unknown_method_instance_and_class_are_named():
    explanation = Explanation(**parts())
    with pytest.raises(ValueError, match="method must be one of CAM, Gradient × Input, but is 'GradCam'"):
        explanation.attribution("GradCam", 0, 0)
    with pytest.raises(ValueError, match="instance must be a whole number from 0 to 1, but is 2"):
        explanation.attribution("CAM", 2, 0)
    for wrong in (1.5, True, 7, -1):
        with pytest.raises(ValueError, match=f"instance must be a whole number from 0 to 1, but is {wrong}"):
            explanation.plot(wrong)
    with pytest.raises(ValueError, match="target must be a class that was explained on instance 0, one of"):
        explanation.attribution("CAM", 0, 2)


def _text(path: Path) -> None:
    path.write_text("not a zip file")


def _foreign(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, x=np.zeros(3))


def _pickled(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, header=np.array([{"a": 1}], dtype=object))


def _cut_short(path: Path) -> None:
    Explanation(**parts()).save(path)
    path.write_bytes(path.read_bytes()[:-200])


def _flipped(path: Path) -> None:
    Explanation(**parts()).save(path)
    content = bytearray(path.read_bytes())
    for place in range(200, 400):
        content[place] ^= 0xFF
    path.write_bytes(content)


def _rewritten(path: Path, **changed: bytes | None) -> None:
    """An explanation's file with members changed, added or, by None, left out; slashes are written as "__"."""
    Explanation(**parts()).save(path)
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    members |= {f"{name.replace('__', '/')}.npy": content for name, content in changed.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in members.items():
            if content is not None:
                whole.writestr(name, content)


def _npy(values: Any, declared: tuple[int, ...] | None = None) -> bytes:
    file = io.BytesIO()
    values = np.asarray(values)
    np.save(file, values)
    if declared is None:
        return file.getvalue()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": values.dtype.str, "fortran_order": False, "shape": declared})
    return header.getvalue() + values.tobytes()


def _with_header(path: Path, **changes: Any) -> None:
    header = {"format": "cam1d_widget.Explanation/1", "methods": ["CAM", "Gradient × Input"], **changes}
    _rewritten(path, header=_npy(json.dumps(header)))


def _fewer_methods(path: Path) -> None:
    _with_header(path, methods=["CAM"])


def _unknown_field(path: Path) -> None:
    _with_header(path, tea=1)


def _methods_without_names(path: Path) -> None:
    _with_header(path, methods=5)


def _header_of_a_list(path: Path) -> None:
    _rewritten(path, header=_npy("[]"))


def _no_scores(path: Path) -> None:
    _rewritten(path, scores=None)


def _deep_header(path: Path) -> None:
    _rewritten(path, header=_npy("[" * 100_000))


def _map_of_no_method(path: Path) -> None:
    _rewritten(path, attributions__99=_npy(np.zeros((2, 2, 10, 1))))


def _map_counted_from_the_end(path: Path) -> None:
    _rewritten(path, **{"attributions__-1": _npy(np.zeros((2, 2, 10, 1)))})


def _no_header(path: Path) -> None:
    _rewritten(path, header=None)


def _larger_than_held(path: Path) -> None:
    _rewritten(path, x=_npy(np.zeros(3, np.float32), declared=(10**6, 10**6, 3)))


def _of_objects(path: Path) -> None:
    _rewritten(path, x=_npy(np.array([None, 1], object)))


def _outside(path: Path) -> None:
    _rewritten(path, **{"..__..__evil": _npy(np.zeros(3))})


def _changed_directory(path: Path, place: int, value: int) -> None:
    """A byte of every entry of the zip's directory and of every member's own header set to a value."""
    Explanation(**parts()).save(path)
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", place), (b"PK\x01\x02", place + 2)):
        for found in re.finditer(re.escape(mark), bytes(content)):
            content[found.start() + at] = value
    path.write_bytes(content)


def _unknown_compression(path: Path) -> None:
    _changed_directory(path, 8, 99)


def _encrypted(path: Path) -> None:
    _changed_directory(path, 6, 1)


def _newer_zip(path: Path) -> None:
    _changed_directory(path, 4, 255)


@pytest.mark.parametrize(
    "spoil",
    [
        *(_text, _foreign, _pickled, _cut_short, _flipped, _fewer_methods, _unknown_field, _deep_header),
        *(_map_of_no_method, _map_counted_from_the_end, _no_header, _larger_than_held, _of_objects, _outside),
        *(_methods_without_names, _header_of_a_list, _no_scores, _unknown_compression, _encrypted, _newer_zip),
    ],
)
def test_corrupt_and_foreign_files_are_refused(spoil, tmp_path):
    path = tmp_path / "explanation.npz"
    spoil(path)
    with pytest.raises(
        ValueError, match=r"^path must be an explanation saved by Explanation.save, but .* is not one, or is"
    ) as refusal:
        Explanation.load(path)
    assert RAW.search(str(refusal.value)) is None
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["x", "header", "tea", "attributions/0"])
def test_a_small_file_that_declares_much_is_refused_before_it_takes_memory(name, tmp_path):
    path = tmp_path / "bomb.npz"
    _rewritten(path, **{name.replace("/", "__"): None})
    size = 2**28
    dtype, count = ("<U1", size // 4) if name == "header" else ("<f4", size // 4)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as whole, whole.open(f"{name}.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": dtype, "fortran_order": False, "shape": (1, count, 1)})
        for _ in range(size // 2**20):
            member.write(bytes(2**20))
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"load it with a larger limit_mb|which no explanation has"):
            Explanation.load(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


def test_the_limit_of_a_file_can_be_set(tmp_path):
    Explanation(**parts()).save(tmp_path / "kept.npz")
    with pytest.raises(ValueError, match=r"more than 0 MB, which is a lot for a file of 0.0 MB; if it can be trusted"):
        Explanation.load(tmp_path / "kept.npz", limit_mb=0.001)
    assert Explanation.load(tmp_path / "kept.npz", limit_mb=1).methods == ("CAM", "Gradient × Input")
    with pytest.raises(ValueError, match="limit_mb must be a finite number above 0, but is nan"):
        Explanation.load(tmp_path / "kept.npz", limit_mb=float("nan"))


def test_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Explanation.load(tmp_path / "nowhere.npz")


def test_an_explanation_states_each_fact_once():
    explanation = Explanation(**parts(y=[0, 1], exactness={"CAM": "complete"}))
    series, method = explanation.series_facts, explanation.method_facts[0]
    assert all(getattr(explanation, one.name) is getattr(series, one.name) for one in fields(series))
    assert (method.label, method.exactness, method.signed) == ("CAM", "complete", True)
    assert explanation.exactness == {"CAM": "complete", "Gradient × Input": "approximate"}
    assert explanation.signed == {"CAM": True, "Gradient × Input": True}
    assert explanation.families == {"CAM": "", "Gradient × Input": ""}


def test_facts_of_some_series_are_those_of_their_rows():
    explanation = Explanation(**parts(y=[0, 1]))
    one = explanation.series_facts.rows([1])
    np.testing.assert_array_equal(one.x, explanation.x[1:])
    np.testing.assert_array_equal(one.y, [1])
    assert one.class_names == explanation.class_names


def test_one_unit_is_that_of_all_channels():
    made = Explanation(np.zeros((1, 4, 3)), [[1.0]], [[0]], {"a": np.zeros((1, 1, 4, 3))}, channel_units="µV")
    assert made.channel_units == ("µV", "µV", "µV")
