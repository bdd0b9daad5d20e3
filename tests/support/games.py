"""Cooperative games of slices as classifiers, and Shapley values by their definition."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb

import numpy as np

from .toys import Formula


class Game(Formula):
    """A classifier given by the scores (instance, class) of players that are on or off: one channel, ones and zeros."""

    def __init__(self, value: Callable[[np.ndarray], np.ndarray], players: int, classes: int = 1):
        super().__init__(lambda x: value(x[np.newaxis, :, 0])[0], lambda x, c: np.zeros(x.shape), (players, 1), classes)
        self._value = value

    def scores(self, x: np.ndarray) -> np.ndarray:
        return self._value(np.asarray(x, float)[:, :, 0])


def random_game(players: int, seed: int, interactions: int = 12) -> Game:
    """Two classes: sums of products over random groups of two to five players, one of them bent."""
    rng = np.random.default_rng(seed)
    groups = [rng.choice(players, rng.integers(2, min(players, 5) + 1), replace=False) for _ in range(interactions)]
    weights, own = rng.normal(size=(interactions, 2)), rng.normal(size=(players, 2))

    def value(on: np.ndarray) -> np.ndarray:
        products = np.stack([on[:, group].prod(axis=1) for group in groups], axis=1)
        scores = on @ own + products @ weights
        return scores * [1, 0] + np.tanh(scores) * [0, 3]

    return Game(value, players, 2)


def shapley_values(scores: Callable[[np.ndarray], np.ndarray], players: int) -> np.ndarray:
    """By the definition, over all subsets; `scores` takes who plays, bool of shape (coalition, player)."""
    values = {}
    for size in range(players + 1):
        for group in combinations(range(players), size):
            on = np.zeros((1, players), bool)
            on[0, list(group)] = True
            values[group] = scores(on)[0]
    shares = np.zeros((players, len(values[()])))
    for player in range(players):
        for group, without in values.items():
            if player not in group:
                weight = 1 / (players * comb(players - 1, len(group)))
                shares[player] += weight * (values[tuple(sorted((*group, player)))] - without)
    return shares
