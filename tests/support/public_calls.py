"""Every call that a user of the package can make, each with arguments that are right for a tiny model.

Callables and parameters are read from the package. What a parameter may take follows from its type and its name, never
from the callable.
"""

from __future__ import annotations

import inspect
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import keras
import numpy as np
import torch
from keras import layers as L
from torch import nn

import cam1d_widget
from cam1d_widget import (
    BlockExplainer,
    CAM1DWidget,
    Explanation,
    ExplanationViewer,
    FunctionClassifier,
    KerasClassifier,
    TorchClassifier,
    data,
    explain,
    explain_to,
    inside,
    metrics,
)
from cam1d_widget import methods as every_method
from cam1d_widget import models as builders
from cam1d_widget.attribution.methods.families.base import AttributionMethod
from cam1d_widget.network.propagation.lrp import Epsilon, LayerwiseRelevance

SHAPE, INSTANCES = (24, 2), 3
Y = np.array([0, 1, 0])

# Kind of a parameter by a pattern for its type and name; the first that fits holds.
KINDS = {
    r"bool( \| None)? ": "flag",
    r"Progress ": "flag",
    r"str \| Path ": "path",
    r"str( \| None)? (title|class_name)$|str series$": "text",
    r".* channel_units$": "units",
    r"(Names|tuple\[str, \.\.\.\])": "names",
    r"float \| None norm$": "bound",
    r"Callable.* (update_model|replanted)$": "function",
    r"Baseline ": "baseline",
    r".* predict$": "function",
    r"WindowsLike ": "window",
    r"ChangePoints ": "change points",
    r"int \| Sequence\[int\] \| None ": "sizes",
    r"(TargetsLike|InstancesLike|Sequence\[int( \| str)?\])": "indices",
    r"(Mapping|IntervalsLike)": "mapping",
    r".* layer$": "layer",
    r"int( \| None)? (instance|target|filter|solution)$": "nothing",
    r"int( \| None)? ": "whole",
    r"float( \| None)? (share|probability|overlap|momentum|dropout|most)$": "nothing",
    r"float( \| None)? padding_value": "signed",
    r"float( \| None)? ": "number",
}
# Classes that functions return: users read their instances and never make one.
RECORDS = {
    *(data.ClassTruth, data.VerifiedTruth, data.Recordings, data.WatchWindows, data.LinearProbe),
    *(inside.Activations, inside.AttentionAgreement, inside.FilterMeaning, inside.LayerReading, inside.Maximized),
    *(inside.Plausibility, inside.StepContributions, metrics.Agreement, metrics.ComparedToRandom, metrics.Localization),
    *(metrics.PerturbationCurves, metrics.Randomization, metrics.Summary, every_method.Axiom),
}
# What this package calls, with arguments that it has checked.
HOOKS = {
    *("weigh", "weights", "step_values", "draw", "fit", "summary", "missing", "fill", "passes"),
    *("named_inputs", "for_instances", "for_lengths", "for_batch", "checked", "explained", "prepared"),
}


class Call(NamedTuple):
    """A public callable, the kind of each argument, and the arguments of a call that succeeds.

    `optional` arguments may be None; a call that `takes_more` passes arguments of other names on.
    """

    name: str
    function: Callable[..., Any]
    kinds: dict[str, str]
    optional: frozenset[str]
    given: dict[str, Callable[[], Any]]
    takes_more: bool = False

    def __call__(self, **changed: Any) -> Any:
        arguments = {name: make() for name, make in self.given.items() if name not in changed}
        return self.function(**arguments, **changed)


@cache
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    conv = L.Conv1D(4, 5, activation="relu", name="conv")
    return keras.Sequential([L.Input(SHAPE), conv, L.GlobalAveragePooling1D(), L.Dense(2, activation="softmax")])


@cache
def classifiers() -> tuple[KerasClassifier, ...]:
    steps = builders.with_mil_head(model(), attention_units=2)
    attention = builders.lstm_attention_classifier(SHAPE, 2, units=2, attention_units=2)
    return tuple(map(KerasClassifier, (model(), steps, attention, transformer())))


@cache
def transformer() -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input(SHAPE)
    maps = L.Conv1D(4, 5)(series)
    maps = L.Add()([maps, L.MultiHeadAttention(1, 2)(maps, maps)])
    return keras.Model(series, L.Dense(2, activation="softmax")(L.GlobalAveragePooling1D()(maps)))


