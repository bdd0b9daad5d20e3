"""An explanation in a Zarr store, of which only what is looked at is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...names import matching
from ...validation import (
    check_choice,
    check_class,
    check_index,
    check_label,
    check_list,
    check_number,
    check_old_file,
    counted,
    shown,
)
from ..facts import MethodFacts, SeriesFacts
from ..npz import refusing_damage
from ..source import ClassMean, ExplanationSource, stated
from ..validation import place_of_map
from .compared import Compared
from .damage import damaged_blocks
from .encoding import decoded
from .format import INDEX, KEY, Header, arrays_of, zarr
from .lazy_rows import LazyRows
from .permutation import DECREASE, PREDICTION, PermutationImportance
from .statistics import predicted_classes

__all__ = ["StoredExplanation"]


@dataclass(frozen=True, eq=False, repr=False)
class StoredFacts(SeriesFacts):
    """Facts of series that stay in a store, which were checked before they were written."""

    def __post_init__(self) -> None:
        """Keep `x` as it is: a check would read all of it."""

    def rows(self, instances: Any) -> SeriesFacts:
        """Facts of some instances, which are read and checked."""
        taken = {one.name: getattr(self, one.name) for one in fields(SeriesFacts)}
        of_each = ("x", "scores", "y", "probabilities", "start")
        return SeriesFacts(**taken | {name: taken[name][instances] for name in of_each if taken[name] is not None})


class StoredExplanation(ExplanationSource):
    """An explanation that :func:`~cam1d_widget.explain_to` wrote; :meth:`Explanation.open` returns it.

    It has the attributes of an :class:`~cam1d_widget.Explanation`, except that `x` and the maps stay in the store:
    indexing `x`, or :meth:`attribution`, reads the series or the map.

    Parameters
    ----------
    path : str or Path
        The store.
    x : array-like of shape (instance, time, channel), optional
        The explained series, of a store that does not contain them. A Zarr array, HDF5 data set or `np.memmap` is
        not read into memory.

    Attributes
    ----------
    targets : ndarray of int, of shape (instance, target)
        Index of each explained class; -1 for the instances of a block that was skipped.
    header : Header
        Metadata of the store: its methods, names, data type and chunk size.
    """

    def __init__(self, path: str | Path, x: Any = None) -> None:
        self.path, library = check_old_file("path", path), zarr()
        with refusing_damage(self.path, "a store of maps that explain_to wrote"):
            if not (self.path / "zarr.json").is_file():
                raise ValueError("it has no zarr.json")
            self._group = library.open_group(str(self.path), mode="r")
            self.header = Header.from_json(self._group.attrs[KEY])
            self._arrays: dict[str, Any] = dict(self._group.arrays())
            self._check_arrays()
        if not self.header.complete:
            raise ValueError(
                f"path must be a complete store, but {str(self.path)!r} has {self._blocks_in_words()}; call "
                f"explain_to with the same arguments again to complete it"
            )
        self._check_files()
        if x is None and "x" in self._arrays:
            self._x = LazyRows(self._arrays["x"], self._check_series)
        else:
            self._x = LazyRows(self._given(x), Compared(x, self._done, self.header.chunk).check)

    def _check_arrays(self) -> None:
        """Refuse a store that lacks arrays, or whose arrays do not fit each other."""
        instances, targets = self._arrays["targets"].shape
        for name in ("x", "scores", "probabilities", "y", "start"):
            if name in self._arrays and self._arrays[name].shape[0] != instances:
                raise ValueError(f"its {name} must have {counted(instances, 'instance')}")
        if self._arrays["scores"].shape[1] != len(self.header.class_names):
            raise ValueError(f"its scores must have {counted(len(self.header.class_names), 'class')}")
        for method in self.header.methods:
            names = arrays_of(method.label)
            if self._arrays[names.values].shape[:2] != (instances, targets):
                raise ValueError(f"its maps of {method.label} must have shape ({instances}, {targets}, time, channel)")
            if self._arrays[names.gaps].shape != (instances, targets):
                raise ValueError(f"its gaps of {method.label} must have shape ({instances}, {targets})")
            if self.header.dtype != "float32" and names.scales not in self._arrays:
                raise ValueError(f"its maps of {method.label} must have scales")

    def _given(self, x: Any) -> Any:
        """Series of a store that does not contain them."""
        if "x" in self._arrays:
            raise ValueError(f"x must be left out, since {str(self.path)!r} contains the series")
        (instances, _), (samples, channels) = self._arrays["targets"].shape, self.header.series
        shape, dtype = getattr(x, "shape", None), getattr(x, "dtype", None)
        if shape is None or tuple(shape) != (instances, samples, channels) or getattr(dtype, "kind", "") not in "iuf":
            raise ValueError(
                f"x must be the series that were explained, numbers of shape (instance, time, channel) = "
                f"({instances}, {samples}, {channels}), "
                + ("since the store does not contain them" if x is None else f"but is {shown(x)}")
            )
        return x

    def _check_series(self, first: int, last: int) -> None:
        self._check_blocks(first, last, "x")

    def _check_blocks(self, first: int, last: int, *names: str) -> None:
        """Refuse files of the blocks from that of one instance to that of another, if they are missing or too short."""
        numbers = range(first // self.header.chunk, last // self.header.chunk + 1)
        done = [number for number in numbers if self._done[number].any()]
        for name in set(names) & set(self._arrays):
            if damaged_blocks(self.path / name, self._arrays[name], done):
                raise self._damaged(name)

    def _check_files(self) -> None:
        """Refuse a store whose arrays that are read as a whole lack files."""
        for name in filter(self._arrays.__contains__, ("y", "start", "receptive_field")):
            if damaged_blocks(self.path / name, self._arrays[name]):
                raise self._damaged(name)
        for group in (INDEX, "statistics"):
            if group not in self._group:
                raise self._damaged(group)
        for folder, arrays in ((INDEX, self._index), ("statistics", self._statistics)):
            for name, array in arrays.items():
                if damaged_blocks(self.path / folder / name, array):
                    raise self._damaged(f"{folder}/{name}")

    def _damaged(self, name: str) -> ValueError:
        return ValueError(
            f"path must be a whole store, but files of {name!r} in {str(self.path)!r} are missing or damaged; call "
            f"explain_to with the same arguments again to write them"
        )

    @cached_property
    def _done(self) -> np.ndarray:
        """Digest of the series of each block, zero for those that were skipped: uint8 of shape (block, byte)."""
        return np.asarray(self._arrays["done"][:])

    def _blocks_in_words(self) -> str:
        # The number of blocks of an iterator's series is not in the metadata that were collected before.
        done = zarr().open_group(str(self.path), mode="r", use_consolidated=False)["done"][:]
        return f"{int(done.any(axis=1).sum())} of {counted(len(done), 'block')}"

    def __repr__(self) -> str:
        instances, samples, channels = self.x.shape
        return (
            f"<StoredExplanation of {instances} series ({counted(samples, 'sample')}, {counted(channels, 'channel')}), "
            f"by {', '.join(self.methods)}, in {str(self.path)!r}>"
        )

    @cached_property
    def series_facts(self) -> SeriesFacts:
        """Series, which stay in the store, with scores, names and times."""
        header, start = self.header, self._whole("start")
        return StoredFacts(
            x=self._x,  # type: ignore[arg-type]
            scores=self._index["scores"][:],
            y=self._whole("y"),
            class_names=header.class_names,
            channel_names=header.channel_names,
            channel_units=header.channel_units,
            sampling_rate=header.sampling_rate,
            probabilities=self._whole("probabilities"),
            receptive_field=self._whole("receptive_field"),
            start=None if start is None else start.view("datetime64[ns]"),
        )

    def _whole(self, name: str) -> np.ndarray | None:
        return np.asarray(self._index.get(name, self._arrays[name])[:]) if name in self._arrays else None

    @property
    def method_facts(self) -> tuple[MethodFacts, ...]:
        """Facts of each method."""
        return self.header.methods

    @property
    def x(self) -> np.ndarray:
        """Series, of shape (instance, time, channel), which are read when they are indexed."""
        return self._x  # type: ignore[return-value]

    @cached_property
    def targets(self) -> np.ndarray:
        """Index of each explained class, int of shape (instance, target)."""
        return np.asarray(self._index["targets"][:], np.int64)

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of one method for one class on one instance, of shape (time, channel or 1)."""
        names, place = arrays_of(self._known(method)), self._at(instance, target)
        return self._decoded(names.values, names.scales, place)

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Share of the score that the map's sum misses; nan if the method promises no sum."""
        name, place = arrays_of(self._known(method)).gaps, self._at(instance, target)
        self._check_blocks(place[0], place[0], name)
        return float(self._arrays[name][place])

    def exactness_of(self, method: str, instance: int, target: int) -> str:
        """Exactness of one map: that of its method, but "approximate" for a gap above 1 %."""
        return stated(self.exactness[self._known(method)], self.completeness_gap(method, instance, target))

    def standard_error(self, method: str, instance: int, target: int) -> np.ndarray | None:
        """Standard error of each value of a map, of its shape; None for deterministic methods."""
        names, place = arrays_of(self._known(method)), self._at(instance, target)
        return self._decoded(names.errors, names.error_scales, place) if names.errors in self._arrays else None

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether this map was computed."""
        explained = self.targets[check_index("instance", instance, len(self.targets))]
        return (
            matching(method, self.methods) is not None and check_class("target", target, self.class_names) in explained
        )

    def class_mean(self, by: str, of: int, method: str | None = None) -> ClassMean:
        """Mean and standard deviation over all instances of a class, which were computed with the maps.

        Parameters
        ----------
        by : {"predicted", "true"}
            Whether instances are assigned to their predicted or to their true class.
        of : int or str
            Index or name of the class.
        method : str, optional
            Label of the method, whose maps are those of this class. Default: the series.
        """
        check_choice("by", by, ("predicted", "true"))
        of = check_class("of", of, self.class_names)
        names = None if method is None else arrays_of(self._known(method))
        key = f"{'x' if names is None else names.values} by {by} class"
        if f"mean of {key}" not in self._statistics:
            raise ValueError(f"by must be 'predicted', but is {by!r}: the instances have no single true class")
        kinds = (self._statistics[f"{kind} of {key}"][of].astype(np.float32) for kind in ("mean", "deviation"))
        mean, deviation = (values if values.ndim == 2 else values[:, np.newaxis] for values in kinds)
        gap = np.nan if names is None else self._statistics[f"largest {names.gaps} by {by} class"][of]
        return ClassMean(mean, deviation, int(self._statistics[f"count of {key}"][of]), float(gap))

    def channel_shares(self, method: str, by: str = "predicted") -> np.ndarray:
        """Mean share of each channel in the sum of magnitudes of the maps, by class, of shape (class, channel)."""
        check_choice("by", by, ("predicted", "true"))
        name = f"mean of {arrays_of(self._known(method)).shares} by {by} class"
        if name not in self._statistics:
            raise ValueError(f"method must distinguish channels, and by must be known, but {method!r} by {by!r} is not")
        return np.asarray(self._statistics[name][:])

    def channel_shares_by_map(self, method: str) -> np.ndarray:
        """Share of each channel in the sum of magnitudes of each map, of shape (instance, target, channel).

        Those of all instances are read at once, without their maps.

        Examples
        --------
        >>> shares = explanation.channel_shares_by_map("Saliency")[:, 0, 3]  # of channel 3
        >>> viewer.finder.instances = np.flatnonzero(shares > 0.5)
        """
        name = arrays_of(self._known(method)).shares
        if name not in self._index:
            raise ValueError(f"method must distinguish channels, but {method!r} does not")
        return np.asarray(self._index[name][:])

    def channel_share_quantiles(
        self, method: str, quantiles: Sequence[float] = (0.25, 0.5, 0.75), by: str = "predicted"
    ) -> np.ndarray:
        """Quantiles of the share of each channel in the maps, by class, of shape (class, quantile, channel).

        Parameters
        ----------
        method : str
            Label of the method, whose maps are those of the instance's own class.
        quantiles : sequence of float
            Each from 0 to 1.
        by : {"predicted", "true"}
            Whether instances are assigned to their predicted or to their true class.

        Returns
        -------
        ndarray
            NaN for a class without maps.
        """
        levels = [
            check_number("quantiles", one, least=0, most=1) for one in check_list("quantiles", quantiles, "numbers")
        ]
        shares, facts = self.channel_shares_by_map(method), self.series_facts
        classes = self._classes_by(by)
        there = self.targets == classes[:, np.newaxis]
        own = shares[np.arange(len(shares)), there.argmax(axis=1)]
        made = np.full((len(facts.class_names), len(levels), shares.shape[2]), np.nan)
        for one in range(len(made)):
            rows = own[(classes == one) & there.any(axis=1)]
            if len(rows):
                made[one] = np.quantile(rows, levels, axis=0)
        return made

    def _classes_by(self, by: str) -> np.ndarray:
        """Class of each instance; that of a skipped one is not among its targets."""
        check_choice("by", by, ("predicted", "true"))
        facts = self.series_facts
        if by == "true":
            if facts.y is None or facts.y.ndim != 1 or facts.y.dtype.kind != "i":
                raise ValueError("by must be 'predicted', but is 'true': the instances have no single true class")
            return np.asarray(facts.y)
        return predicted_classes(facts.scores, facts.probabilities)

    def permutation_importance(self, of: int | str | None = None) -> PermutationImportance:
        """What follows on average if a channel is replaced by that of another series.

        Of a store that was written with ``permutation_importance=True``.

        Parameters
        ----------
        of : int or str, optional
            Predicted class of the instances, as index or name. Default: all instances.

        Returns
        -------
        PermutationImportance
            `score`, `changed` and `accuracy`, each of shape (channel,), and the number of `instances`.
        """
        if DECREASE not in self._index:
            raise ValueError(
                f"{str(self.path)!r} holds no permutation importance; write it with permutation_importance=True"
            )
        facts, there = self.series_facts, (self.targets >= 0).any(axis=1)
        predicted = self._classes_by("predicted")
        if of is not None:
            there &= predicted == check_class("of", of, self.class_names)
        if not there.any():
            raise ValueError(f"of must be a class that is predicted, but {shown(of)} is not")
        y = facts.y if facts.y is not None and facts.y.ndim == 1 and facts.y.dtype.kind == "i" else None
        decreases, predictions = (
            np.asarray(self._index[name][:])[there] if name in self._index else None for name in (DECREASE, PREDICTION)
        )
        assert decreases is not None
        return PermutationImportance.of(decreases, predictions, predicted[there], None if y is None else y[there])

    @property
    def most_confident(self) -> np.ndarray:
        """Up to 100 instances with the largest confidence, in descending order."""
        return self._confident("most")

    @property
    def least_confident(self) -> np.ndarray:
        """Up to 100 instances with the smallest confidence, in ascending order."""
        return self._confident("least")

    def _confident(self, which: str) -> np.ndarray:
        if len(self.class_names) == 1:
            raise ValueError("the model has a single output, and no confidence in a class")
        return np.asarray(self._statistics[f"{which} confident"][:])

    @cached_property
    def _index(self) -> dict[str, Any]:
        return dict(self._group[INDEX].arrays())

    @cached_property
    def _statistics(self) -> dict[str, Any]:
        return dict(self._group["statistics"].arrays())

    def _decoded(self, values: str, scales: str, place: tuple[int, int]) -> np.ndarray:
        self._check_blocks(place[0], place[0], values, scales)
        scale = self._arrays[scales][place] if scales in self._arrays else None
        stored = self._arrays[values][place]
        return decoded(stored if stored.ndim == 2 else stored[:, np.newaxis], scale)

    def _known(self, method: str) -> str:
        return check_label("method", method, self.methods)

    def _at(self, instance: int, target: int) -> tuple[int, int]:
        return place_of_map(self.targets, self.class_names, instance, target)
