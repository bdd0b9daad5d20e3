"""An explanation whose maps are computed when they are first looked at, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from ..explanation import Explanation
from .classifier import Classifier, check_series
from .masking import channel_mean
from .methods import AttributionMethod, all_methods
from .series import read_series

__all__ = ["LazyExplanation", "Methods"]

Methods = Iterable[str | AttributionMethod | type[AttributionMethod]] | None

# Bytes of maps that are kept; some thousand maps of the question's size.
_CACHE = 64 * 2**20
# Series that a method is handed at a time: few, for a path method makes dozens of each.
_TOGETHER = 8


class LazyExplanation:
    """An explanation whose maps are computed when they are first looked at.

    It answers to :class:`~cam1d_widget.explanation.ExplanationSource`, as an
    :class:`~cam1d_widget.Explanation` does; :meth:`compute` makes it one.

    Parameters
    ----------
    classifier : Classifier
    x : array-like of shape (instance, time, channel)
    methods : sequence of labels, methods or method classes, optional
    background : array-like of shape (instance, time, channel), optional
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x` and `background`.
    **names
        Of the :class:`~cam1d_widget.Explanation`.

    Attributes
    ----------
    x, scores, probabilities, y, receptive_field
        As in :class:`~cam1d_widget.Explanation`.
    class_names, channel_names, channel_units, sampling_rate
        Likewise.
    methods : tuple of str
        Label of each method.
    exactness, signed, descriptions : dict
        By label.
    """

    def __init__(
        self,
        classifier: Any,
        x: Any,
        *,
        methods: Methods = None,
        background: Any = None,
        layout: str = "channels_last",
        **names: Any,
    ) -> None:
        series = read_series("x", x, layout)
        x = check_series(series.values, *classifier.input_shape)
        for name in ("channel_names", "sampling_rate"):
            if names.get(name) is None:
                names[name] = getattr(series, name)
        baseline = None
        if background is not None:
            background = check_series(read_series("background", background, layout).values, None, x.shape[2])
            baseline = channel_mean(background)
        chosen = chosen_methods(methods, classifier)
        # Names, y and rate are checked here, before anything slow: an explanation of no method yet.
        no_targets = np.zeros((len(x), 0), int)
        Explanation(x, np.zeros((len(x), classifier.classes)), no_targets, {}, **names)
        scores, probabilities = classifier.scores(x), classifier.probabilities(x)
        frame = Explanation(x, scores, no_targets, {}, probabilities=probabilities, **names)
        self._frame = replace(frame, receptive_field=_field_of(classifier))
        self._take_facts(self._frame)
        self._classifier = classifier
        self._methods = {method.label: _with_baseline(method, baseline) for method in chosen}
        self.methods = tuple(self._methods)
        self.exactness = {label: method.exactness(classifier) for label, method in self._methods.items()}
        self.signed = {label: method.signed for label, method in self._methods.items()}
        self.descriptions = {label: _described(method) for label, method in self._methods.items()}
        self._maps: OrderedDict[tuple[str, int, int], tuple[np.ndarray, float]] = OrderedDict()

    def _take_facts(self, frame: Explanation) -> None:
        self.x, self.scores, self.probabilities, self.y = frame.x, frame.scores, frame.probabilities, frame.y
        self.class_names = tuple(frame.class_names or ())
        self.channel_names = tuple(frame.channel_names or ())
        self.channel_units = tuple(frame.channel_units or ())
        self.sampling_rate, self.receptive_field = frame.sampling_rate, frame.receptive_field

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether this map can be had: any can."""
        return method in self._methods and 0 <= instance < len(self.x) and 0 <= target < self._classifier.classes

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of one method for one class on one instance, of shape (time, channel or 1); computed once."""
        return self._map(method, instance, target)[0]

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Share of the score that the map's sum misses; nan where the method promises no sum."""
        return self._map(method, instance, target)[1]

    def compute(
        self, *, instances: Any = None, targets: Any = "predicted", methods: Any = None, progress: bool = True
    ) -> Explanation:
        """Plain explanation of some instances, classes and methods.

        Parameters
        ----------
        instances : sequence of int, optional
            Default: all.
        targets : {"predicted", "all"}, int, or sequence of int
        methods : sequence of str, optional
            Labels. Default: all.
        progress : bool
            Show a progress bar.
        """
        rows = np.arange(len(self.x)) if instances is None else np.atleast_1d(instances)
        labels = self.methods if methods is None else (methods,) if isinstance(methods, str) else tuple(methods)
        columns = _columns(targets, self.scores[rows])
        results = {label: self._computed(label, rows, columns, progress) for label in labels}
        return replace(
            self._frame,
            x=self.x[rows],
            scores=self.scores[rows],
            probabilities=None if self.probabilities is None else self.probabilities[rows],
            y=None if self.y is None else self.y[rows],
            targets=columns,
            attributions={label: maps for label, (maps, _) in results.items()},
            completeness={label: gaps for label, (_, gaps) in results.items()},
            exactness={label: self.exactness[label] for label in labels},
            signed={label: self.signed[label] for label in labels},
            descriptions={label: self.descriptions[label] for label in labels},
        )

    def _computed(
        self, label: str, rows: np.ndarray, targets: np.ndarray, progress: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Maps and completeness gaps of one method."""
        method = self._known(label)
        parts = []
        with tqdm(total=len(rows), desc=label, unit="series", disable=not progress, leave=False) as bar:
            for first in range(0, len(rows), _TOGETHER):
                part = slice(first, first + _TOGETHER)
                parts.append(_maps_and_gaps(method, self._classifier, self.x[rows[part]], targets[part]))
                bar.update(len(rows[part]))
        maps, gaps = zip(*parts, strict=True)
        return np.concatenate(maps), np.concatenate(gaps)

    def _map(self, label: str, instance: int, target: int) -> tuple[np.ndarray, float]:
        method = self._known(label)
        if not self.has(label, instance, target):
            raise ValueError(
                f"instance must be from 0 to {len(self.x) - 1} and target from 0 to {self._classifier.classes - 1}, "
                f"but are {instance} and {target}"
            )
        key = (label, int(instance), int(target))
        if key not in self._maps:
            targets = np.arange(self._classifier.classes) if method.free_targets else np.array([target])
            maps, gaps = _maps_and_gaps(method, self._classifier, self.x[instance : instance + 1], targets[np.newaxis])
            for one, values, gap in zip(targets, maps[0], gaps[0], strict=True):
                self._keep((label, int(instance), int(one)), (values, float(gap)))
        self._maps.move_to_end(key)
        return self._maps[key]

    def _keep(self, key: tuple[str, int, int], made: tuple[np.ndarray, float]) -> None:
        self._maps[key] = made
        room = max(_CACHE // (self.x[0].nbytes), 2 * self._classifier.classes)
        while len(self._maps) > room:
            self._maps.popitem(last=False)

    def _known(self, label: str) -> AttributionMethod:
        if label not in self._methods:
            raise ValueError(f"no method is called {label!r}; there are: {', '.join(self._methods)}")
        return self._methods[label]


def chosen_methods(methods: Methods, classifier: Any) -> list[AttributionMethod]:
    """Methods as instances; asked for by name, each must fit the classifier."""
    known = {method.label: method for method in all_methods()}
    if methods is None:
        return [method() for method in known.values() if method().refusal(classifier) is None]
    if isinstance(methods, str | AttributionMethod | type):
        methods = [methods]
    chosen = []
    for method in methods:
        if isinstance(method, str):
            if method not in known:
                raise ValueError(f"no method is called {method!r}; there are: {', '.join(known)}")
            method = known[method]
        chosen.append(method() if isinstance(method, type) else method)
        reason = chosen[-1].refusal(classifier)
        if reason:
            raise ValueError(reason)
    return chosen


def _maps_and_gaps(
    method: AttributionMethod, classifier: Classifier, x: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Maps of shape (instance, target, time, channel or 1) and their completeness gaps (instance, target)."""
    values, totals = method.maps(classifier, x, targets)
    expected = method.expected_total(classifier, x, targets)
    if expected is None:
        return values, np.full(targets.shape, np.nan)
    return values, np.abs(totals - expected) / np.maximum(np.abs(expected), np.finfo(np.float32).eps)


def _with_baseline(method: AttributionMethod, baseline: np.ndarray | None) -> AttributionMethod:
    """Method with the background's mean as its baseline, unless it brings its own or needs none."""
    needs = any(field.name == "baseline" for field in fields(method))  # type: ignore[arg-type]
    if not needs or baseline is None or method.baseline is not None:  # type: ignore[attr-defined]
        return method
    return replace(method, baseline=baseline)  # type: ignore[type-var]


def _described(method: AttributionMethod) -> str:
    """Phrase of a method, with the baseline where it has one and nobody chose it."""
    says_zero = getattr(method, "baseline", 0) is None
    return f"{method.description} (baseline: zero, for no background was given)" if says_zero else method.description


def _columns(targets: Any, scores: np.ndarray) -> np.ndarray:
    """Explained classes, int of shape (instance, target)."""
    instances, classes = scores.shape
    if isinstance(targets, str):
        if targets not in ("predicted", "all"):
            raise ValueError(f"targets must be 'predicted', 'all' or class indices, but is {targets!r}")
        chosen = scores.argmax(axis=1)[:, np.newaxis] if targets == "predicted" else np.arange(classes)
        return np.broadcast_to(chosen, (instances, chosen.shape[-1])).copy()
    wanted = np.atleast_1d(targets)
    if wanted.ndim != 1 or not wanted.size or not np.issubdtype(wanted.dtype, np.integer):
        raise ValueError(f"targets must be 'predicted', 'all' or a sequence of class indices, but is {targets!r}")
    if not 0 <= wanted.min() <= wanted.max() < classes:
        raise ValueError(f"targets must be class indices from 0 to {classes - 1}, but hold {wanted.tolist()}")
    return np.broadcast_to(wanted, (instances, len(wanted))).copy()


def _field_of(classifier: Any) -> np.ndarray | None:
    """Receptive field as plain numbers; None where no layer is explained, or it cannot be placed."""
    if classifier.no_features:
        return None
    field = classifier.receptive_field
    return np.stack([field.start, field.stop, field.centers], axis=1)
