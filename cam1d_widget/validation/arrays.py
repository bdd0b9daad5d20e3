"""Rules for arrays of numbers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from .wording import counted, shown

__all__ = [
    "as_array",
    "as_float32",
    "check_finite",
    "check_real",
    "finite",
    "in_order",
    "indices",
    "is_labeled",
    "numbers",
    "numpy_array",
    "refuse_masked",
    "shaped",
    "unmasked",
    "with_gaps",
    "within",
    "without_tensors",
]

_MOST_DIMS = 32  # of an array, in numpy 1


def refuse_masked(argument: str, values: Any) -> None:
    """Refuse an array, or nested lists of arrays, if a mask hides some values: np.asarray would ignore the mask."""
    if any(isinstance(one, np.ma.MaskedArray) and np.ma.is_masked(one) for one in _unnested(argument, values)):
        raise ValueError(
            f"{argument} must not be masked, but some of its values are: they would be used like all others; "
            f"fill them first, as in {argument}.filled(0)"
        )


def _unnested(argument: str, values: Any, depth: int = 0) -> Iterator[Any]:
    """Values in nested lists; an error if these are deeper than an array, as a list that holds itself is."""
    if not isinstance(values, list | tuple):
        yield values
    elif depth == _MOST_DIMS:
        raise ValueError(f"{argument} must be an array, but its lists are nested more than {_MOST_DIMS} deep")
    else:
        for one in values:
            yield from _unnested(argument, one, depth + 1)


def unmasked(argument: str, values: Any) -> np.ndarray:
    """Values as an array; an error if a mask hides some of them, or if their lengths differ."""
    refuse_masked(argument, values)
    plain = without_tensors(argument, values)
    try:
        return numpy_array(plain)
    except (ValueError, TypeError):
        wrong = "its parts differ in length:" if isinstance(values, list | tuple) else "is"
        raise ValueError(f"{argument} must be an array, but {wrong} {shown(values)}") from None


def numpy_array(values: Any) -> np.ndarray:
    """Values as an array, those of bfloat16 as float32."""
    array = np.asarray(values)
    # ml_dtypes registers bfloat16, which is of no kind of numpy's.
    return array.astype(np.float32) if array.dtype.kind == "V" and np.can_cast(array.dtype, np.float32) else array


def without_tensors(argument: str, values: Any) -> Any:
    """Values with PyTorch's tensors as arrays, also in lists; they may hold a gradient, or lie on another device."""
    if isinstance(values, list | tuple):
        tensors = any(hasattr(one, "detach") for one in _unnested(argument, values))
        return [without_tensors(argument, one) for one in values] if tensors else values
    if not hasattr(values, "detach"):
        return values
    try:
        tensor = values.detach().cpu()
        try:
            return tensor.numpy()
        except TypeError:
            return tensor.float().numpy()  # bfloat16, which numpy does not have
    except (TypeError, RuntimeError, NotImplementedError):
        # PyTorch raises another of these for sparse, for quantized and for meta tensors.
        raise TypeError(
            f"{argument} must be an array, but is a {type(values).__name__} that numpy cannot read; make it dense, "
            f"with its values on the CPU"
        ) from None


def in_order(values: Any, *dims: str) -> Any:
    """A labeled array with its dims in this order, whatever its own; one with dims of other names as it is."""
    return values.transpose(*(dim for dim in dims if dim in values.dims)) if is_labeled(values, *dims) else values


def is_labeled(values: Any, *dims: str) -> bool:
    """Whether it is a labeled array, of these dims alone."""
    return hasattr(values, "coords") and set(getattr(values, "dims", ())) <= set(dims)


def as_array(argument: str, values: Any) -> np.ndarray:
    """Real numbers as an array."""
    return check_real(argument, unmasked(argument, values))


def check_real(argument: str, values: np.ndarray) -> np.ndarray:
    """The values; an error if they are not real numbers."""
    if values.dtype.kind not in "iufb":
        held = shown(values.item()) if values.ndim == 0 else values.dtype
        way_out = f"; convert them, as in {argument}.astype(float)" if values.ndim and values.dtype == object else ""
        raise TypeError(
            f"{argument} must hold real numbers, but {'is' if values.ndim == 0 else 'holds'} {held}{way_out}"
        )
    return values


