"""Scores of many series: a few before the first picture, and the others in blocks after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from ..explanation.source import Scores
from ..validation import finite, shaped
from .abilities import HasWeights, for_instances, offers, probabilities_of
from .classifier import WrongScores
from .masking import NotFinite, batches

__all__ = ["GrowingScores"]

# Seconds that the scores of all series may take before the first picture, and seconds of a block after it.
PATIENCE, BLOCK = 0.3, 1.0
# Most series in a block, and number of series whose time is measured.
_MOST, _TIMED = 64, 4
# Seconds that measuring a time may take, and seconds of one series that need no closer measurement.
_LONG, _CLEAR = 0.1, 0.03


class GrowingScores:
    """Scores and probabilities of series, computed when they are needed.

    Parameters
    ----------
    classifier : Classifier
    x : ndarray of shape (instance, time, channel)
    lengths : ndarray of int, of shape (instance,), optional
        Number of samples of each, if they differ.

    Attributes
    ----------
    seconds : float
        About how long the scores of one series take.
    """

    def __init__(self, classifier: Any, x: np.ndarray, lengths: np.ndarray | None = None) -> None:
        self._classifier, self._x, self._lengths = classifier, x, lengths
        self._scores = np.full((len(x), classifier.classes), np.nan, np.float32)
        self._probabilities: np.ndarray | None = None
        self._lock = Lock()
        self.seconds = self._start()
        first = next(batches(_MOST, x[0].nbytes, most=_MOST))
        self._size = max(1, min(first.stop, int(BLOCK / max(self.seconds, 1e-9))))
        if self.seconds * self.remaining <= PATIENCE:
            self.complete()

    def _start(self) -> float:
        """Compute the scores of the first few series, or of the first two if these take long; seconds of a series."""
        some = min(len(self._x), _TIMED)
        self._compute(slice(0, 1))  # compiles what it needs
        started = perf_counter()
        self._compute(slice(1, 2) if some > 1 else slice(0, 1))
        took = perf_counter() - started
        if took > _CLEAR:
            return took
        if some > 2:
            self._compute(slice(2, some))
        return min(took, _shortest(lambda: list(map(self._scored, self._of_each_length(slice(0, some))))) / some)

    def _of_each_length(self, rows: slice) -> Iterator[np.ndarray]:
        """Rows of the series of each length."""
        every = np.arange(len(self._x))[rows]
        if self._lengths is None:
            yield every
            return
        yield from (every[self._lengths[every] == length] for length in np.unique(self._lengths[every]))

    def _scored(self, rows: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray]:
        """Series of one length, their classifier and their scores."""
        classifier, length = (
            for_instances(self._classifier, rows),
            None if self._lengths is None else self._lengths[rows[0]],
        )
        part = self._x[rows, :length]
        return classifier, part, classifier.scores(part)

    @property
    def known(self) -> Scores:
        """Scores so far; NaN where they are not known."""
        return Scores(self._scores.copy(), None if self._probabilities is None else self._probabilities.copy())

    @property
    def remaining(self) -> int:
        """Number of series whose scores are not known."""
        return int(np.isnan(self._scores[:, 0]).sum())

    def has(self, instance: int) -> bool:
        """Whether the scores of a series are known."""
        return not np.isnan(self._scores[instance, 0])

    def of(self, instance: int) -> Scores:
        """Scores of one series, of shape (class,), computed if they are not known."""
        if not self.has(instance):
            self._compute(slice(instance, instance + 1))
        probabilities = None if self._probabilities is None else self._probabilities[instance].copy()
        return Scores(self._scores[instance].copy(), probabilities)

    def advance(self, instance: int = 0) -> int:
        """Compute a block, which starts at the next unknown series from `instance` on; returns its length."""
        with self._lock:
            unknown = np.isnan(self._scores[:, 0])
            if not unknown.any():
                return 0
            first = instance + int(unknown[instance:].argmax()) if unknown[instance:].any() else int(unknown.argmax())
            block = unknown[first : first + self._size]
            stop = first + (len(block) if block.all() else int(block.argmin()))
            self._compute(slice(first, stop))
            return stop - first

    def complete(self) -> Scores:
        """Scores of all series."""
        with tqdm(total=self.remaining, desc="scores", unit="series", delay=1, leave=False) as bar:
            while done := self.advance():
                bar.update(done)
        return self.known

    def _compute(self, rows: slice) -> None:
        """Scores of some series; if they are not finite, the classifier may raise an error that explains why."""
        for places in self._of_each_length(rows):
            try:
                classifier, part, scores = self._scored(places)
            except WrongScores as fault:
                raise fault.of_instance(places[fault.row]) from None
            shaped("scores", scores, "(instance, class)", (len(part), classifier.classes))
            wrong = np.argwhere(~np.isfinite(scores))
            if len(wrong):
                if offers(classifier, HasWeights):
                    classifier.refuse_weights()
                row, column = wrong[0]
                raise NotFinite(
                    f"scores must be finite, but the model itself gives {scores[row, column]} for class {column} of "
                    f"instance {places[row]}"
                )
            probabilities = probabilities_of(classifier, part, scores)
            if probabilities is not None:
                if self._probabilities is None:
                    self._probabilities = np.full_like(self._scores, np.nan)
                self._probabilities[places] = probabilities
            self._scores[places] = finite("scores", scores)  # last, since a finite score marks a series as done


def _shortest(call: Callable[[], object]) -> float:
    """Seconds of a call: the shortest of three, which has the least of other load in it, or of one if it is long."""
    times: list[float] = []
    while len(times) < 3 and sum(times) < _LONG:
        started = perf_counter()
        call()
        times.append(perf_counter() - started)
    return min(times)