class TorchTransformer(nn.Module):
    """Steps that attend to each other, and their mean."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.out = nn.Conv1d(2, 4, 5), nn.Linear(4, 2)
        self.attention = nn.MultiheadAttention(4, 1, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.conv(x).transpose(1, 2)
        return self.out((maps + self.attention(maps, maps, maps)[0]).mean(1))


class TorchPooling(nn.Module):
    """A mean of the steps by the weights of a softmax."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.scores, self.out = nn.Conv1d(2, 4, 5), nn.Linear(4, 1), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.conv(x).transpose(1, 2)
        return self.out((torch.softmax(self.scores(maps), 1) * maps).sum(1))


@cache
def torch_module() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv1d(2, 4, 5), act=nn.ReLU(), pool=nn.AdaptiveAvgPool1d(1), flat=nn.Flatten(), out=nn.Linear(4, 2)
        )
    )


@cache
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(INSTANCES, *SHAPE)).astype(np.float32)


def predicted(series: np.ndarray) -> np.ndarray:
    """Probability of the second class."""
    return 1 / (1 + np.exp(-series.mean(axis=(1, 2))))


@cache
def mask() -> np.ndarray:
    return np.repeat(np.arange(SHAPE[0]) < 5, SHAPE[1]).reshape(SHAPE) & np.ones(x().shape, bool)


@cache
def explanation() -> Explanation:
    return explain(model(), x(), methods=["HiResCAM", "Saliency", "SmoothGrad"], y=Y, targets="all", progress=False)


@cache
def known() -> data.KnownTruth:
    return data.KnownTruth(x(), Y, mask(), ("class 0", "class 1"), ("a", "b"), 0 * x(), lambda seed: x())


@cache
def reading() -> inside.LayerReading:
    return inside.read_layer(model(), x(), "conv", y=Y)


@cache
def best() -> inside.Maximized:
    return inside.activation_maximization(model(), 0, data=x(), steps=1, progress=False)


SUBJECTS: dict[type, Callable[[], Any]] = {
    Explanation: explanation,
    KerasClassifier: lambda: classifiers()[0],
    FunctionClassifier: lambda: FunctionClassifier(predicted, classes=2).for_series(x()),
    TorchClassifier: lambda: TorchClassifier(torch_module()).for_series(x()),
    data.KnownTruth: known,
    data.LinearProbe: lambda: data.LinearProbe.fitted(x(), Y),
    inside.LayerReading: reading,
    inside.FilterMeaning: lambda: reading().meaning(0, windows=2),
    inside.Plausibility: lambda: best().plausibility,
    inside.StepContributions: lambda: inside.step_contributions(model(), x()[0]),
    metrics.Agreement: lambda: metrics.agreement({"a": x(), "b": x() ** 2}),
    metrics.Localization: lambda: metrics.roc_auc(x(), mask()),
    ExplanationViewer: lambda: displayed(ExplanationViewer(explanation())),
    CAM1DWidget: lambda: displayed(CAM1DWidget(model(), x(), Y)),
}


def displayed(viewer: Any) -> Any:
    """The viewer, which takes it that a browser displays it."""
    viewer.mark._pictures.views = 1
    return viewer


@cache
def subject(owner: type) -> Any:
    """Instance whose methods are called."""
    if issubclass(owner, AttributionMethod):
        return owner(background=x()) if owner is every_method.ExpectedGradients else owner()
    return SUBJECTS[owner]() if owner in SUBJECTS else owner()


