"""Fitted classifiers of aeon, sktime and scikit-learn, and the networks of aeon after one epoch."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from .given import Given

__all__ = ["classical", "deep"]

STEPS, CHANNELS = 60, 2
_CLASSICAL: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ROCKET (aeon)": ("aeon.classification.convolution_based", "RocketClassifier", {"n_kernels": 200}),
    "MiniRocket (aeon)": ("aeon.classification.convolution_based", "MiniRocketClassifier", {"n_kernels": 200}),
    "catch22 and a forest (aeon)": ("aeon.classification.feature_based", "Catch22Classifier", {}),
    "nearest neighbour by DTW (aeon)": ("aeon.classification.distance_based", "KNeighborsTimeSeriesClassifier", {}),
    "RDST, shapelets (aeon)": ("aeon.classification.shapelet_based", "RDSTClassifier", {"max_shapelets": 100}),
    "MUSE, dictionary (aeon)": ("aeon.classification.dictionary_based", "MUSE", {"support_probabilities": True}),
    "time series forest (sktime)": (
        "sktime.classification.interval_based",
        "TimeSeriesForestClassifier",
        {"n_estimators": 10},
    ),
}
_DEEP = (
    "TimeCNNClassifier EncoderClassifier FCNClassifier MLPClassifier ResNetClassifier DisjointCNNClassifier "
    "IndividualInceptionClassifier IndividualLITEClassifier"
)


def classical() -> Iterator[tuple[str, Callable[[], Given]]]:
    """Name of each that is no network, and what fits it."""
    for name, made in _CLASSICAL.items():
        yield name, partial(_fitted, *made)
    yield "pipeline of a scaler and an SVM (scikit-learn)", _pipeline


def deep() -> Iterator[tuple[str, Callable[[], Given]]]:
    """Name of each network of aeon, and what fits it."""
    sizes = {"n_epochs": 1, "batch_size": 8}
    return ((name, partial(_fitted, "aeon.classification.deep_learning", name, sizes)) for name in _DEEP.split())


def _series(channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Series (instance, channel, time) of two classes, one of which has a bump."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(24, channels, STEPS)), np.arange(24) % 2
    x[y == 1, 0, 20:30] += 2
    return x, np.array(["flat", "bump"])[y]


def _fitted(module: str, name: str, options: dict[str, Any]) -> Given:
    channels = 1 if "TimeSeriesForest" in name else CHANNELS
    x, y = _series(channels)
    model = getattr(importlib.import_module(module), name)(**options).fit(x, y)
    some = x[:2].astype(np.float32)
    series = some.transpose(0, 2, 1)
    if hasattr(model, "model_"):  # predict_proba divides outputs of sigmoids by their sum
        return Given(model, series, model.model_.predict(series, verbose=0))
    own = model.predict_proba(some.astype(np.float64))  # as numba has compiled it
    if np.isin(own, (0, 1)).all() and hasattr(model, "pipeline_"):  # of a ridge classifier, whose values tell more
        own = model.pipeline_.decision_function(some)[:, np.newaxis]
    return Given(model, series, own)


def _pipeline() -> Given:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    x, y = _series(1)
    model = make_pipeline(StandardScaler(), SVC()).fit(x[:, 0], y)
    own = model.decision_function(x[:2, 0].astype(np.float32))[:, np.newaxis]
    return Given(model, x[:2].transpose(0, 2, 1).astype(np.float32), own)
