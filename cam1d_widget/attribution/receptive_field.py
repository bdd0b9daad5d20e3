"""Receptive fields of the steps of a feature layer, and placement of its maps on the input's time axis.

A map of a layer is often *stretched* over the series, which misplaces it by tens of samples as soon as a network
pads nothing (Keras' default) and pools. Here the interval of samples that each step can see is computed layer by layer,
and a map is placed at the centers of these intervals.

There are two intervals. `start` and `stop` are exact: the hull of the samples on which the step really
depends, so that *the receptive field is the support of the gradient*. `low` and `high` are nominal: what the step
would see if the series went on beyond its ends; their middle is the center, as in Araujo, Norris and Sim (2019),
https://doi.org/10.23915/distill.00021, and stays on the layer's regular grid where padding cuts the exact one short.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, reduce
from math import lcm
from typing import Any

import numpy as np

from ..validation import counted

__all__ = ["ReceptiveField", "TooShort"]


class TooShort(ValueError):
    """A series that is too short for a layer to compute a step."""


@dataclass(frozen=True, eq=False)
class ReceptiveField:
    """What each step of a layer sees of a series of `length` samples.

    Attributes
    ----------
    start, stop : ndarray of int, of shape (step,)
        First sample seen, and one past the last; equal if a step sees padding only.
    low, high : ndarray of shape (step,)
        The same if the series went on beyond its ends; may lie outside of it.
    jump : float
        Samples between two neighboring steps.
    length : int
        Samples of the series.
    period : int
        Samples by which a series must be shifted for its steps to be the same ones, shifted: the combined stride of all
        layers on the way; the length of the series if a layer depends on the position in time.
    padding : int
        Samples at the end that only fill the series up; maps are placed without them.
    """

    start: np.ndarray
    stop: np.ndarray
    low: np.ndarray
    high: np.ndarray
    jump: float
    length: int
    period: int = 1
    padding: int = 0

    @classmethod
    def of_input(cls, length: int) -> ReceptiveField:
        """Each sample sees itself."""
        samples = np.arange(length)
        return cls(samples, samples + 1, samples.astype(float), samples + 1.0, 1.0, length)

    def __len__(self) -> int:
        return len(self.start)

    @property
    def centers(self) -> np.ndarray:
        """Middle of what each step sees, in samples, of shape (step,); half a sample for even kernels."""
        return (self.low + self.high - 1) / 2

    @property
    def positions(self) -> np.ndarray:
        """Where each step's value is drawn, in samples, of shape (step,).

        The centers, in half samples. If centers lie outside the series at one end, as in causal networks, those steps
        whose fields are cut off at that end are at the middle of the samples on which they actually depend, and never
        before the position of the previous step.
        """
        middle, cut = (self.start + self.stop - 1) / 2, np.zeros(len(self), bool)
        if self.centers[0] <= -self.jump:
            cut |= self.low < 0
        if self.centers[-1] >= self.length - 1 + self.jump:
            cut |= self.high > self.length
        return np.maximum.accumulate(np.where(cut, middle, self.centers)) if cut.any() else self.centers

    @property
    def in_series(self) -> np.ndarray:
        """Which steps are drawn on the series, and not on its padding, bool of shape (step,)."""
        return self.positions <= self.length - self.padding - 0.5 if self.padding else np.ones(len(self), bool)

    @property
    def begins_in_series(self) -> np.ndarray:
        """Which steps begin before the padding, bool of shape (step,)."""
        return self.low < self.length - self.padding

    @property
    def ends_in_series(self) -> np.ndarray:
        """Which steps end before the padding, bool of shape (step,)."""
        return self.high <= self.length - self.padding if self.padding else np.ones(len(self), bool)

    def without_padding(self) -> ReceptiveField:
        """The steps that begin in the series, at their places, and what they see of it."""
        if not self.padding:
            return self
        own = self.begins_in_series
        kept = {name: getattr(self, name)[own] for name in _PER_STEP}
        kept["stop"] = np.minimum(kept["stop"], self.length - self.padding)
        return replace(self, **kept)

    @property
    def seen(self) -> np.ndarray:
        """Whether any step sees a sample, bool of shape (time,)."""
        seen = np.zeros(self.length + 1, int)
        np.add.at(seen, self.start, 1)
        np.add.at(seen, self.stop, -1)
        return np.cumsum(seen)[:-1] > 0

    @property
    def whole_step(self) -> int | None:
        """Step nearest to the middle whose receptive field is not cut off at the ends; None if all are cut off."""
        whole = np.flatnonzero((self.stop - self.start >= np.rint(self.high - self.low)) & self.ends_in_series)
        if not len(whole):
            return None
        middle = (self.length - self.padding - 1) / 2
        return int(whole[np.abs(self.centers[whole] - middle).argmin()])

    def windowed(self, kernel: int, stride: int = 1, dilation: int = 1, padding: str = "valid") -> ReceptiveField:
        """After a convolution or pooling with this kernel.

        Parameters
        ----------
        kernel, stride, dilation : int
            As in Keras' layers.
        padding : {"valid", "same", "causal"}
            As in Keras' layers; with a stride, "same" pads according to the actual length.
        """
        span = (kernel - 1) * dilation + 1
        left, steps = _padding(padding, len(self), span, stride)
        self._must_leave(steps)
        first = np.arange(steps) * stride - left
        taps = first[:, np.newaxis] + np.arange(kernel) * dilation
        start, stop = self._hull(taps)
        low, high = self._nominal(first)[0], self._nominal(first + span - 1)[1]
        jump = self.jump * stride
        return replace(self, start=start, stop=stop, low=low, high=high, jump=jump, period=_period(self.period, jump))

    def padded(self, left: int, right: int, mode: str = "zeros") -> ReceptiveField:
        """After padding at both ends: by zeros, which see nothing, or by copies of steps, which see what these do.

        Parameters
        ----------
        left, right : int
        mode : {"zeros", "reflect", "replicate", "circular"}
            As in PyTorch's convolutions. Centers are those of steps beyond the ends, whatever is copied there.
        """
        made = self._taken(np.arange(-left, len(self) + right))
        if mode == "zeros":
            return made
        start, stop = (np.pad(one, (left, right), _COPYING[mode]) for one in (self.start, self.stop))
        return replace(made, start=start, stop=stop)

    def cropped(self, left: int, right: int) -> ReceptiveField:
        """Without some steps at both ends."""
        return self._taken(np.arange(left, len(self) - right))

    def repeated(self, size: int) -> ReceptiveField:
        """After an upsampling that repeats each step."""
        return replace(self._taken(np.repeat(np.arange(len(self)), size)), jump=self.jump / size)

    def joined(self, other: ReceptiveField) -> ReceptiveField:
        """Own steps, followed by the other's: a concatenation along time."""
        both: dict[str, Any] = {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _PER_STEP}
        return replace(self, **both, period=lcm(self.period, other.period))

    def united(self, other: ReceptiveField) -> ReceptiveField:
        """Union of both fields, step by step: two branches that merge.

        A branch of one step (a gate that has seen everything) meets every step and does not move its center.
        """
        if len(other) == 1 < len(self):
            return self.blurred(int(other.start[0]), int(other.stop[0]))
        if len(self) == 1 < len(other):
            return other.united(self)
        start, stop = _hull_of(np.stack([self.start, other.start]), np.stack([self.stop, other.stop]), axis=0)
        low, high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        return replace(self, start=start, stop=stop, low=low, high=high, period=lcm(self.period, other.period))

    def blurred(self, start: int, stop: int) -> ReceptiveField:
        """These samples added to the field of every step, with unchanged centers: recurrence, attention, gates."""
        everywhere = np.full(len(self), start), np.full(len(self), stop)
        start_, stop_ = _hull_of(np.stack([self.start, everywhere[0]]), np.stack([self.stop, everywhere[1]]), axis=0)
        return replace(self, start=start_, stop=stop_)

    def in_windows(self, count: int) -> ReceptiveField:
        """The same steps in `count` windows of equal length: only shifts by whole windows leave them the same."""
        return replace(self, period=_period(self.period, self.jump * (len(self) // count)))

    def within(self, one: ReceptiveField, count: int) -> ReceptiveField:
        """After the same operation within each of `count` windows of equal length.

        Parameters
        ----------
        one : ReceptiveField
            What the operation sees of the steps of one window.
        count : int
        """
        size = len(self) // count
        steps = np.arange(size)
        inside = (steps >= one.start[:, np.newaxis]) & (steps < one.stop[:, np.newaxis])
        made: dict[str, list[np.ndarray]] = {name: [] for name in _PER_STEP}
        for first in range(0, len(self), size):
            own = {name: getattr(self, name)[first : first + size] for name in _PER_STEP}
            window = replace(self, **own)
            start = np.broadcast_to(window.start, inside.shape)
            hull = _hull_of(start, np.where(inside, window.stop, start), axis=1)
            nominal = window._nominal(one.low.astype(int))[0], window._nominal(one.high.astype(int) - 1)[1]
            for name, values in zip(_PER_STEP, (*hull, *nominal), strict=True):
                made[name].append(values)
        jump = self.jump * one.jump
        if len(one) == 1 < count:  # from window to window
            jump = float(self.low[size] - self.low[0])
        return replace(self, **{name: np.concatenate(values) for name, values in made.items()}, jump=jump)

    def fixed(self) -> ReceptiveField:
        """After a layer that depends on the position in time: shifting a series does not shift the steps."""
        return replace(self, period=lcm(self.period, self.length))

    def place(self, values: np.ndarray) -> np.ndarray:
        """Put a map on the input's time axis.

        Linear between the positions and constant beyond the first and last: nothing is stretched, so that a value is at
        the center of its step's receptive field. Steps that fall on the same sample, like the first ones of a causal
        network, are averaged at their mean position.

        Parameters
        ----------
        values : ndarray of shape (instance, step, ...)
            One value per step.

        Returns
        -------
        ndarray of shape (instance, time, ...)
        """
        values = np.asarray(values)
        if values.ndim < 2 or values.shape[1] != len(self):
            raise ValueError(
                f"values must have shape (instance, step, ...) with {counted(len(self), 'step')}, "
                f"but has {values.shape}"
            )
        first, count, left, right, share = self.placing
        if len(count) < len(self):
            count = count.reshape(-1, *[1] * (values.ndim - 2)).astype(values.dtype)
            values = np.add.reduceat(values, first, axis=1) / count
        share = share.reshape(-1, *[1] * (values.ndim - 2)).astype(values.dtype)
        before, after = values[:, left], values[:, right]
        after -= before
        after *= share
        after += before
        return after[:, : self.length - self.padding]

    @cached_property
    def placing(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """First step and number of steps at each position, and for each sample the neighboring positions.

        Returns
        -------
        first, count : ndarray of int, of shape (position,)
        left, right : ndarray of int, of shape (time,)
            Positions before and after each sample.
        share : ndarray of shape (time,)
            Relative distance of the sample from the former.
        """
        # Steps denser than samples, as at the start of a causal network, could fall between two samples and be lost.
        _, first, count = np.unique(np.floor(self.positions + 1e-6), return_index=True, return_counts=True)
        positions = np.add.reduceat(self.positions, first) / count
        time = np.arange(self.length)
        left = np.clip(np.searchsorted(positions, time, side="right") - 1, 0, len(positions) - 1)
        right = np.minimum(left + 1, len(positions) - 1)
        gap = positions[right] - positions[left]
        share = np.clip((time - positions[left]) / np.where(gap > 0, gap, 1), 0, 1)
        return first, count, left, right, share

    def _must_leave(self, steps: int) -> None:
        if steps < 1:
            raise TooShort(
                f"a series of {counted(self.length, 'sample')} is too short for the network: a layer has no step left "
                f"of {len(self)}; use longer series, or pad them with padding_value="
            )

    def _taken(self, steps: np.ndarray) -> ReceptiveField:
        self._must_leave(len(steps))
        start, stop = self._hull(steps[:, np.newaxis])
        low, high = self._nominal(steps)
        return replace(self, start=start, stop=stop, low=low, high=high)

    def _hull(self, taps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Samples seen through the steps `taps`, of shape (step, tap); a tap in the padding sees none."""
        inside = (taps >= 0) & (taps < len(self))
        known = np.where(inside, taps, 0)
        return _hull_of(self.start[known], np.where(inside, self.stop[known], self.start[known]), axis=1)

    def _nominal(self, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`low` and `high` at steps that may lie in the padding, where the grid continues."""
        known = np.clip(steps, 0, len(self) - 1)
        beyond = (steps - known) * self.jump
        return self.low[known] + beyond, self.high[known] + beyond


def _period(period: int, jump: float) -> int:
    """Least number of samples that is a multiple of the period and of the jump."""
    return lcm(period, Fraction(jump).limit_denominator(2**20).numerator)


_PER_STEP = ("start", "stop", "low", "high")
# Modes of padding by their names in numpy.
_COPYING: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def union(fields: Iterable[ReceptiveField]) -> ReceptiveField:
    """What several branches see together."""
    return reduce(ReceptiveField.united, fields)


def _hull_of(start: np.ndarray, stop: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest interval that contains all given ones; empty ones are ignored."""
    empty = stop <= start
    low = np.where(empty, np.iinfo(int).max, start).min(axis=axis, initial=np.iinfo(int).max)
    high = np.where(empty, -1, stop).max(axis=axis, initial=-1)
    return np.where(high < 0, 0, low), np.maximum(high, 0)


def _padding(padding: str, length: int, span: int, stride: int) -> tuple[int, int]:
    """Zeros before the first sample, and the number of steps."""
    if padding == "valid":
        return 0, (length - span) // stride + 1
    steps = -(-length // stride)
    if padding == "causal":
        return span - 1, steps
    if padding == "same":
        return max((steps - 1) * stride + span - length, 0) // 2, steps
    raise ValueError(f"padding must be 'valid', 'same' or 'causal', but is {padding!r}")
