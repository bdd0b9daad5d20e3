"""Networks on series with known truth: what the leaderboard looks at.

Each task is one network, trained from a seed on one set, and the series of another draw that it gets right, with the
mask of what made their class. Segments of the test series are ones that training has not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import web_traffic

from cam1d_widget import KerasClassifier, models
from cam1d_widget.data import (
    KnownTruth,
    LinearProbe,
    make_frequency_sums,
    make_low_variance,
    make_planted_segments,
    make_web_traffic,
)

TESTED = 300
# Above this a linear classifier is said to solve a set.
SOLVED = 0.95


@dataclass(frozen=True)
class Recipe:
    """How a set is drawn and learned.

    Attributes
    ----------
    make : function of instances, seed and held_out
    instances : int
        Of the training.
    learned : function of a set and a seed
        A network that has been trained on it.
    only : int or None
        The one class that is explained, where the other holds nothing to find.
    shown : tuple of str
        Labels of the methods that are asked; all, where there are none.
    seeds : int
        How often it is drawn and learned anew.
    """

    make: Callable[[int, int, bool], KnownTruth]
    instances: int
    learned: Callable[[KnownTruth, int], Any]
    only: int | None = None
    shown: tuple[str, ...] = ()
    seeds: int = 4


def planted(kind: Any, **options: Any) -> Callable[[int, int, bool], KnownTruth]:
    return lambda instances, seed, held_out: make_planted_segments(
        kind, instances, seed=seed, held_out=held_out, **options
    )


def fitted(
    build: Callable[..., Any], epochs: int, rate: float = 1e-3, **sizes: Any
) -> Callable[[KnownTruth, int], Any]:
    """Networks of a builder, trained for so many epochs at this rate."""

    def learned(made: KnownTruth, seed: int) -> Any:
        keras.utils.set_random_seed(seed)
        model = build(made.x.shape[1:], len(made.class_names), **sizes)
        model.optimizer.learning_rate = rate
        model.fit(made.x, made.y, batch_size=32, epochs=epochs, verbose=0)
        return model

    return learned


def of_multiple_instances(made: KnownTruth, seed: int) -> Any:
    """The network of `web_traffic.py`, after a third of its epochs: the question's tells half of the series only."""
    return web_traffic.trained(made, epochs=35, seed=seed, verbose=0)[0]


RECIPES = {
    "planted segments (dCAM 1)": Recipe(planted(1), 3_000, fitted(models.question_cnn, 8, filters=64), only=1),
    "planted together (dCAM 2)": Recipe(
        planted(2, channels=3), 4_000, fitted(models.question_cnn, 10, filters=64), only=1
    ),
    "quiet stretch (LowVarDetect)": Recipe(
        lambda n, seed, _: make_low_variance(n, seed=seed), 3_000, fitted(models.question_cnn, 8, filters=64)
    ),
    "frequency sums (InterpretTime)": Recipe(
        lambda n, seed, _: make_frequency_sums(n, seed=seed), 4_000, fitted(models.question_cnn, 8, filters=64)
    ),
    "web traffic (MILLET), network of multiple instances": Recipe(
        lambda n, seed, _: make_web_traffic(n, seed=seed), 500, of_multiple_instances, seeds=3
    ),
    "planted segments (dCAM 1), network of multiple instances": Recipe(
        planted(1),
        3_000,
        fitted(models.mil_classifier, 8, backbone="fcn", filters=64),
        only=1,
        shown=("MIL", "Attention", "Attention × Gradient", "Grad-CAM", "HiResCAM", "Occlusion"),
        seeds=3,
    ),
    "planted segments (dCAM 1), LSTM with attention": Recipe(
        planted(1),
        3_000,
        fitted(models.lstm_attention_classifier, 20, rate=3e-3, pool_size=5),
        only=1,
        shown=("Attention", "Attention × Gradient", "Grad-CAM", "Integrated Gradients", "Occlusion"),
        seeds=3,
    ),
}
# As in the paper, where a linear classifier solves it: good for placement, of which channels are no part, and no more.
ALIGNED = Recipe(
    planted(1, aligned=True, background=1, pattern=3), 1_200, fitted(models.question_cnn, 12, filters=128), only=1
)


@dataclass(frozen=True)
class Task:
    """One trained network, and the series that it is asked about.

    Attributes
    ----------
    x, y, mask : ndarray
        Series that it gets right, of the explained classes.
    background : ndarray of shape (instance, time, channel)
        Training series.
    accuracy, chance, probe_accuracy : float
        On test series: of the network, of the most frequent class, of a linear probe.
    """

    recipe: Recipe
    model: Any
    classifier: KerasClassifier
    x: np.ndarray
    y: np.ndarray
    mask: np.ndarray
    background: np.ndarray
    probe: LinearProbe
    accuracy: float
    chance: float
    probe_accuracy: float


def trained(recipe: Recipe, seed: int, explained: int) -> Task:
    """A recipe's network on its set, from seeds that no other task shares."""
    made, test = recipe.make(recipe.instances, 2 * seed, False), recipe.make(TESTED, 2 * seed + 1, True)
    model = recipe.learned(made, seed)
    classifier = KerasClassifier(model)
    right = classifier.scores(test.x).argmax(axis=1) == test.y
    # Where nothing or everything is marked there is nothing to find.
    telling = test.mask.any(axis=(1, 2)) & ~test.mask.all(axis=(1, 2))
    asked = telling if recipe.only is None else telling & (test.y == recipe.only)
    rows = np.flatnonzero(right & asked)[:explained]
    probe = LinearProbe.fitted(made.x[:1_500], made.y[:1_500])
    return Task(
        recipe,
        model,
        classifier,
        test.x[rows],
        test.y[rows],
        test.mask[rows],
        made.x[:500],
        probe,
        accuracy=float(right.mean()),
        chance=float(np.bincount(test.y).max() / len(test.y)),
        probe_accuracy=probe.accuracy(test.x, test.y),
    )
