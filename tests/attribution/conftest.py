"""Networks of three heads, and series, that the tests of methods share."""

from __future__ import annotations

import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier

from ..support.toys import question


@pytest.fixture(scope="session")
def flatten() -> KerasClassifier:
    return KerasClassifier(question([L.Flatten(), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="session")
def gap() -> KerasClassifier:
    return KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dropout(0.5), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="session")
def gmp() -> KerasClassifier:
    return KerasClassifier(question([L.GlobalMaxPooling1D(), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="session")
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, 300, 9)).astype(np.float32)
