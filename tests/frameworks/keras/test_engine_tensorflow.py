"""A compiled function returns the same as the function, for any batches."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from cam1d_widget.frameworks.keras.engine_tensorflow import Compiled


@pytest.fixture
def scaled() -> Compiled:
    factor = tf.Variable(3.0)

    def both(x: tf.Tensor, target: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return x * factor, target + 1

    made = Compiled(both, tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([None], tf.int32))
    made.factor = factor
    return made


def test_gives_what_the_function_gives_for_batches_of_any_size(scaled):
    x, target = np.arange(10, dtype=np.float32).reshape(5, 2), np.arange(5, dtype=np.int32)
    for size in (1, 2, 5):
        values, more = scaled(x[:size], target[:size])
        np.testing.assert_array_equal(values, 3 * x[:size])
        np.testing.assert_array_equal(more, target[:size] + 1)
    assert scaled.traces == 1


def test_sees_variables_as_they_are_now(scaled):
    x, target = np.ones((1, 2), np.float32), np.zeros(1, np.int32)
    before = scaled(x, target)[0]
    scaled.factor.assign(5.0)
    assert before.max() == 3
    assert scaled(x, target)[0].max() == 5


def test_beside_an_accelerator_tensorflow_places_the_arguments(scaled, monkeypatch):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["one"])
    monkeypatch.setattr("cam1d_widget.frameworks.keras.engine_tensorflow.context", None)
    values, more = scaled(np.ones((3, 2), np.float32), np.zeros(3, np.int32))
    assert values.min() == 3
    assert more.max() == 1


def test_arrays_of_other_types_are_converted_to_its_signature(scaled):
    values, more = scaled(np.ones((1, 2)), np.zeros(1, np.int32))
    assert values.dtype == np.float32
    assert more.dtype == np.int32


def test_one_instance_through_xla_says_the_same():
    factor = tf.Variable(3.0)
    specs = tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([None], tf.int32)
    made = Compiled(lambda x, target: (x * factor, target + 1), *specs, jit_compile=True)
    x, target = np.array([[1.5, -2.0]], np.float32), np.array([4], np.int32)
    np.testing.assert_allclose(made(x, target)[0], 3 * x)
    factor.assign(2.0)  # what the model learns later counts
    values, more = made(x, target)
    np.testing.assert_allclose(values, 2 * x)
    np.testing.assert_array_equal(more, [5])
    assert len(made(np.repeat(x, 3, axis=0), np.repeat(target, 3))[0]) == 3
    assert made.traces == 1


def test_what_xla_cannot_compile_runs_as_a_batch():
    def halves(x: tf.Tensor) -> tf.Tensor:
        return tf.strings.to_number(tf.strings.as_string(x)) / 2

    made = Compiled(halves, tf.TensorSpec([None], tf.float32), jit_compile=True)
    assert made(np.ones(1, np.float32))[0] == 0.5


MEMORY = """
import ctypes, gc
import keras
import numpy as np
from keras import layers as L
from cam1d_widget import KerasClassifier, explain

convolutions = [L.Conv1D(64, 9, activation="relu") for _ in range(2)]
model = keras.Sequential([L.Input((60, 3)), *convolutions, L.GlobalAveragePooling1D(), L.Dense(4)])

def megabytes_after(classifiers):
    for _ in range(classifiers):
        explain(KerasClassifier(model), np.zeros((2, 60, 3)), methods=["HiResCAM"], progress=False)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

print(-megabytes_after(3) + megabytes_after(8))
"""


@pytest.mark.slow
def test_kernels_of_a_function_go_with_it():
    """TensorFlow keeps the kernels of other calls for good; no Python object holds them, so memory is measured."""
    grown = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True).stdout
    assert float(grown.split()[-1]) < 6  # 2; 12 if the kernels stay
