"""Every public callable with hostile values of each argument: a result that makes sense, or one sentence that names it.

Callables and parameters are read from the package. What a parameter may take follows from its type and its name
(`kind_of`), never from the callable.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import numpy as np
from keras import layers as L

from cam1d_widget import CAM1DWidget, Explanation, ExplanationViewer, KerasClassifier, data, explain, inside, metrics
from cam1d_widget.attribution.methods.families.base import AttributionMethod
from cam1d_widget.network.propagation.lrp import LayerwiseRelevance

SHAPE, INSTANCES = (24, 2), 3

# By a pattern for type and name of a parameter, written "type name"; the first that fits holds.
KINDS: dict[str, str] = {
    r"bool( \| None)? ": "flag",
    r"Progress ": "progress",
    r"str \| Path ": "path",
    r".* seed$": "seed",
    r".* title$": "text",
    r".* channel_units$": "unit",
    r"Callable.* update_model$": "function",
    r"Baseline ": "baseline",
    r"WindowsLike": "window",
    r"ChangePoints": "change points",
    r"int \| Sequence\[int\] \| None ": "sizes",
    r"(TargetsLike|InstancesLike|Sequence\[int\])": "indices",
    r"(Mapping|IntervalsLike)": "mapping",
    r".* layer$": "layer",
    r"int( \| None)? (instance|target|filter|solution)$": "nothing",
    r"int( \| None)? ": "whole",
    r"float( \| None)? (share|probability|overlap|momentum|dropout|most)$": "nothing",
    r"float( \| None)? ": "number",
}


def kind_of(parameter: inspect.Parameter) -> str:
    words = f"{parameter.annotation} {parameter.name}"
    return next((kind for pattern, kind in KINDS.items() if re.match(pattern, words)), "nothing")


# What a function returns: a class whose instances users read and never make.
RECORDS = {
    *(data.ClassTruth, data.VerifiedTruth, data.Recordings, data.WatchWindows, data.KnownTruth, data.LinearProbe),
    *(inside.Activations, inside.AttentionAgreement, inside.FilterMeaning, inside.LayerReading, inside.Maximized),
    *(inside.Plausibility, metrics.Agreement, metrics.ComparedToRandom, metrics.Localization),
    *(metrics.PerturbationCurves, metrics.Randomization, metrics.Summary),
}
# What base classes call, with arguments that they have checked; Keras calls what it calls on layers.
HOOKS = {"weigh", "weights", "step_values", "draw", "fit", "summary", "missing"}


@cache
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            L.Input(SHAPE),
            L.Conv1D(4, 5, activation="relu", name="conv"),
            L.GlobalAveragePooling1D(),
            L.Dense(2, activation="softmax"),
        ]
    )


@cache
def classifiers() -> tuple[KerasClassifier, ...]:
    from cam1d_widget import models

    attentive = models.lstm_attention_classifier(SHAPE, 2, units=2, attention_units=2)
    several = models.with_mil_head(model(), attention_units=2)
    return KerasClassifier(model()), KerasClassifier(several), KerasClassifier(attentive)


@cache
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(INSTANCES, *SHAPE)).astype(np.float32)


Y = np.array([0, 1, 0])


@cache
def explanation() -> Explanation:
    return explain(model(), x(), methods=["HiResCAM", "Saliency", "SmoothGrad"], y=Y, targets="all", progress=False)


@cache
def fields() -> dict[str, Any]:
    return explanation()._fields()


@cache
def subject(owner: type) -> Any:
    """Instance whose methods are called."""
    if issubclass(owner, AttributionMethod):
        return owner()
    if issubclass(owner, ExplanationViewer):
        made = CAM1DWidget(model(), x(), Y) if owner is CAM1DWidget else owner(explanation())
        made.mark._views = 1
        return made
    truth = np.zeros(x().shape, bool)
    truth[:, :5] = True
    probe = data.LinearProbe.fitted(x(), Y)
    known = data.KnownTruth(x(), Y, truth, ("a", "b"), ("c", "d"), x(), lambda seed: x())
    reading = inside.read_layer(model(), x(), "conv", y=Y)
    best = inside.activation_maximization(model(), 0, data=x(), steps=1, progress=False)
    made = {
        Explanation: explanation,
        KerasClassifier: lambda: classifiers()[0],
        data.KnownTruth: lambda: known,
        data.LinearProbe: lambda: probe,
        inside.LayerReading: lambda: reading,
        inside.FilterMeaning: lambda: reading.meaning(0, windows=2),
        inside.Plausibility: lambda: best.plausibility,
        metrics.Agreement: lambda: metrics.agreement({"a": x(), "b": x() ** 2}),
        metrics.Localization: lambda: metrics.roc_auc(x(), truth),
    }
    return made[owner]() if owner in made else owner()


# Arguments that a call needs, or that keep it short.
GIVEN: dict[str, Callable[[], Any]] = {
    "x": x,
    "y": lambda: Y,
    "model": model,
    "classifier": lambda: classifiers()[0],
    "target": lambda: 0,
    "instance": lambda: 0,
    "background": x,
    "explanation": explanation,
    "features": lambda: classifiers()[0].trunk(x()),
    "attribution": x,
    "truth": lambda: subject_truth(),
    "others": lambda: [x()],
    "layer": lambda: "conv",
    "filter": lambda: 0,
    "label": lambda: "a",
    "length": lambda: SHAPE[0],
    "gone": lambda: np.ones(SHAPE, bool),
    "rows": lambda: [0, 1],
    "rule": lambda: LayerwiseRelevance(),
    "input_shape": lambda: SHAPE,
    "classes": lambda: 2,
    "units": lambda: 2,
}
SHORT: dict[str, Any] = {
    "steps": 2, "samples": 4, "masks": 4, "draws": 1, "orders": 1, "subsets": 3, "references": 2, "solutions": 1,
    "progress": False, "filters": 2, "depth": 1, "kernel_size": 3, "pool_size": 2, "attention_units": 2,
}  # fmt: skip


def subject_truth() -> np.ndarray:
    truth = np.zeros(x().shape, bool)
    truth[:, :5] = True
    return truth
