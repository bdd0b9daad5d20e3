"""Networks on series with known truth, for the leaderboard.

Each task is one network, trained from a seed on one set, and the series of another draw that it classifies correctly,
with the mask of what determines their class. Segments of the test series do not occur in training. The truth is
verified on each network, and classes whose mask is not the truth are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import keras
import numpy as np
import web_traffic

from cam1d_widget import KerasClassifier, models
from cam1d_widget.data import (
    KnownTruth,
    LinearProbe,
    VerifiedTruth,
    make_frequency_sums,
    make_low_variance,
    make_planted_segments,
    make_web_traffic,
    verify_truth,
)

TESTED = 600
# Series that a linear probe is trained on.
PROBED = 1_500
# Accuracy above which a linear classifier counts as solving a set.
SOLVED = 0.95


@dataclass(frozen=True)
class Recipe:
    """How a set is drawn, and how its network is trained.

    Attributes
    ----------
    make : function of instances, seed and held_out
    instances : int
        Number of training series.
    learned : function of a set and a seed
        A network that has been trained on it.
    only : int or None
        The one class that is explained. Default: all whose truth is verified.
    pieces : int or None
        Number of marked channels of an explained series. Default: any.
    shown : tuple of str
        Labels of the methods. Default: all.
    seeds : int
        Number of draws, each with its own network.
    """

    make: Callable[[int, int, bool], KnownTruth]
    instances: int
    learned: Callable[[KnownTruth, int], Any]
    only: int | None = None
    pieces: int | None = None
    shown: tuple[str, ...] = ()
    seeds: int = 4


def planted(kind: Any, **options: Any) -> Callable[[int, int, bool], KnownTruth]:
    return lambda instances, seed, held_out: make_planted_segments(
        kind, instances, seed=seed, held_out=held_out, **options
    )


def fitted(
    build: Callable[..., Any], epochs: int, rate: float = 1e-3, **sizes: Any
) -> Callable[[KnownTruth, int], Any]:
    """Networks of a builder, trained for this many epochs at this learning rate."""

    def learned(made: KnownTruth, seed: int) -> Any:
        keras.utils.set_random_seed(seed)
        model = build(made.x.shape[1:], len(made.class_names), **sizes)
        model.optimizer.learning_rate = rate
        model.fit(made.x, made.y, batch_size=32, epochs=epochs, verbose=0)
        return model

    return learned


def of_multiple_instances(made: KnownTruth, seed: int) -> Any:
    """The network of `web_traffic.py`, after a third of its epochs: the Stack Overflow CNN is right about only half."""
    return web_traffic.trained(made, epochs=35, seed=seed, verbose=0)[0]


KIND_1 = planted(1), 3_000, fitted(models.question_cnn, 8, filters=64)
KIND_2 = planted(2, channels=4), 6_000, fitted(models.question_cnn, 25, filters=64)
KIND_3 = planted(3), 3_000, fitted(models.question_cnn, 10, filters=64)
RECIPES = {
    "planted segments (dCAM 1)": Recipe(*KIND_1, only=1),
    "planted apart (dCAM 2)": Recipe(*KIND_2, only=1),
    "planted together (dCAM 2)": Recipe(*KIND_2, only=2),
    "either of two planted segments": Recipe(*KIND_3, only=1, pieces=2),
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
# The effect of the leak of `make_planted_segments` on a network; its maps are not scored.
LEAKING = Recipe(planted(2, channels=3, leak=True), 4_000, fitted(models.question_cnn, 10, filters=64), seeds=1)
# As in the paper, where a linear classifier solves it: suitable only for placement, which does not involve channels.
ALIGNED = Recipe(
    planted(1, aligned=True, background=1, pattern=3), 1_200, fitted(models.question_cnn, 12, filters=128), only=1
)


@dataclass(frozen=True)
class Network:
    """A network trained on one set from a seed.

    Attributes
    ----------
    test : KnownTruth
        Series of another draw.
    background : ndarray of shape (instance, time, channel)
        Training series.
    accuracy, chance, probe_accuracy : float
        On test series: of the network, of the most frequent class, of a linear probe.
    blanked_accuracy : float
        On test series whose marked part is blanked: of a small network, or of a linear probe, whichever is higher, that
        was trained on such series. Above chance, something outside the mask reveals the class.
    """

    model: Any
    classifier: KerasClassifier
    test: KnownTruth
    background: np.ndarray
    probe: LinearProbe
    accuracy: float
    chance: float
    probe_accuracy: float
    blanked_accuracy: float


@cache
def network(make: Callable[[int, int, bool], KnownTruth], instances: int, learned: Any, seed: int) -> Network:
    """Network from its own seeds; several recipes may explain the same one."""
    made, test = make(instances, 2 * seed, False), make(TESTED, 2 * seed + 1, True)
    model = learned(made, seed)
    classifier = KerasClassifier(model)
    probe = LinearProbe.fitted(made.x[:PROBED], made.y[:PROBED])
    return Network(
        model,
        classifier,
        test,
        made.x[:500],
        probe,
        accuracy=float((classifier.scores(test.x).argmax(axis=1) == test.y).mean()),
        chance=float(np.bincount(test.y).max() / len(test.y)),
        probe_accuracy=probe.accuracy(test.x, test.y),
        blanked_accuracy=accuracy_on_blanked(made, test, seed),
    )


def accuracy_on_blanked(made: KnownTruth, test: KnownTruth, seed: int) -> float:
    """The higher accuracy of a network and a linear probe trained on series whose marked part is blanked."""
    x, of_test = made.blanked(), test.blanked()
    guard = fitted(models.fcn, 10, rate=3e-3, filters=16)(replace(made, x=x), seed)
    right = guard.predict(of_test, verbose=0).argmax(axis=1) == test.y
    linear = LinearProbe.fitted(x[:PROBED], made.y[:PROBED])
    return max(float(right.mean()), linear.accuracy(of_test, test.y))


@dataclass(frozen=True)
class Task:
    """One network, and the series whose scores are explained.

    Attributes
    ----------
    x, y, mask : ndarray
        Series that it classifies correctly, of the explained classes.
    truth : VerifiedTruth
        Which classes may be explained, and why others may not.
    """

    recipe: Recipe
    network: Network
    x: np.ndarray
    y: np.ndarray
    mask: np.ndarray
    truth: VerifiedTruth


def trained(recipe: Recipe, seed: int, explained: int) -> Task:
    """Network of a recipe, and at most `explained` series to explain; none if no class has a verified truth."""
    found = network(recipe.make, recipe.instances, recipe.learned, seed)
    test = found.test
    if recipe.pieces is not None:
        marked = test.mask.any(axis=1).sum(axis=1)
        test = test.subset((marked == 0) | (marked == recipe.pieces))
    truth = verify_truth(test, found.classifier, seed=seed)
    right = found.classifier.scores(test.x).argmax(axis=1) == test.y
    explainable = right & truth.scored[test.y]
    if recipe.only is not None:
        explainable &= test.y == recipe.only
    rows = np.flatnonzero(explainable)[:explained]
    return Task(recipe, found, test.x[rows], test.y[rows], test.mask[rows], truth)