GIVEN: dict[str, Callable[[], Any]] = {
    "x": x,
    "y": lambda: Y,
    "model": model,
    "predict": lambda: predicted,
    "module": torch_module,
    "maps": lambda: {"a": x(), "b": x() ** 2},
    "classifier": lambda: classifiers()[0],
    "target": lambda: 0,
    "targets": lambda: np.zeros((INSTANCES, 1), int),
    "instance": lambda: 0,
    "background": x,
    "explanation": explanation,
    "features": lambda: classifiers()[0].trunk(x()),
    "attribution": x,
    "attributions": lambda: {"a": x(), "b": x() ** 2},
    "truth": mask,
    "others": lambda: [x() ** 2],
    "layer": lambda: "conv",
    "filter": lambda: 0,
    "step": lambda: 0,
    "label": lambda: "a",
    "length": lambda: SHAPE[0],
    "rows": lambda: [0, 1],
    "rule": lambda: LayerwiseRelevance(*[Epsilon()] * 3),
    "input_shape": lambda: SHAPE,
    "classes": lambda: 2,
    "units": lambda: 2,
    "method": lambda: "Saliency",
    "page": lambda: "page.html",
    "scores": lambda: explanation().scores,
}
# Optional arguments that keep a call short.
SHORT = {
    **dict.fromkeys(("steps", "filters", "pool_size", "attention_units", "references"), 2),
    **dict.fromkeys(("draws", "orders", "solutions", "depth"), 1),
    **{"samples": 4, "masks": 4, "subsets": 3, "kernel_size": 4, "progress": False},
}
OWN: dict[str, dict[str, Callable[[], Any]]] = {
    "BlockExplainer": {"methods": lambda: ["Saliency"]},
    "explain_to": {"methods": lambda: ["Saliency"]},
    "FunctionClassifier": {"classes": lambda: 2},
    "Explanation": {"attributions": lambda: {"a": x()[:, np.newaxis]}},
    "ExplanationViewer": {"method": lambda: None},
    "CAM1DWidget.edit": {"series": lambda: x()[0]},
    "metrics.max_sensitivity": {"method": lambda: every_method.Saliency()},
    "metrics.weight_randomization": {"method": lambda: every_method.Saliency()},
    "data.LinearProbe.attribution": {"target": lambda: Y},
    "inside.step_contributions": {"x": lambda: x()[0]},
    "inside.attention_agreement": {"model": lambda: classifiers()[2]},
    "data.KnownTruth": {
        **{"mask": mask, "unplanted": x, "replanted": lambda: np.zeros, "y": lambda: Y},
        **{"class_names": lambda: ("class 0", "class 1"), "channel_names": lambda: ("a", "b")},
    },
    "data.verify_truth": {"truth": known},
    **{f"{kind}Classifier.holding": {"others": dict} for kind in ("Function", "Keras", "Torch")},
    "inside.activation_maximization": {"layer": lambda: None, "filter": lambda: None, "target": lambda: 0},
    **{f"data.make_{kind}": {"instances": lambda: 12} for kind in ("frequency_sums", "low_variance", "web_traffic")},
    "data.make_planted_segments": {"instances": lambda: 12},
}


COMPLETED: dict[str, Callable[..., Any]] = {
    "TorchClassifier": lambda **given: TorchClassifier(**given).for_series(x()),
    "BlockExplainer": lambda **given: BlockExplainer(**given)({"x": x()}),
}
"""Calls of classes that check some arguments only once they are given series."""

TORCH_ABLE = {"self_attention": TorchTransformer, "attention": TorchPooling, "attention_gradients": TorchPooling}
ABLE = {"step_scores": 1, "attention": 2, "attention_gradients": 2, "self_attention": 3}
"""Which of the classifiers has what a method of a classifier reads."""


VIEWER_TRAITS = {
    **dict.fromkeys(("instance", "target", "method", "against", "mean", "pinned", "selected_window"), "nothing"),
    "annotations": "list",
}
PART_TRAITS = {
    "options": {
        **dict.fromkeys(("scope", "sign", "rows", "style", "order"), "nothing"),
        **dict.fromkeys(("limit", "gain"), "number"),
        **dict.fromkeys(("same_ends", "same_axis", "overlay"), "flag"),
        **{"clip": "number", "smoothing": "whole", "first": "whole", "per_page": "whole", "hidden": "channels"},
    },
    "finder": {
        **dict.fromkeys(("verdict", "true_class", "predicted_class", "confidence"), "nothing"),
        "instances": "channels",
    },
    "checks": {"fill": "nothing"},
    "inside": {"layer": "nothing", "filter": "nothing", "step": "whole", "by": "nothing", "unfolded": "flag"},
}


def calls(name: str) -> Iterator[Call]:
    """All callables that take arguments, of one public name."""
    yield from _calls_of(name, getattr(cam1d_widget, name), set())


