"""Real series with all their names: what every loader of recordings returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Recordings:
    """Real series, split as their authors split them, as recorded: nothing is standardized.

    Attributes
    ----------
    x_train, x_test : ndarray of shape (instance, time, channel)
        Series of unequal length are padded with NaN.
    y_train, y_test : ndarray of shape (instance,)
        Class, as an index into `class_names`.
    class_names, channel_names, channel_units : tuple of str
    sampling_rate : float
        Samples per second.
    license, citation : str
        On what terms the series may be used, and what to cite when you publish with them.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int64]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    channel_units: tuple[str, ...]
    sampling_rate: float
    license: str
    citation: str
