"""The result: attribution maps and everything that a plot of them needs, as numpy arrays.

An :class:`Explanation` can be saved to a file and displayed on a machine without Keras. It is an
:class:`ExplanationSource`, the protocol that the viewer requires.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..names import matching
from ..typing import Labels, Layout, Names, SeriesLike, StartLike, TargetsLike
from ..validation import (
    check_class,
    check_index,
    check_label,
    check_mapping,
    check_new_file,
    check_number,
    check_old_file,
    check_text,
    counted,
    in_order,
    is_labeled,
    numbers,
    shaped,
    within,
)
from .facts import BY_LABEL, NUMBERED, MethodFacts, SeriesFacts, by_label
from .foreign_maps import arranged
from .lengths import joined_maps, samples_in_words, within_lengths
from .npz import read_fields, refusing_damage, write_fields
from .plot import plot
from .source import ExplanationSource, stated
from .stored import StoredExplanation
from .times import names_and_times
from .validation import check_targets, place_of_map, shaped_as_map, with_target

__all__ = ["Explanation", "ExplanationSource"]


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Attribution maps of one classifier on a batch of multivariate time series.

    Attributes
    ----------
    x : ndarray of shape (instance, time, channel)
        The explained series, in the units that the classifier was fed; NaN is a gap in the line. A list of series
        (time, channel) of unequal length is padded with NaN, and their lengths become `lengths`.
    scores : ndarray of shape (instance, class)
        The classifier's score of each class: logits, or probabilities if requested.
    targets : ndarray of int, of shape (instance, target)
        Index of each explained class. For one class per instance, shape (instance,) is accepted, as are maps, gaps and
        errors without the axis of targets.
    attributions : mapping of str to ndarray of shape (instance, target, time, channel or 1)
        One array per method, under its label; signed, and not normalized. A method that does not distinguish
        channels (the class activation maps) has ``channel`` of size 1. Of series of unequal length also a list of one
        array (target, time, channel or 1) for each instance.
    y : ndarray of int of shape (instance,), of bool or float of shape (instance, class), optional
        True class of each instance: class indices, names from `class_names`, or one-hot. Numbers are labels if
        `class_names` holds numbers other than their own indices: with ``class_names=[1, 2, 3]``, 1 is the first class.
        Numbers are never looked up in names that are str. If instances may have several true classes, zeros and ones
        of shape (instance, class). Of a regression, true values of the shape of the scores, or (instance,) of a single
        output.
    class_names, channel_names, channel_units : sequence of str, optional
        Default: "class 0", ...; "channel 0", ...; "".
    sampling_rate : float, optional
        Samples per second. Without it, time is counted in samples.
    start : datetime, datetime64, Timestamp or str, or one per instance, optional
        Time of the first sample: the time axis then shows dates. Times with a time zone are converted to UTC; all are
        stored as datetime64 of shape (instance,) without a time zone.
    probabilities : ndarray of shape (instance, class), optional
        Probability of each class.
    exactness : mapping of str to str, optional
        Property of each method for the network: "exact" (values add up to the score, and the score drops by each value
        when its position is removed), "complete" (they add up to the score, but removing a position may change it by
        another amount) or "approximate". :meth:`exactness_of` takes the measured gap of one map into account.
    completeness : mapping of str to ndarray of shape (instance, target), optional
        Per method, the completeness gap: the share of the score that the sum of the map misses; nan if no sum
        is promised. A score below a tenth of the sum of the values' magnitudes counts as a tenth of it.
    signed : mapping of str to bool, optional
        Whether a method's maps can be negative. Default: whether any value is.
    placed : mapping of str to bool, optional
        Whether a method's maps were made at the steps of a layer and placed by receptive fields, so that they are
        extrapolated beyond the first and last center. Default: whether they have one channel, where a receptive field
        is given.
    adds_up : mapping of str to str, optional
        Sum of a method's values, as a verb phrase such as "add up to the score minus its bias".
    descriptions : mapping of str to str, optional
        One phrase per method.
    standard_errors : mapping of str to ndarray of shape (instance, target, time, channel or 1), optional
        Standard error of every value, of the stochastic methods.
    receptive_field : ndarray of shape (step, 3), optional
        First sample, one past the last sample, and center of the receptive field of each step.
    families : mapping of str to str, optional
        Heading under which the menu lists each method, such as "gradient".
    lengths : ndarray of int, of shape (instance,), optional
        Number of samples of each series, of series of unequal length; `x`, the maps and their standard errors are NaN
        after it. None if all series have the samples of `x`.
    """

    x: np.ndarray
    scores: np.ndarray
    targets: np.ndarray
    attributions: Mapping[str, np.ndarray]
    y: np.ndarray | None = None
    class_names: tuple[str, ...] = NUMBERED
    channel_names: tuple[str, ...] = NUMBERED
    channel_units: tuple[str, ...] = NUMBERED
    sampling_rate: float | None = None
    probabilities: np.ndarray | None = None
    exactness: Mapping[str, str] = field(default_factory=dict)
    completeness: Mapping[str, np.ndarray] = field(default_factory=dict)
    signed: Mapping[str, bool] = field(default_factory=dict)
    placed: Mapping[str, bool] = field(default_factory=dict)
    adds_up: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    receptive_field: np.ndarray | None = None
    standard_errors: Mapping[str, np.ndarray] = field(default_factory=dict)
    start: np.ndarray | None = None
    families: Mapping[str, str] = field(default_factory=dict)
    lengths: np.ndarray | None = None

    if TYPE_CHECKING:  # arguments may have more types than the attributes

        def __init__(
            self,
            x: SeriesLike,
            scores: ArrayLike,
            targets: ArrayLike,
            attributions: Mapping[str, ArrayLike | Sequence[ArrayLike]],
            y: Labels | None = None,
            class_names: Names | None = None,
            channel_names: Names | None = None,
            channel_units: Names | None = None,
            sampling_rate: float | None = None,
            probabilities: ArrayLike | None = None,
            exactness: Mapping[str, str] = ...,
            completeness: Mapping[str, ArrayLike] = ...,
            signed: Mapping[str, bool] = ...,
            placed: Mapping[str, bool] = ...,
            adds_up: Mapping[str, str] = ...,
            descriptions: Mapping[str, str] = ...,
            receptive_field: ArrayLike | None = None,
            standard_errors: Mapping[str, ArrayLike | Sequence[ArrayLike]] = ...,
            start: StartLike | None = None,
            families: Mapping[str, str] = ...,
            lengths: ArrayLike | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Check every field and convert it to one form; no code that reads an explanation checks it again."""
        self._fix(**vars(self.series_facts))
        self._fix(targets=check_targets(self.targets, *self.scores.shape))
        self._fix_maps()
        self._fix(**{name: MappingProxyType(by_label(self.method_facts, name)) for name in BY_LABEL})

    @classmethod
    def from_maps(
        cls,
        maps: Mapping[str, ArrayLike | Sequence[ArrayLike]],
        x: SeriesLike,
        scores: ArrayLike,
        *,
        targets: TargetsLike | None = None,
        layout: Layout = "channels_last",
        lengths: ArrayLike | None = None,
        **names: Any,
    ) -> Explanation:
        """Explanation of maps that another library has computed, such as captum or shap.

        Parameters
        ----------
        maps : mapping of str to array-like
            By the label of a method. Of shape (instance, time, channel) for one class of each instance; of shape
            (instance, target, time, channel) or (instance, time, channel, class) for several, or a list of one array
            for each class. Channel may have size 1 or be left out if channels are not distinguished. Of series of
            unequal length also a list of one array for each instance. Tensors are taken as well.
        x : array-like of shape (instance, time, channel), or (instance, time) for one channel
            The explained series; or a list of series of unequal length. Names, rate and dates of a DataArray are taken.
        scores : array-like of shape (instance, class)
            The model's score of each class.
        targets : {"predicted", "all"}, int, or int array of shape (instance,) or (instance, target), optional
            Explained classes. Default: all if the maps have an axis of all classes, the predicted one otherwise.
        layout : {"channels_last", "channels_first"}
            Order of the dims of `x` and of the maps: PyTorch's is (instance, channel, time).
        lengths : array-like of int, of shape (instance,), optional
            Number of samples of each series if `x` is padded; what the maps hold after it is dropped. Default: `x` ends
            with NaN in all channels where a series ends.
        **names
            Other arguments of :class:`~cam1d_widget.Explanation`, such as `y`, `class_names` and `sampling_rate`.

        Returns
        -------
        Explanation

        Examples
        --------
        >>> maps = captum.attr.IntegratedGradients(module).attribute(x, target=predicted)
        >>> explanation = Explanation.from_maps({"captum IG": maps}, x, module(x), layout="channels_first")
        >>> ExplanationViewer(explanation)
        """
        fixed = arranged(maps, x, scores, targets, layout, lengths)
        refused = [name for name in names if name in fixed or name not in {one.name for one in fields(cls)}]
        if refused:
            raise TypeError(f"there is no argument {refused[0]}; see those of Explanation.from_maps and Explanation")
        if is_labeled(x, "instance", "time", "channel"):
            known = names_and_times(x, len(fixed["x"]))
            names |= {name: value for name, value in known.items() if names.get(name) is None}
        return cls(**fixed, **names)

    @cached_property
    def series_facts(self) -> SeriesFacts:
        """Series, scores, names and times, checked."""
        return SeriesFacts(**{one.name: getattr(self, one.name) for one in fields(SeriesFacts)})

    @cached_property
    def method_facts(self) -> tuple[MethodFacts, ...]:
        """Facts of each method, checked; those that were not given follow from its maps."""
        facts: dict[str, dict[str, Any]] = {
            label: {
                "signed": bool((values < 0).any()),
                "placed": self.receptive_field is not None and values.shape[-1] == 1,
            }
            for label, values in self.attributions.items()
        }
        for name, fact in BY_LABEL.items():
            for label, value in self._of_methods(name, check_mapping(name, getattr(self, name))).items():
                facts[label][fact] = value
        return tuple(MethodFacts(label, **known) for label, known in facts.items())

    def _fix(self, **values: Any) -> None:
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def _fix_maps(self) -> None:
        given = check_mapping("attributions", self.attributions)
        maps = {label: self._checked_maps(f"attributions[{label!r}]", values) for label, values in given.items()}
        gaps = {label: np.full(self.targets.shape, np.nan) for label in maps}
        gaps |= {
            label: within(f"completeness[{label!r}]", numbers(f"completeness[{label!r}]", values, float), 0)
            for label, values in check_mapping("completeness", self.completeness).items()
        }
        gaps = {label: with_target(values, self.targets, 2) for label, values in gaps.items()}
        for label, values in gaps.items():
            shaped(f"completeness[{label!r}]", values, "(instance, target)", self.targets.shape)
        self._fix(attributions=MappingProxyType(maps))
        self._fix(completeness=self._of_methods("completeness", gaps))
        self._fix_errors()

    def _checked_maps(self, name: str, values: Any) -> np.ndarray:
        """Maps as float32, read-only; finite up to the length of their series, and NaN after it."""
        values = in_order(values, "instance", "target", "time", "channel")
        maps = numbers(name, joined_maps(name, values, self.lengths, self.x.shape[1]))
        maps = with_target(maps, self.targets, 4)
        shaped_as_map(name, maps, (*self.targets.shape, *self.x.shape[1:]))
        within_lengths(name, maps, self.lengths, 2).flags.writeable = False
        return maps

    def _fix_errors(self) -> None:
        given = check_mapping("standard_errors", self.standard_errors)
        errors = {
            label: within(f"standard_errors[{label!r}]", self._checked_maps(f"standard_errors[{label!r}]", values), 0)
            for label, values in given.items()
        }
        drawn = self._of_methods("standard_errors", errors)
        for label, values in drawn.items():
            if values.shape != self.attributions[label].shape:
                raise ValueError(
                    f"standard_errors[{label!r}] must have the shape of its maps, {self.attributions[label].shape}, "
                    f"but has {values.shape}"
                )
        self._fix(standard_errors=drawn)

    def _of_methods(self, name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        unknown = values.keys() - self.attributions.keys()
        if unknown:
            there = ", ".join(self.methods)
            raise ValueError(f"{name} must hold labels of the methods {there}, but holds {', '.join(sorted(unknown))}")
        return MappingProxyType({label: values[label] for label in self.methods if label in values})

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the fields, so that the copy is checked and immutable as well."""
        return partial(type(self), **self._fields()), ()

    def _fields(self) -> dict[str, Any]:
        """Fields in types that every file and process can read."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}

    def __repr__(self) -> str:
        instances, _, channels = self.x.shape
        sizes = f"{samples_in_words(self.x, self.lengths)}, {counted(channels, 'channel')}"
        classes = f"{self.targets.shape[1]} of {counted(self.scores.shape[1], 'class')} each"
        return f"<Explanation of {instances} series ({sizes}), {classes}, by {', '.join(self.methods)}>"

    @property
    def methods(self) -> tuple[str, ...]:
        """Label of each method."""
        return tuple(self.attributions)

    @property
    def usual(self) -> tuple[str, ...]:
        """Default methods: all, since they are computed already."""
        return self.methods

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of one method for one class on one instance.

        Parameters
        ----------
        method : str
            Label, one of `methods`.
        instance : int
            Index into `x`.
        target : int or str
            Index of the class (not of the column in `targets`), or its name.

        Returns
        -------
        ndarray of shape (time, channel or 1)
            NaN after the end of a series that is shorter than others.

        Raises
        ------
        ValueError
            If there is no such method or instance, or the class was not explained on it.
        """
        return self.attributions[self._known(method)][self._at(instance, target)]

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Share of the score that the map's sum misses; nan if the method promises no sum."""
        return float(self.completeness[self._known(method)][self._at(instance, target)])

    def exactness_of(self, method: str, instance: int, target: int) -> str:
        """Exactness of one map: that of its method, but "approximate" for a gap above 1 %."""
        return stated(self.exactness[self._known(method)], self.completeness_gap(method, instance, target))

    def standard_error(self, method: str, instance: int, target: int) -> np.ndarray | None:
        """Standard error of each value of a map, of its shape; None for deterministic methods."""
        errors, place = self.standard_errors.get(self._known(method)), self._at(instance, target)
        return None if errors is None else errors[place]

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether this map was computed."""
        explained = self.targets[check_index("instance", instance, len(self.x))]
        target = check_class("target", target, self.class_names)
        return matching(check_text("method", method), self.methods) is not None and target in explained

    def plot(
        self,
        instance: int = 0,
        target: int | str | None = None,
        method: str | None = None,
        *,
        channels: Sequence[int | str] | None = None,
        limit: float | None = None,
        figsize: tuple[float, float] | None = None,
    ) -> Any:
        """Plot one map over its series as a matplotlib figure, for papers.

        Parameters
        ----------
        instance : int
            Index into `x`.
        target : int or str, optional
            Index or name of the class. Default: the first that was explained on the instance.
        method : str, optional
            Label. Default: the first of `methods`.
        channels : sequence of int or str, optional
            Indices or names of the channels to draw, from the top. Default: all.
        limit : float, optional
            Value of the last color. Default: the largest |value| of the map.
        figsize : tuple of float, optional
            Width and height in inches.

        Returns
        -------
        matplotlib.figure.Figure
            Save it by ``figure.savefig("map.pdf")``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        if target is None:
            target = int(self.targets[check_index("instance", instance, len(self.x)), 0])
        target = check_class("target", target, self.class_names)
        method = self._known(self.methods[0] if method is None else method)
        return plot(self, instance, target, method, channels=channels, limit=limit, figsize=figsize)

    def save(self, path: str | Path) -> None:
        """Write everything to one ``.npz`` file, which :meth:`load` reads back on any machine.

        An existing file is replaced only once the new one is complete.
        """
        write_fields(self._fields(), check_new_file("path", path))

    @classmethod
    def load(cls, path: str | Path, *, limit_mb: float | None = None) -> Explanation:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.
        limit_mb : float, optional
            Most MB that its arrays may take, so that a small file made to exhaust the memory is refused before it is
            decompressed. Default: 64 MB and 100 times the size of the file.

        Raises
        ------
        ValueError
            If the file is not an explanation, is damaged, or would take more than `limit_mb`.
        """
        if limit_mb is not None:
            check_number("limit_mb", limit_mb, above=0)
        path = check_old_file("path", path)
        with refusing_damage(path):
            known = read_fields(path, limit_mb)
            if not {"x", "scores", "targets"} <= known.keys() <= {one.name for one in fields(cls)}:
                raise ValueError("its fields are not those of an explanation")
            return cls(**known)

    @staticmethod
    def open(path: str | Path, *, x: Any = None) -> StoredExplanation:
        """Open a store that :func:`~cam1d_widget.explain_to` wrote; only what is looked at is read.

        Parameters
        ----------
        path : str or Path
            The store.
        x : array-like of shape (instance, time, channel), optional
            The explained series, of a store that does not contain them; an `np.memmap`, Zarr array or HDF5 data set is
            not read into memory.

        Returns
        -------
        StoredExplanation

        Raises
        ------
        ValueError
            If it is no such store, or not complete.

        Examples
        --------
        >>> ExplanationViewer(Explanation.open("maps.zarr"))
        """
        return StoredExplanation(path, x)

    def _known(self, method: str) -> str:
        return check_label("method", method, self.methods)

    def _at(self, instance: int, target: int) -> tuple[int, int]:
        return place_of_map(self.targets, self.class_names, instance, target)
