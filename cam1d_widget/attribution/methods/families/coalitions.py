"""Which slices are kept together when Shapley values are estimated.

Coalitions come in pairs, each with its complement, and size by size, those of one slice first: they weigh most. Sizes
are complete as long as the budget lasts; the rest is drawn. Lundberg and Lee (2017), https://arxiv.org/abs/1705.07874;
the pairs after Covert and Lee (2021), https://arxiv.org/abs/2012.01536.
"""

from __future__ import annotations

from itertools import combinations, islice
from math import comb
from typing import NamedTuple

import numpy as np

__all__ = ["Coalitions", "coalitions"]


class Coalitions(NamedTuple):
    """Pairs of complementary coalitions; one of each pair is stored.

    Attributes
    ----------
    kept : ndarray of bool, of shape (pair, slice)
        Slices that one coalition of a pair keeps; the other keeps the rest.
    weights : ndarray of shape (pair,)
        Weight of a pair in the fit: the Shapley kernel, divided among the pairs that are drawn.
    drawn : ndarray of bool, of shape (pair,)
        Whether a pair was drawn at random, rather than always included. If those are too few to estimate an error,
        all pairs count as drawn, which makes it too large rather than too small.
    """

    kept: np.ndarray
    weights: np.ndarray
    drawn: np.ndarray


def coalitions(slices: int, pairs: int, rng: np.random.Generator) -> Coalitions:
    """Pairs of coalitions of some slices, at most `pairs`; all of them if there are no more than that."""
    sizes = np.arange(1, slices // 2 + 1)
    mass = (slices - 1) / (sizes * (slices - sizes)) / np.where(2 * sizes == slices, 2, 1)
    whole = _complete_sizes(slices, pairs, mass)
    strata = [_all_of(slices, int(size)) for size in sizes[:whole]]
    known = sum(map(len, strata))
    rest, left = (pairs - known, mass[whole:]) if whole < len(sizes) else (0, mass[whole:])
    if rest:
        strata.append(_drawn(slices, rng.choice(sizes[whole:], rest, p=left / left.sum()), rng))
    weights = [
        np.full(len(kept), one / len(kept)) for kept, one in zip(strata, [*mass[:whole], left.sum()], strict=False)
    ]
    kept = np.concatenate([np.zeros((0, slices), bool), *strata])
    drawn = np.arange(len(kept)) >= (0 if whole < len(sizes) and rest < slices else known)
    return Coalitions(kept, np.concatenate([np.zeros(0), *weights]), drawn)


def _complete_sizes(slices: int, pairs: int, mass: np.ndarray) -> int:
    """Number of sizes with all their pairs: these are no more than the size's share of the budget, by its weight."""
    counts = [_count(slices, size + 1) for size in range(len(mass))]
    for index, count in enumerate(counts):
        left = pairs - sum(counts[:index])
        # The fit requires the first size; if all pairs fit into the budget, none is divided.
        fits = left if index == 0 or sum(counts[index:]) <= left else left * mass[index] / mass[index:].sum()
        if count > fits:
            return index
    return len(counts)


def _count(slices: int, size: int) -> int:
    """Pairs in which one coalition has this size."""
    return comb(slices, size) // (1 + (2 * size == slices))


def _all_of(slices: int, size: int) -> np.ndarray:
    """One coalition of every pair of this size."""
    chosen = np.array(list(islice(combinations(range(slices), size), _count(slices, size))))
    kept = np.zeros((len(chosen), slices), bool)
    np.put_along_axis(kept, chosen, True, axis=1)
    return kept


def _drawn(slices: int, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One coalition of each size, all of that size being equally likely."""
    ranks = rng.random((len(sizes), slices)).argsort(axis=1).argsort(axis=1)
    return ranks < sizes[:, np.newaxis]
