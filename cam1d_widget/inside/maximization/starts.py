"""Where activation maximization starts: noise, real series, or the mean of a class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...attribution.abilities import HasLayers
from ...validation import as_array, check_choice
from .ascent import smoothed, within
from .objective import ClassScore, Objective
from .options import Start
from .scale import Scale, lengths

__all__ = ["starts"]

# Initial noise has this part of the norm, so that it has little effect on the result.
_FAINT = 0.2
_SMOOTH = 5
# Real series to continue from if the gradient vanishes.
_OTHERS = 16


class Ground(NamedTuple):
    """Objective and data that starts are made from.

    Attributes
    ----------
    classifier, objective, scale, norm
        The network, the objective, and the bound on the series.
    real : ndarray of shape (instance, time, channel), or None
        Real series.
    size : tuple of int
        Samples and channels of the series to be made.
    """

    classifier: HasLayers
    objective: Objective
    scale: Scale
    norm: float
    real: np.ndarray | None
    size: tuple[int, int]

    def highest(self, count: int) -> np.ndarray:
        """Deviations of the real series with the highest values of the objective."""
        if self.real is None:
            return np.zeros((0, *self.size))
        return self.scale.deviations(self.real[np.argsort(-self.objective.values(self.real))[:count]])

    def ready(self, begun: np.ndarray) -> np.ndarray:
        """Series within the norm, and at the channels' means outside the window."""
        first, stop = self.objective.window
        kept = np.zeros_like(begun)
        kept[:, first:stop] = begun[:, first:stop]
        return within(kept, self.norm)


def starts(
    start: Start, ground: Ground, y: np.ndarray | None, solutions: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Deviations to start from, of shape (solution, time, channel), and real ones to use if the gradient vanishes."""
    if not isinstance(start, str):
        begun = ground.scale.deviations(_given(start, solutions, ground.size))
    elif check_choice("start", start, ("noise", "data", "mean"), "; or give an array (time, channel)") == "noise":
        begun = _noise(rng, (solutions, *ground.size), ground.norm)
    elif ground.real is None:
        raise ValueError(f"start={start!r} needs data, real series to start from; give data=")
    else:
        begun = ground.highest(solutions) if start == "data" else _mean(ground, ground.real, y, rng, solutions)
    begun = np.resize(begun, (solutions, *ground.size))  # with fewer real series than solutions, some starts are equal
    return ground.ready(begun), ground.ready(ground.highest(_OTHERS))


def _noise(rng: np.random.Generator, shape: tuple[int, ...], norm: float) -> np.ndarray:
    noise = smoothed(rng.normal(size=shape), _SMOOTH)
    reach = norm if np.isfinite(norm) else np.sqrt(noise[0].size)
    return noise * (_FAINT * reach / lengths(noise))[:, np.newaxis, np.newaxis]


def _given(start: np.ndarray, solutions: int, size: tuple[int, int]) -> np.ndarray:
    values = as_array("start", start).astype(float)
    values = values[np.newaxis] if values.ndim == 2 else values
    if values.shape[1:] != size or len(values) not in (1, solutions) or not np.isfinite(values).all():
        raise ValueError(
            f"start must be finite and have shape (time, channel) = {size} or (solution, time, channel) = "
            f"{(solutions, *size)}, but has {np.shape(start)}"
        )
    return np.broadcast_to(values, (solutions, *size))


def _mean(
    ground: Ground, real: np.ndarray, y: np.ndarray | None, rng: np.random.Generator, solutions: int
) -> np.ndarray:
    """Mean of the class, with a little noise so that the solutions differ."""
    if not isinstance(ground.objective, ClassScore):
        raise ValueError("start='mean' is the mean of a class, and needs a target; start a filter from 'data'")
    target = ground.objective.target
    classes = ground.classifier.scores(real).argmax(axis=1) if y is None else y
    if not (classes == target).any():
        raise ValueError(f"start='mean' needs a series of class {target} in data, but there is none")
    mean = ground.scale.deviations(real[classes == target]).mean(axis=0)
    noise = rng.normal(size=(solutions, *mean.shape))
    return mean + 0.1 * mean.std() * noise * (np.arange(solutions) > 0)[:, np.newaxis, np.newaxis]
