"""Gradient ascent under a bound on the norm, the core of activation maximization."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .objective import Objective
from .penalties import Penalties, similarity_gradient
from .scale import Scale, lengths

__all__ = ["Ascent", "within"]

# Length of the first and last step, as a part of the norm; and how much of a step's direction the next one keeps.
_FIRST, _LAST, _MOMENTUM = 0.1, 0.002, 0.8
# Samples over which noise is smoothed, which is tried if the gradient vanishes.
_WIDTHS = (1, 3, 9, 27)


@dataclass(eq=False)
class Ascent:
    """Gradient ascent of several series at once.

    Steps have a fixed length, independent of the gradient's, which may be tiny or, after max-pooling, restricted to a
    few samples.

    Attributes
    ----------
    best : ndarray of shape (solution, time, channel)
        Best deviations found so far.
    path : list of ndarray of shape (solution,)
        Value of the objective at the start and after each step.
    """

    objective: Objective
    scale: Scale
    penalties: Penalties
    norm: float
    jitter: int
    diversity: float
    rng: np.random.Generator
    best: np.ndarray
    path: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._best_values = np.full(len(self.best), -np.inf)

    def run(self, steps: int, others: np.ndarray) -> Iterator[int]:
        """Take the steps; yields the number of each when it is done.

        Parameters
        ----------
        steps : int
        others : ndarray of shape (other, time, channel)
            Deviations of series to continue from if the gradient vanishes.
        """
        here, momentum = self.best.copy(), np.zeros_like(self.best)
        self._keep(here)
        for step in range(steps):
            slope, flat = self._slope(here)
            if flat.any():
                here[flat] = self._with_slope(here, others)[: flat.sum()]
            momentum = _MOMENTUM * momentum + slope
            share = _LAST + (_FIRST - _LAST) * 0.5 * (1 + np.cos(np.pi * step / steps))
            here = within(here + share * self._reach * _unit(momentum), self.norm)
            self._keep(here)
            yield step + 1

    @property
    def _reach(self) -> float:
        return self.norm if np.isfinite(self.norm) else float(np.sqrt(self.best[0].size))

    def _keep(self, here: np.ndarray) -> None:
        """Record the objective, and keep the deviations where it is higher than all before."""
        values = self.objective.values(self.scale.series(here))
        self.path.append(values)
        now = values - self.penalties(here)[0]
        better = now > self._best_values
        self.best[better] = here[better]
        self._best_values = np.where(better, now, self._best_values)

    def _slope(self, here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradient directions of unit length, and which series have none."""
        shifts = (
            self.rng.integers(-self.jitter, self.jitter + 1, len(here)) if self.jitter else np.zeros(len(here), int)
        )
        slope = _rolled(self._gradient(_rolled(here, shifts)), -shifts)
        flat = lengths(slope) == 0
        slope = slope - self.penalties(here)[1] - self.diversity * similarity_gradient(here)
        first, stop = self.objective.window
        slope[:, :first] = slope[:, stop:] = 0  # outside of the window, the objective is constant
        return _unit(slope), flat

    def _gradient(self, here: np.ndarray) -> np.ndarray:
        return self.objective.slopes(self.scale.series(here))[1] * self.scale.spread

    def _with_slope(self, here: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Series where the objective has a slope, the highest first, in place of those where it has none."""
        noise = np.concatenate([smoothed(self.rng.normal(size=here.shape), width) for width in _WIDTHS])
        noise *= self._reach / np.maximum(lengths(noise), 1e-12)[:, np.newaxis, np.newaxis]
        tried = within(np.concatenate([others, noise]), self.norm)
        values, gradients = self.objective.slopes(self.scale.series(tried))
        order = np.lexsort((-values, lengths(gradients) == 0))
        return tried[order[: len(here)]]


def within(deviations: np.ndarray, norm: float) -> np.ndarray:
    """Series, scaled down to the norm if they exceed it."""
    length = lengths(deviations)[:, np.newaxis, np.newaxis]
    return deviations * np.minimum(1.0, norm / np.maximum(length, 1e-12))


def smoothed(noise: np.ndarray, width: int) -> np.ndarray:
    """Moving mean over time, periodic at the ends."""
    added = sum(np.roll(noise, shift, axis=1) for shift in range(-(width // 2), width - width // 2))
    return np.asarray(added) / width


def _unit(slope: np.ndarray) -> np.ndarray:
    return slope / np.maximum(lengths(slope), 1e-30)[:, np.newaxis, np.newaxis]


def _rolled(values: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Each series shifted by its own number of samples, periodic at the ends."""
    return np.stack([np.roll(one, shift, axis=0) for one, shift in zip(values, shifts, strict=True)])
