"""The meaning of a filter: windows that excite it, the classes it separates, its kernel, and its maximizing input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...validation import check_names
from ..maximization.maximize import Maximized
from .kernel import FilterKernel
from .peaks import ClassSplit

__all__ = ["FilterMeaning", "TopWindows"]


@dataclass(frozen=True, eq=False)
class TopWindows:
    """Windows of the data that excite a filter most, at most one of each series.

    Attributes
    ----------
    values : ndarray of shape (window, time, channel)
        Receptive field of the step, the highest activation first; nan for padding.
    instances, starts : ndarray of int, of shape (window,)
        Series that a window is cut from, and its first sample there; below zero if it begins in the padding.
    answers : ndarray of shape (window,)
        The filter's activation.
    """

    values: np.ndarray
    instances: np.ndarray
    starts: np.ndarray
    answers: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean window, of shape (time, channel); nan where no window has a value."""
        seen = np.isfinite(self.values).sum(axis=0)
        return np.where(seen, np.nansum(self.values, axis=0) / np.maximum(seen, 1), np.nan)


@dataclass(frozen=True, eq=False)
class FilterMeaning:
    """The meaning of a filter.

    Attributes
    ----------
    layer : str
    filter : int
    windows : TopWindows
        Windows of the data that excite it most.
    split : ClassSplit
        How its peaks are spread over the classes.
    weights : ndarray of shape (class,)
        Increase of each class score if the filter increases by one at every step; the mean over some series if
        `weighed` is "approximate".
    weighed : {"exact", "approximate"}
    kernel : FilterKernel or None
        If the pre-activation is an affine function of the series.
    maximizing : Maximized or None
        The input that maximizes it; None if no step sees its whole window.
    by : {"closed form", "ascent"}
        How that was found.
    """

    layer: str
    filter: int
    windows: TopWindows
    split: ClassSplit
    weights: np.ndarray
    weighed: str
    kernel: FilterKernel | None
    maximizing: Maximized
    by: str

    def __repr__(self) -> str:
        return f"FilterMeaning({self.layer}, filter {self.filter}: {self.words()})"

    def words(self, class_names: tuple[str, ...] | None = None, channel_names: tuple[str, ...] | None = None) -> str:
        """The meaning in a sentence: which channel and frequency, and which classes.

        Parameters
        ----------
        class_names, channel_names : sequence of str, optional
            Default: numbers.
        """
        if class_names is not None:
            class_names = check_names("class_names", class_names, "class", len(self.split.auc))
        if channel_names is not None:
            channel_names = check_names("channel_names", channel_names, "channel", self.windows.values.shape[2])
        return "; ".join([*self._channel_text(channel_names), *self._class_text(class_names)])

    def _channel_text(self, names: tuple[str, ...] | None) -> list[str]:
        power = (self.maximizing.scale.deviations(self.maximizing.cut) ** 2).sum(axis=(0, 1))
        if not power.sum():
            return ["responds to nothing"]
        channel = int(power.argmax())
        name, share = names[channel] if names else f"channel {channel}", power[channel] / power.sum()
        text = f"responds most to {name} ({100 * share:.0f} %)"
        if self.kernel is None:
            return [text]
        unit = "Hz" if self.kernel.sampling_rate else "cycles per sample"
        return [f"{text}, at about {self.kernel.peak_frequency:.2g} {unit}"]

    def _class_text(self, names: tuple[str, ...] | None) -> list[str]:
        if np.isnan(self.split.auc).all():
            return []
        high, low = int(np.nanargmax(self.split.auc)), int(np.nanargmin(self.split.auc))
        name = [names[one] if names else f"class {one}" for one in (high, low)]
        return [
            f"its peaks are highest in {name[0]} (AUC {self.split.auc[high]:.2f}) "
            f"and lowest in {name[1]} (AUC {self.split.auc[low]:.2f})"
        ]