def check_finite(argument: str, values: np.ndarray, way_out: str = "") -> np.ndarray:
    """The values; an error if some are NaN or infinite."""
    wrong = np.count_nonzero(~np.isfinite(values))
    if wrong:
        raise ValueError(f"{argument} must be finite, but holds {wrong} NaN or infinite values{way_out}")
    return values


def warn_if_wide(argument: str, x: np.ndarray, stacklevel: int) -> None:
    """Warn of series (instance, time, channel) with more channels than samples: they may be channels first."""
    _, samples, channels = x.shape
    if channels > samples:
        warnings.warn(
            f"{argument} has {channels} channels of {counted(samples, 'sample')} each; if it has "
            f"{counted(samples, 'channel')} of {channels} samples, pass layout='channels_first'",
            stacklevel=stacklevel,
        )


def as_float32(argument: str, values: np.ndarray, *, copy: bool = True) -> np.ndarray:
    """Numbers as float32; an error if a finite number is beyond its range and would become infinite."""
    if values.dtype == np.float32:
        return values.copy() if copy else values
    with np.errstate(over="ignore"):
        single = values.astype(np.float32, copy=copy)
    infinite = np.isinf(single)
    if infinite.any() and np.isfinite(beyond := values[infinite]).any():
        limit = np.finfo(np.float32).max
        raise ValueError(
            f"{argument} must hold numbers from -{limit:.1e} to {limit:.1e}, as float32 does, but holds "
            f"{beyond[np.isfinite(beyond)][0]:g}; scale it, as for training"
        )
    return single


def numbers(name: str, values: Any, dtype: type = np.float32) -> np.ndarray:
    """Real numbers as a copy, so that an explanation does not change when the caller's array does."""
    values = as_array(name, values)
    return as_float32(name, values) if dtype is np.float32 else values.astype(dtype)


def finite(name: str, values: Any) -> np.ndarray:
    """Numbers as float32, none of them NaN or infinite."""
    return check_finite(name, numbers(name, values))


def with_gaps(name: str, values: Any) -> np.ndarray:
    """Numbers as float32, none of them infinite; NaN is a gap."""
    values = numbers(name, values)
    if np.isnan(values).all():
        raise ValueError(f"{name} must hold at least one number, but holds only NaN ({values.size} values)")
    if np.isinf(values).any():
        raise ValueError(
            f"{name} must be finite, or NaN for a gap, but holds {np.count_nonzero(np.isinf(values))} infinite values"
        )
    return values


def indices(argument: str, values: Any, count: int, rule: str) -> np.ndarray:
    """Indices from 0 to `count` - 1 as an array of any shape; `rule` states what they are."""
    given = unmasked(argument, values)
    if not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"{argument} must be {rule}, but is {shown(values)}")
    wrong = given[(given < 0) | (given >= count)]
    if wrong.size:
        raise ValueError(f"{argument} must be {rule} from 0 to {count - 1}, but holds {wrong.flat[0]}")
    return given


def within(name: str, values: np.ndarray, least: float, most: float = np.inf) -> np.ndarray:
    """Numbers from `least` to `most`, with a tolerance for rounding; NaN is allowed."""
    wrong = values[(values < least - 1e-6) | (values > most + 1e-6)]
    if wrong.size:
        rule = f"from {least:g} to {most:g}" if np.isfinite(most) else f"at least {least:g}"
        raise ValueError(f"{name} must be {rule}, but holds {wrong[0]:g}")
    return values


def shaped(name: str, values: np.ndarray, dims: str, shape: tuple[int | None, ...]) -> None:
    """Refuse an array of another shape; None is any size."""
    if values.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, values.shape, strict=True)):
        wanted = f" = {shape}".replace("None", "any") if any(shape) else ""
        raise ValueError(f"{name} must have shape {dims}{wanted}, but has {values.shape}")
