"""Series of unequal length: those of each length together, and the steps of a layer that belong to them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..attribution.abilities import HasLayers, for_instances
from ..attribution.metrics.unequal import groups
from ..attribution.receptive_field import ReceptiveField

__all__ = ["maps_of", "of_each_length", "unpadded_steps"]


def of_each_length(
    x: np.ndarray, lengths: np.ndarray | None, rows: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Some series of a data set, by their rows: the rows of one length, and their series without padding."""
    if lengths is None:
        yield rows, x[rows]
        return
    for part, length in groups(lengths[rows]):
        yield rows[part], x[rows[part], :length]


def maps_of(classifier: HasLayers, x: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, ReceptiveField]:
    """Maps of series of one length (instance, step, filter), without steps that begin in the padding; their fields."""
    one = for_instances(classifier, rows)
    field: ReceptiveField = one.receptive_field_at(x.shape[1])
    maps = one.trunk(x)
    return (maps[:, field.begins_in_series] if field.padding else maps), field.without_padding()


def unpadded_steps(field: ReceptiveField) -> np.ndarray:
    """Steps whose window contains no padding, of shape (step,); all that begin in the series if there are none."""
    own = np.flatnonzero(field.begins_in_series & field.ends_in_series)
    return own if len(own) else np.flatnonzero(field.begins_in_series)