def _calls_of(name: str, thing: Any, seen: set[int]) -> Iterator[Call]:
    if isinstance(thing, ModuleType):
        for inner in thing.__all__:
            yield from _calls_of(f"{name}.{inner}", getattr(thing, inner), seen)
    elif id(thing) in seen:
        return
    elif not inspect.isclass(thing):
        seen.add(id(thing))
        yield from _call(name, thing)
    else:
        seen.add(id(thing))
        if thing not in RECORDS and not inspect.isabstract(thing):
            yield from _call(name, COMPLETED.get(name, thing), thing)
        if not inspect.isabstract(thing) and not issubclass(thing, keras.layers.Layer):
            for inner in dir(thing):
                function = inspect.getattr_static(thing, inner)
                own = getattr(inspect.unwrap(getattr(function, "__func__", function)), "__module__", "")
                if (
                    not inner.startswith("_")
                    and inner not in HOOKS
                    and inspect.isroutine(getattr(thing, inner))
                    and (own.startswith("cam1d_widget"))
                ):
                    yield from _call(f"{name}.{inner}", partial(_bound, thing, inner), getattr(thing, inner), thing)


def _bound(owner: type, name: str, **arguments: Any) -> Any:
    if owner is KerasClassifier:
        return getattr(classifiers()[ABLE.get(name, 0)], name)(**arguments)
    if owner is TorchClassifier and name in TORCH_ABLE:
        return getattr(TorchClassifier(TORCH_ABLE[name]().eval()).for_series(x()), name)(**arguments)
    return getattr(subject(owner), name)(**arguments)


def _call(name: str, function: Callable[..., Any], described: Any = None, owner: type | None = None) -> Iterator[Call]:
    parameters = dict(inspect.signature(described or function).parameters)
    parameters.pop("self", None)
    named = {key: one for key, one in parameters.items() if one.kind is not one.VAR_KEYWORD}
    answers = inspect.signature(described or function).return_annotation == "bool"
    kinds = {key: "text" if answers and one.annotation == "str" else kind_of(one) for key, one in named.items()}
    given = {key: GIVEN[key] for key, one in named.items() if one.default is one.empty and key in GIVEN}
    given |= {key: partial(lambda value: value, SHORT[key]) for key in named if key in SHORT}
    if owner is not None and issubclass(owner, AttributionMethod) and "classifier" in given:
        given["classifier"] = partial(_fitting, owner)
    given |= OWN.get(name, {})
    if "path" in named:
        given["path"] = partial(_path, name)
    if kinds:
        optional = frozenset(key for key, one in named.items() if one.default is None or "None" in str(one.annotation))
        more = len(named) < len(parameters) and not (inspect.isclass(function) and issubclass(function, L.Layer))
        yield Call(name, function, kinds, optional, given, more)


def kind_of(parameter: inspect.Parameter) -> str:
    words = f"{parameter.annotation} {parameter.name}"
    return next((kind for pattern, kind in KINDS.items() if re.match(pattern, words)), "nothing")


@cache
def _fitting(owner: type) -> KerasClassifier:
    """A classifier that a method can explain."""
    return next(one for one in classifiers() if subject(owner).refusal(one) is None)


_NUMBERS = count()


def _path(name: str) -> Path:
    """File in the working directory that a call may write, or that it can read."""
    if name == "explain_to":
        return Path(f"{next(_NUMBERS)}.zarr")
    if name.endswith("open"):
        path = Path("opened.zarr")
        return path if path.exists() else explain_to(path, model(), x(), methods=["Saliency"], progress=False).path
    ending = name.rpartition("_")[2].replace("numbers", "csv").replace("Explanation.save", "npz")
    path = Path(f"file.{'npz' if 'Explanation.' in name else ending}")
    if name.endswith("load"):
        explanation().save(path)
    return path


def traits() -> Iterator[Call]:
    """Public traits of viewers and of their parts, each as a function that sets it."""
    for owner in (ExplanationViewer, CAM1DWidget):
        yield from _calls_of_traits(owner.__name__, subject(owner), VIEWER_TRAITS)
    for part, kinds in PART_TRAITS.items():
        yield from _calls_of_traits(part, getattr(subject(CAM1DWidget), part), kinds)


def _calls_of_traits(name: str, owner: Any, kinds: dict[str, str]) -> Iterator[Call]:
    for trait, kind in kinds.items():
        given = {trait: partial(getattr, owner, trait)}
        optional = frozenset([trait] if getattr(owner, trait) is None else [])
        yield Call(f"{name}.{trait}", partial(_set, owner), {trait: kind}, optional, given)


def _set(owner: Any, **values: Any) -> None:
    """Set a trait, and then what it was before."""
    for name, value in values.items():
        before = getattr(owner, name)
        setattr(owner, name, value)
        setattr(owner, name, before)
