"""Scores of the explained series, and estimates of the time that a map takes, from that of the scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from .abilities import HasWeights, offers, probabilities_of
from .masking import batches
from .methods import AttributionMethod

__all__ = ["MapTimes", "scored"]

# Number of series per update of the progress bar, and number of series whose time is measured.
_SCORED, _TIMED = 64, 4


def scored(classifier: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Scores and probabilities of the series.

    If scores are not finite, the classifier may raise an error that explains why.
    """
    done = []
    with tqdm(total=len(x), desc="scores", unit="series", delay=1, leave=False) as bar:
        for part in batches(len(x), x[0].nbytes, most=_SCORED):
            done.append(classifier.scores(x[part]))
            bar.update(part.stop - part.start)
    scores = np.concatenate(done)
    if not np.isfinite(scores).all() and offers(classifier, HasWeights):
        classifier.refuse_weights()
    return scores, probabilities_of(classifier, x, scores)


class MapTimes:
    """Estimated seconds of a map by each method: those of the fastest one so far, or from the time of the scores.

    Parameters
    ----------
    classifier : Classifier
        Its scores are timed, and must be compiled already.
    x : ndarray of shape (instance, time, channel)
    """

    def __init__(self, classifier: Any, x: np.ndarray) -> None:
        some = x[:_TIMED]
        # The shortest time contains the least of any other load.
        self._pass = min(_seconds(lambda: classifier.scores(some)) for _ in range(3)) / len(some)
        self._shape = x.shape[1:]
        self._maps: dict[str, float] = {}

    def estimate(self, method: AttributionMethod) -> float:
        """Seconds of a map."""
        if method.label in self._maps:
            return self._maps[method.label]
        return method._passes(*self._shape) * self._pass

    @contextmanager
    def measured(self, method: AttributionMethod) -> Iterator[None]:
        """Measure the computation of a map; the first one takes longer, since functions are compiled."""
        started = perf_counter()
        yield
        took = perf_counter() - started
        self._maps[method.label] = min(took, self._maps.get(method.label, took))


def _seconds(call: Callable[[], Any]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started
