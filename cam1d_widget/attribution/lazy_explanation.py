"""An explanation whose maps are computed on first access, and cached."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, replace
from itertools import count
from threading import Lock
from typing import Any
from warnings import warn
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from ..explanation.explanation import Explanation
from ..explanation.facts import BY_LABEL, MethodFacts, SeriesFacts, by_label
from ..explanation.portable_model import PortableModel
from ..explanation.source import ExplanationSource, ModelChangedError, Scores, stated
from ..names import matching
from ..typing import InputsLike, Layout, SeriesLike, TargetsLike, WindowsLike
from ..validation import check_class, check_index, check_rows, counted, is_sequence
from .abilities import for_instances, for_labels, is_per_instance
from .classifier_facts import checked_classes, field_of, labels_in_words, version_of
from .data_set import DataSet
from .growing_scores import GrowingScores
from .map_cache import MapCache
from .map_times import MapTimes
from .maps import ComputedMaps, GrowingMaps, NotFinite, averaged, computed_maps, of_rows, parts, stacked
from .methods import AttributionMethod
from .network_check import network_result
from .page_model import page_model
from .requests import (
    Methods,
    chosen_methods,
    columns,
    described,
    frozen,
    held_fixed,
    in_windows,
    wanted_targets,
    why_not,
    with_baseline,
)

__all__ = ["LazyExplanation"]

# Some thousand maps of 300 samples and nine channels.
_KEPT = MapCache(64 * 2**20)
_NUMBERS = count()
_NAMES = frozenset({"y", "class_names", "channel_names", "channel_units", "sampling_rate", "start"})
_KEPT_NAMES = _NAMES | {"lengths"}


class LazyExplanation(ExplanationSource):
    """An explanation whose maps are computed on first access.

    Like :class:`~cam1d_widget.Explanation` it is an :class:`~cam1d_widget.explanation.explanation.ExplanationSource`;
    :meth:`compute` returns an Explanation.

    Parameters
    ----------
    classifier : Classifier
    x, methods, background, layout, window, lengths, padding_value
        As in :func:`~cam1d_widget.explain`.
    targets : {"predicted", "all"}, int, sequence of int, or int array of shape (instance, target)
        Classes that :meth:`compute` explains if none are given there; checked before anything is computed.
    **names
        As in :class:`~cam1d_widget.Explanation`.

    Attributes
    ----------
    x, scores, probabilities, y, receptive_field, class_names, channel_names, channel_units, sampling_rate, start
        As in :class:`~cam1d_widget.Explanation`. They belong to the model as it was when this was made, or last
        updated: once it has changed, a new map raises a `ModelChangedError` until :meth:`update_model` is called.
    background : ndarray of shape (instance, time, channel), or None
    baseline : ndarray of shape (channel,), or None
        Mean of each channel over the background.
    methods : tuple of str
        Label of each method.
    usual : tuple of str
        Labels of the methods that were named; if none was, of all but the slow ones.
    exactness, signed, placed, adds_up, descriptions : mapping
        By label.
    """

    def __init__(
        self,
        classifier: Any,
        x: InputsLike,
        *,
        methods: Methods = None,
        background: SeriesLike | None = None,
        layout: Layout = "channels_last",
        window: WindowsLike | None = None,
        targets: TargetsLike = "predicted",
        lengths: ArrayLike | None = None,
        padding_value: float | None = None,
        **names: Any,
    ) -> None:
        unknown = names.keys() - _NAMES
        if unknown:
            raise TypeError(f"there is no argument {', '.join(sorted(unknown))}; see the arguments of Explanation")
        data = self._data = DataSet.read(classifier, x, background, layout, lengths, padding_value)
        classifier, names["lengths"] = for_labels(data.fitted(classifier), names.get("y")), data.series.lengths
        for name in ("channel_names", "sampling_rate", "start"):
            if names.get(name) is None:
                names[name] = getattr(data.series, name)
        names.update(checked_classes(classifier, len(data.x), names.get("class_names"), names.get("y")))
        self._targets = wanted_targets(targets, names["class_names"])
        self.background, self.baseline = data.background, data.baseline
        averaged(data.one(data.shortest), window)  # refuses a wrong window
        self.window = tuple(window) if is_sequence(window) else window
        self._named = methods is not None
        # Maps are computed in several threads: one after another if it is the same map.
        self._lock = Lock()
        self._computing: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
        # Set by the widget: how long reading the model took.
        self.seconds_to_read = 0.0
        self._kept = _KEPT
        # Set by the widget: called when the model is found changed or unchanged, and after an update.
        self.when_model_changed: Callable[[bool], None] = lambda changed: None
        self.when_updated: Callable[[], None] = lambda: None
        chosen = chosen_methods(methods, data.of_longest(classifier), data.drawn)
        self._read_model(classifier, chosen, names)

    def _read_model(self, classifier: Any, chosen: list[AttributionMethod], names: dict[str, Any]) -> None:
        """Read everything that depends on the current model: its scores, and the exactness of each method."""
        x, typical = self._data.x, self._data.of_longest(classifier)
        self._classifier, self._version, self._number = classifier, version_of(classifier), next(_NUMBERS)
        # Slow methods run on all instances only if they were named.
        self._usual = tuple(method.label for method in chosen if self._named or not method.on_demand)
        self._chosen = [frozen(method) for method in chosen]
        self._methods = {method.label: self._with_baseline(method) for method in self._chosen}
        # Names, y and rate are checked before anything slow.
        named = SeriesFacts(x, np.zeros((len(x), classifier.classes)), **names)
        self._growing = GrowingScores(classifier, x, self._data.lengths)
        self._times = MapTimes(self._growing.seconds, x.shape[1:])
        self._named_facts = replace(named, receptive_field=field_of(typical))
        self._series_facts: SeriesFacts | None = None
        self._method_facts = tuple(self._facts_of(method, typical, x.shape[1]) for method in chosen)
        self._refuse_changed_model()  # another thread may have changed it meanwhile

    def update_model(self, classifier: Any = None) -> None:
        """Recompute the scores with the current model, and discard the maps computed before.

        Parameters
        ----------
        classifier : Classifier, optional
            Replaces the current one. Required if more than weights has changed, such as an activation.

        Raises
        ------
        ValueError
            If the model now has other classes, or no longer fits a method. Nothing is changed then.
        """
        if classifier is None:
            classifier = self._classifier
        else:
            classifier = for_labels(self._data.fitted(classifier), self._named_facts.y)
        if classifier.classes != self._classifier.classes:
            raise ValueError(
                f"the model must still give {counted(self._classifier.classes, 'score')} for an update, but gives "
                f"{classifier.classes}; make a new widget"
            )
        if labels_in_words(classifier) != labels_in_words(self._classifier):
            raise ValueError("the model must still have the same class labels for an update; make a new widget")
        reasons = [
            reason
            for reason in (method.refusal(self._data.of_longest(classifier)) for method in self._chosen)
            if reason
        ]
        if reasons:
            raise ValueError(f"the model no longer fits a method, make a new widget: {reasons[0]}")
        names = {name: getattr(self._named_facts, name) for name in _KEPT_NAMES}
        updated = copy(self)
        updated._read_model(classifier, self._chosen, names)
        with self._lock:
            vars(self).update(vars(updated))
        self.when_updated()

    @contextmanager
    def unchanged_model(self) -> Iterator[None]:
        """Raise an error if the model has changed since the scores were computed, or changes in the meantime."""
        version = self._version
        self._refuse_changed_model()
        yield
        self._refuse_changed_model()
        if version != self._version:  # the result belongs to the previous model
            raise ModelChangedError("the model was updated during the computation; start it again")

    def check_model(self) -> bool:
        """Whether the model is the one whose scores were computed; the widget shows it if not."""
        changed = version_of(self._classifier) != self._version
        self.when_model_changed(changed)
        return not changed

    def _refuse_changed_model(self) -> None:
        if not self.check_model():
            raise ModelChangedError(
                "the model has changed since these scores were computed; press Update, call update_model(), or make a "
                "new widget"
            )

    def _with_baseline(self, method: AttributionMethod) -> AttributionMethod:
        """Method with its baseline for every series, copied if a function of the user returned it."""
        if self._data.lengths is not None:  # each length needs another one
            self._data.method_of(method, self._data.shortest)  # refuses a wrong one
            return method
        made = with_baseline(method, self.baseline, self._data.x)
        return frozen(made) if callable(getattr(method, "baseline", None)) else made

    def _facts_of(self, method: AttributionMethod, classifier: Any, samples: int) -> MethodFacts:
        exactness = method.exactness(classifier)
        return MethodFacts(
            method.label,
            exactness,
            "" if exactness == "approximate" else method.adds_up,
            method.signed,
            method.placed,
            described(method, self.baseline, self._data.one(self._data.shortest).shape[1], samples)
            + ("" if method.placed else in_windows(self.window))
            + held_fixed(self._data.others or ()),
            method.family,
        )

    @property
    def series_facts(self) -> SeriesFacts:
        """Series, scores, names and times; scores that are not known are computed."""
        if self._series_facts is None:
            if self._growing.remaining:
                with self.unchanged_model():
                    self._growing.complete()
            self._series_facts = replace(self._named_facts, **self._growing.known._asdict())
        return self._series_facts

    @property
    def named_facts(self) -> SeriesFacts:
        """Series, names and times; its scores are zero."""
        return self._named_facts

    def known_scores(self) -> Scores:
        """Scores so far; NaN where they are not known."""
        return self._growing.known

    def scores_of(self, instance: int) -> Scores:
        """Scores of one series, of shape (class,), computed if they are not known."""
        if self._growing.has(instance):
            return self._growing.of(instance)
        with self.unchanged_model():
            return self._growing.of(instance)

    def more_scores(self, instance: int = 0) -> int:
        """Compute the scores of some series, of `instance` first; returns their number, 0 once all are known."""
        with self.unchanged_model():
            return self._growing.advance(instance)

    @property
    def method_facts(self) -> tuple[MethodFacts, ...]:
        """Facts of each method, in the order of the menu."""
        return self._method_facts

    @property
    def usual(self) -> tuple[str, ...]:
        """Labels of the methods that were named; if none was, of all but the slow ones."""
        return self._usual

    def __repr__(self) -> str:
        instances, samples, channels = self.x.shape
        sizes = f"{counted(samples, 'sample')}, {counted(channels, 'channel')}"
        return (
            f"<LazyExplanation of {instances} series ({sizes}), each map computed on first access, by "
            f"{', '.join(self.methods)}>"
        )

    @property
    def classifier(self) -> Any:
        """The explained classifier."""
        return self._classifier

    def classifier_of(self, instance: int) -> Any:
        """The classifier for one instance, whose other inputs are held fixed."""
        return for_instances(self._classifier, instance)

    def method(self, label: str) -> AttributionMethod:
        """Method of a label, with a baseline for every series."""
        return self._known(label)

    def chosen(self, label: str) -> AttributionMethod:
        """Method of a label as it was given: its baseline may be a function, or the mean of the background if None."""
        known = self._known(label).label
        return next(method for method in self._chosen if method.label == known)

    def method_of(self, label: str, instance: int) -> AttributionMethod:
        """Method of a label, with the baseline for one series."""
        method = self._known(label)
        if self._data.lengths is None:
            return of_rows(method, np.array([instance]))
        return self._data.method_of(method, instance)

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether this map exists: every known method, instance and class has one."""
        return method in self._methods and 0 <= instance < len(self.x) and 0 <= target < self._classifier.classes

    def seconds(self, method: str, instance: int | None = None, target: int | None = None) -> float:
        """Estimated time of a map in seconds, or of one instance's and class' map, which is zero if it is cached.

        It is the shortest time measured so far, or an estimate from the time of the scores. The very first map compiles
        what it needs, which takes up to half as long as reading the model took.
        """
        if self._kept.get((self._number, method, instance, target)) is not None:
            return 0.0
        compiling = self.seconds_to_read / 2 if instance is not None and self._times.none_yet else 0.0
        return self._times.estimate(self._known(method)) + compiling

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of one method for one class on one instance, of shape (time, channel or 1); computed once."""
        return self._map(method, instance, target).values

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Share of the score that the map's sum misses; nan if the method promises no sum."""
        return float(self._map(method, instance, target).gaps)

    def exactness_of(self, method: str, instance: int, target: int) -> str:
        """Exactness of one map: that of its method, but "approximate" for a gap above 1 %."""
        return stated(self.exactness[self._known(method).label], self.completeness_gap(method, instance, target))

    def standard_error(self, method: str, instance: int, target: int) -> np.ndarray | None:
        """Standard error of each value of a map, of its shape; None for methods that do not draw at random."""
        return self._map(method, instance, target).errors

    def portable_model(self) -> PortableModel:
        """The model as plain data, for a browser that computes scores and maps itself."""
        with self.unchanged_model():
            methods = () if self.window is not None else tuple(self._methods.values())
            return page_model(self._classifier, methods, self.baseline, self.x.shape[1:])

    def network_finding(self) -> Mapping[str, Any]:
        """Whether the network is better than guessing, as plain data: name, result, text and fault."""
        return asdict(network_result(self.scores, self.y))

    def compute(
        self, *, instances: Any = None, targets: Any = None, methods: Any = None, progress: bool = True
    ) -> Explanation:
        """Plain explanation of some instances, classes and methods.

        If it is interrupted, it warns and returns the completed part: the first instances, by every method.

        Parameters
        ----------
        instances : sequence of int, optional
            Default: all.
        targets : {"predicted", "all"}, int, sequence of int, or int array of shape (instance, target), optional
            Default: those given to the constructor.
        methods : sequence of str, optional
            Labels. Default: `usual`.
        progress : bool
            Show a progress bar.
        """
        rows = check_rows("instances", instances, len(self.x))
        named = [methods] if isinstance(methods, str) else methods
        labels = self.usual if named is None else tuple(self._known(label).label for label in named)
        wanted = self._targets if targets is None else wanted_targets(targets, self.class_names)
        chosen = columns(wanted, self.scores[rows])
        growing = {label: GrowingMaps(len(rows)) for label in labels if self._known(label)}
        done = self._grow(growing, rows, chosen, progress)
        return self._explanation(
            rows[:done], chosen[:done], {label: maps.first(done) for label, maps in growing.items()}
        )

    def _grow(self, growing: dict[str, GrowingMaps], rows: np.ndarray, targets: np.ndarray, progress: bool) -> int:
        """Compute maps in batches; returns how many series are done by all methods."""
        done = 0
        with tqdm(total=len(rows), desc="explaining", unit="series", disable=not progress, leave=False, delay=1) as bar:
            try:
                for part in parts(len(rows), self.x[0].nbytes, [self._methods[label] for label in growing]):
                    for label, maps in list(growing.items()):
                        bar.set_postfix_str(label)
                        try:
                            maps.take(part, self._computed(label, rows[part], targets[part]))
                        except NotFinite as fault:
                            if self._named:
                                raise
                            warn(f"{label} is left out: {fault}", stacklevel=4)
                            del growing[label]
                    done = part.stop
                    bar.update(done - part.start)
            except KeyboardInterrupt:
                if not done:
                    raise
                warn(f"interrupted: the explanation holds the first {done} of {len(rows)} series", stacklevel=4)
        return done

    def _explanation(self, rows: np.ndarray, targets: np.ndarray, made: dict[str, ComputedMaps]) -> Explanation:
        """Plain explanation of the series whose maps were made."""
        methods = tuple(one for one in self.method_facts if one.label in made)
        facts: dict[str, Any] = {name: by_label(methods, name) for name in BY_LABEL}
        return Explanation(
            **vars(self.series_facts.rows(rows)),
            targets=targets,
            attributions={label: maps.values for label, maps in made.items()},
            completeness={label: maps.gaps for label, maps in made.items()},
            standard_errors={label: maps.errors for label, maps in made.items() if maps.errors is not None},
            **facts,
        )

    def _map(self, label: str, instance: int, target: int) -> ComputedMaps:
        method = self._known(label)
        instance = check_index("instance", instance, len(self.x))
        target = check_class("target", target, self.class_names)
        number, every = self._number, method.free_targets
        with self._lock:
            computing = self._computing.setdefault((number, method.label, instance, None if every else target), Lock())
        with computing:
            cached = self._kept.get((number, method.label, instance, target))
            return self._made(method, instance, target, number) if cached is None else cached

    def _made(self, method: AttributionMethod, instance: int, target: int, number: int) -> ComputedMaps:
        """Map that is computed now, and cached; with those of all classes if they cost no more."""
        targets = np.arange(self._classifier.classes) if method.free_targets else np.array([target])
        with self._times.measured(method):
            made = self._computed(method.label, np.array([instance]), targets[np.newaxis])
        made.values.flags.writeable = False
        ones = {int(one): made.one(0, column) for column, one in enumerate(targets)}
        for one, computed in ones.items():
            self._kept.keep((number, method.label, instance, one), computed)
        return ones[target]

    def _computed(self, label: str, rows: np.ndarray, targets: np.ndarray) -> ComputedMaps:
        with self.unchanged_model():
            if not is_per_instance(self._classifier):
                return computed_maps(self._methods[label], self._classifier, self.x, targets, rows, self.window)
            ones = [self._computed_alone(label, row, targets[[place]]) for place, row in enumerate(rows)]
            return stacked(ones, self.x.shape[1])

    def _computed_alone(self, label: str, instance: int, targets: np.ndarray) -> ComputedMaps:
        method, classifier = self.method_of(label, instance), self.classifier_of(instance)
        return computed_maps(method, classifier, self._data.one(instance), targets, np.zeros(1, int), self.window)

    def _known(self, label: str) -> AttributionMethod:
        found = matching(label, self._methods) if isinstance(label, str) else None
        if found is None:
            raise ValueError(why_not(label, self._methods, self._classifier))
        return self._methods[found]
