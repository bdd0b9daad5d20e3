"""In which order of axes an operation takes its inputs, and in which it gives its output.

Most operations take any order. Convolutions and poolings work on values whose channels come last, and dense layers on
those whose last axis is the module's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .called import Called, Order, batch_first, channels_last, shape_of, with_axes_of_one

__all__ = [
    "Layout",
    "is_squeeze",
    "last_axis",
    "own",
    "permuted",
    "reduced",
    "reshaped",
    "same",
    "spatial",
    "without_axis",
]

Layout = Callable[[Called], tuple[Sequence[Order], Order]]
"""Orders that a call requires of its tensors, and the order of its output."""


def own(called: Called) -> tuple[Sequence[Order], Order]:
    """Any inputs, and the output as it is in the module."""
    return called.orders, batch_first(called.shape)


def same(called: Called) -> tuple[Sequence[Order], Order]:
    """All tensors and the output in the order of the first that has as many axes; those of the series come first."""
    sources = sorted(zip(called.tensors, called.orders, strict=True), key=lambda pair: pair[0] in called.held)
    order = next((one for _, one in sources if len(one) == called.rank), batch_first(called.shape))
    return [order if len(one) == called.rank else one for one in called.orders], order


def spatial(called: Called) -> tuple[Sequence[Order], Order]:
    """Channels last."""
    return [channels_last(len(called.before)), *called.orders[1:]], channels_last(called.rank)


def last_axis(called: Called) -> tuple[Sequence[Order], Order]:
    """The module's last axis last."""
    order = called.orders[0]
    if order[-1] != len(order) - 1 or len(called.tensors) > 1 or len(order) != called.rank:
        order = batch_first(called.before)
    made = order if len(order) == called.rank and len(called.tensors) == 1 else batch_first(called.shape)
    return [order, *called.orders[1:]], made


def permuted(called: Called) -> tuple[Sequence[Order], Order]:
    """The value as it is: only the module's axes have another order."""
    rank = called.rank
    if called.name == "permute":
        axes = [axis % rank for axis in called["dims"]]
    else:
        axes = list(range(rank))
        one, other = (0, rank - 1) if called.name == "t" else (called["dim0"] % rank, called["dim1"] % rank)
        axes[one], axes[other] = axes[other], axes[one]
    return called.orders, tuple(map(axes.index, called.orders[0]))


def reshaped(called: Called) -> tuple[Sequence[Order], Order]:
    """The same order, with axes of size one removed or added; after other reshapes the module's own."""
    return called.orders, _squeezed(called) or batch_first(called.shape)


def is_squeeze(called: Called) -> bool:
    """Whether a reshape only removes and adds axes of size one."""
    return _squeezed(called) is not None


def _squeezed(called: Called) -> Order | None:
    return with_axes_of_one(called.before, called.shape, called.orders[0])


def reduced(called: Called) -> tuple[Sequence[Order], Order]:
    """The order without the axes over which it reduces; the larger or smaller of two tensors is as of `same`."""
    if called.get("other") is not None:
        return same(called)
    order, rank = called.orders[0], len(called.before)
    dims = called.get("dim")
    gone = (
        set(range(rank)) if dims in (None, []) else {one % rank for one in (dims if isinstance(dims, list) else [dims])}
    )
    return called.orders, order if called.get("keepdim") else _without(order, gone)


def without_axis(called: Called) -> tuple[Sequence[Order], Order]:
    """The order without one axis."""
    return called.orders, _without(called.orders[0], {called["dim"] % len(shape_of(called.tensors[0]))})


def _without(order: Order, gone: set[int]) -> Order:
    left = sorted(axis for axis in order if axis not in gone)
    return tuple(left.index(axis) for axis in order if axis not in gone)
