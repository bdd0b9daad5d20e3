"""Maps of other libraries in the shapes of an explanation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..validation import (
    as_array,
    check_choice,
    check_mapping,
    finite,
    in_order,
    numbers,
    shaped,
    unmasked,
    warn_if_wide,
    without_tensors,
)
from .lengths import check_lengths, joined, joined_maps, own_lengths, within_lengths
from .validation import check_targets

__all__ = ["arranged"]


def arranged(maps: Any, x: Any, scores: Any, targets: Any, layout: str, lengths: Any = None) -> dict[str, Any]:
    """Fields of an explanation from maps, series, scores and classes in the shapes that other libraries use.

    Parameters
    ----------
    maps : mapping of str to array-like
        Of shape (instance, time, channel), (instance, target, time, channel) or (instance, time, channel, class), or a
        list of one array for each class; without the channel if channels are not distinguished.
    x, scores, targets, layout, lengths
        As in :meth:`~cam1d_widget.Explanation.from_maps`.
    """
    check_choice("layout", layout, ("channels_last", "channels_first"))
    given = check_mapping("maps", maps)
    if not given:
        raise ValueError("maps must hold the maps of one method at least, but is empty")
    first = layout == "channels_first"
    dims = ("channel", "time") if first else ("time", "channel")
    labeled = in_order(without_tensors("x", x), "instance", *dims)
    series, lengths = joined("x", labeled, lengths, axis=-1 if first else 0)
    series = as_array("x", series)
    if series.ndim == 2:  # one channel
        series = series[:, np.newaxis] if first else series[..., np.newaxis]
    shaped("x", series, "(instance, channel, time)" if first else "(instance, time, channel)", (None, None, None))
    if not series.size:
        raise ValueError(f"x must hold at least one series, but has shape {series.shape}")
    if first:
        series = np.moveaxis(series, 1, 2)
    else:
        warn_if_wide("x", series, stacklevel=4)
    lengths = check_lengths(own_lengths(series) if lengths is None else lengths, *series.shape[:2])
    values = finite("scores", scores)
    shaped("scores", values, "(instance, class)", (len(series), None))
    chosen = _classes(targets, values)
    explained = None if chosen is None else check_targets(chosen, *values.shape)
    arrays = {
        label: _maps(
            f"maps[{label!r}]",
            in_order(one, "instance", "target", *dims),
            series.shape,
            values.shape[1],
            explained,
            first,
            lengths,
        )
        for label, one in given.items()
    }
    if explained is None:  # maps of all classes, or of the predicted one
        counts = {one.shape[1] for one in arrays.values()}
        every = counts == {values.shape[1]} and counts != {1}
        explained = np.tile(np.arange(values.shape[1]), (len(series), 1)) if every else _predicted(values)
    return {"x": series, "scores": values, "targets": explained, "attributions": arrays, "lengths": lengths}


def _predicted(scores: np.ndarray) -> np.ndarray:
    return scores.argmax(axis=1)[:, np.newaxis]


def _classes(targets: Any, scores: np.ndarray) -> Any:
    """Explained classes as given, of shape (instance, target); None if the maps determine them."""
    if targets is None:
        return None
    if isinstance(targets, str):
        check_choice("targets", targets, ("predicted", "all"))
        return _predicted(scores) if targets == "predicted" else np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    wanted = unmasked("targets", targets)
    if wanted.ndim == 0:
        wanted = np.full(len(scores), wanted)
    return wanted[:, np.newaxis] if wanted.ndim == 1 else wanted


def _maps(
    name: str,
    given: Any,
    series: tuple[int, ...],
    classes: int,
    targets: np.ndarray | None,
    first: bool,
    lengths: np.ndarray | None,
) -> np.ndarray:
    """Maps of one method, of shape (instance, target, time, channel or 1)."""
    joint = joined_maps(name, without_tensors(name, given), lengths, series[1])
    columns = (classes, 1) if targets is None else (targets.shape[1],)
    if isinstance(joint, list | tuple) and len(joint) == classes and np.shape(joint[0])[:1] == (series[0],):
        each = [numbers(name, one) for one in joint]
        of_classes = np.stack([np.expand_dims(one, 1 if first else -1) if one.ndim == 2 else one for one in each], 1)
        if classes == series[0] and _is_ordered(each, series, columns, first):
            if _is_ordered(of_classes, series, columns, first):
                raise ValueError(
                    f"{name} must be one array, since each of its {classes} arrays may be the map of an instance or "
                    f"those of a class: give one of shape (instance, ...), or (instance, class, ...)"
                )
        else:
            joint = of_classes
    return within_lengths(name, _ordered(name, numbers(name, joint), series, columns, first), lengths, 2)


def _is_ordered(values: Any, series: tuple[int, ...], columns: tuple[int, ...], first: bool) -> bool:
    """Whether maps have one of the shapes of these series."""
    try:
        _ordered("maps", np.asarray(values), series, columns, first)
    except ValueError:
        return False
    return True


def _ordered(
    name: str, values: np.ndarray, series: tuple[int, ...], columns: tuple[int, ...], first: bool
) -> np.ndarray:
    """Maps with their dims in the order of an explanation; `columns` are the possible numbers of classes."""
    instances, time, channels = series
    for one in (channels, 1):
        single = (instances, one, time) if first else (instances, time, one)
        for count in columns:
            if values.shape == (instances, count, *single[1:]):
                return np.moveaxis(values, 2, 3) if first else values
            if values.shape == (*single, count) and count > 1:
                values = np.moveaxis(values, -1, 1)
                return np.moveaxis(values, 2, 3) if first else values
        if values.shape == single and 1 in columns:
            return (np.moveaxis(values, 1, 2) if first else values)[:, np.newaxis]
    if values.shape == (instances, time) and 1 in columns:
        return values[:, np.newaxis, :, np.newaxis]
    wanted = "(instance, channel, time)" if first else "(instance, time, channel)"
    swapped = "channels_last" if first else "channels_first"
    hint = f"; if its channels are {'last' if first else 'first'}, pass layout={swapped!r}, for x and maps alike"
    turned = values.ndim >= 3 and time != channels and {time, channels} <= set(values.shape)
    raise ValueError(
        f"{name} must have shape {wanted} = {(instances, channels, time) if first else (instances, time, channels)}, "
        f"with channel of size 1 or left out, or with an axis of {' or '.join(map(str, sorted(set(columns))))} classes "
        f"after the instances or at the end, but has {values.shape}{hint if turned else ''}"
    )
