"""The series that are explained, with what belongs to each: its length, other inputs of the model, a background."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..explanation.validation import held_once
from ..typing import InputsLike, Layout, SeriesLike
from ..validation import check_number
from .abilities import for_instances, for_lengths, for_series, holding, named_inputs
from .classifier import WrongScores
from .masking import channel_mean
from .methods import AttributionMethod
from .metrics.unequal import cut_baseline
from .requests import frozen, has_field, with_baseline
from .series import Series, check_unequal, known_samples, read_series, read_unequal

__all__ = ["DataSet"]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Series that are explained.

    Attributes
    ----------
    series : Series
        Their values, NaN after the length of each, with the names and times that frames and labeled arrays hold.
    others : mapping of str to ndarray, or None
        Inputs of the model besides the series, by name.
    lengths : ndarray of int, of shape (instance,), or None
        Number of samples of each, where they may differ from that of the model.
    padding_value : float or None
        The user's padding value for shorter series.
    background : ndarray of shape (instance, time, channel), or None
    drawn : ndarray of shape (instance, time, channel), or None
        Series of the background that methods draw from, all as long as the longest that is explained.
    baseline : ndarray of shape (channel,), or None
        Mean of each channel over the background.
    """

    series: Series
    others: Any
    lengths: np.ndarray | None
    padding_value: float | None
    background: np.ndarray | None = None
    drawn: np.ndarray | None = None
    baseline: np.ndarray | None = None

    @classmethod
    def read(
        cls,
        classifier: Any,
        x: InputsLike,
        background: SeriesLike | None,
        layout: Layout,
        lengths: Any,
        padding_value: float | None,
    ) -> DataSet:
        """Series for a classifier, checked; arguments as of :func:`~cam1d_widget.explain`."""
        if padding_value is not None:
            limit = float(np.finfo(np.float32).max)
            check_number("padding_value", padding_value, least=-limit, most=limit)
        given, others = named_inputs(classifier, x)
        samples, channels = classifier.input_shape
        if channels is None and _takes_rows(classifier, given, layout, others):
            channels = 1
        series = read_unequal("x", given, layout, channels, lengths)
        values = check_unequal(series.values, series.lengths, samples if padding_value is None else None, channels)
        own = series.lengths
        if own is None and padding_value is not None:
            own = np.full(len(values), values.shape[1])
        made = cls(series._replace(values=values), others, own, padding_value)
        return made if background is None else made._with_background(background, layout)

    def _with_background(self, background: SeriesLike, layout: Layout) -> DataSet:
        values, names = self.series.values, self.series.channel_names
        others = read_unequal("background", background, layout, values.shape[2])
        if None not in (names, others.channel_names) and names != others.channel_names:
            raise ValueError(
                f"background must have the channels of x, {', '.join(names or ())}, in their order, "
                f"but has {', '.join(others.channel_names or ())}"
            )
        known = check_unequal(others.values, others.lengths, None, values.shape[2], "background")
        known = held_once(frozen(known))
        drawn: np.ndarray | None = known
        if self.lengths is not None or others.lengths is not None:
            own = np.full(len(known), known.shape[1]) if others.lengths is None else others.lengths
            long = own >= values.shape[1]
            drawn = known[long, : values.shape[1]] if long.any() else None
        return replace(self, background=known, drawn=drawn, baseline=channel_mean(known_samples(known)))

    @property
    def x(self) -> np.ndarray:
        """Values, of shape (instance, time, channel)."""
        return self.series.values

    @property
    def shortest(self) -> int:
        """Instance with the fewest samples."""
        return 0 if self.lengths is None else int(self.lengths.argmin())

    def one(self, instance: int) -> np.ndarray:
        """One series without padding, of shape (1, time, channel)."""
        return self.x[instance : instance + 1, : None if self.lengths is None else self.lengths[instance]]

    @property
    def own_lengths(self) -> np.ndarray:
        """Number of samples of each series, of shape (instance,)."""
        return np.full(len(self.x), self.x.shape[1]) if self.lengths is None else self.lengths

    def cut_to(self, length: int) -> DataSet:
        """The series that are at least as long, without the samples that follow.

        Raises
        ------
        ValueError
            If all are shorter.
        """
        rows = self.rows_of(length)
        if not len(rows):
            raise ValueError(f"x must hold series of at least {length} samples, but the longest has {self.x.shape[1]}")
        others = None if self.others is None else {name: values[rows] for name, values in self.others.items()}
        series = self.series._replace(values=self.x[rows, :length], lengths=None)
        return replace(self, series=series, others=others, lengths=np.full(len(rows), length))

    def rows_of(self, length: int) -> np.ndarray:
        """Instances of at least as many samples."""
        return np.flatnonzero(self.own_lengths >= length)

    def fitted(self, classifier: Any) -> Any:
        """The classifier for these series, with the other inputs of the model."""
        classifier = holding(classifier, self.others, len(self.x))
        try:
            if self.lengths is None:
                return for_series(classifier, self.x)
            return for_lengths(classifier, self.x, self.lengths, self.padding_value)
        except WrongScores as fault:
            raise fault.of_instance(fault.row) from None

    def of_longest(self, classifier: Any) -> Any:
        """The classifier for the longest series, if their lengths differ."""
        return classifier if self.lengths is None else for_instances(classifier, self.lengths.argmax())

    def method_of(self, method: AttributionMethod, instance: int) -> AttributionMethod:
        """Method with the baseline and background for one series of unequal length, from what was given for all."""
        series, changes = self.one(instance), {}
        if has_field(method, "baseline"):
            given = method.baseline  # type: ignore[attr-defined]
            changes["baseline"] = cut_baseline(given, np.array([instance]), series.shape[1], self.x.shape)
        if isinstance(background := getattr(method, "background", None), np.ndarray):
            changes["background"] = background[:, : series.shape[1]]
        cut = replace(method, **changes) if changes else method  # type: ignore[type-var]
        return with_baseline(cut, self.baseline, series)


def _takes_rows(classifier: Any, x: Any, layout: Layout, others: Any) -> bool:
    """Whether x is an array of two dims that holds a series of one channel in each row."""
    if not hasattr(classifier, "takes_rows"):
        return getattr(classifier, "takes_one_channel", False) and _dims(x) == 2
    if others is not None or layout != "channels_last" or _dims(x) != 2:
        return False
    one_series = read_series("x", x, channels=np.shape(x)[1]).values[0]
    return classifier.takes_rows(one_series)


def _dims(x: Any) -> int:
    """Number of dims; zero of series of unequal length."""
    try:
        return np.ndim(x)
    except ValueError:
        return 0
