"""Weight randomization: whether a map changes when the learned weights are randomized."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...typing import SeriesLike, TargetLike
from ...validation import check_count, check_list, check_seed, counted, shown
from ..abilities import HasRandomized, offers
from ..classifier import Classifier
from ..methods import AttributionMethod
from ..methods.families.base import check_method
from .rank_correlation import rank_correlation
from .unequal import groups
from .validation import one_target_each, series_for

__all__ = ["Randomization", "map_similarity", "weight_randomization"]


@dataclass(frozen=True, eq=False, repr=False)
class Randomization:
    """How similar maps stay while the weights are randomized, layer by layer from the scores down.

    Attributes
    ----------
    label : str
        Of the method.
    layers : tuple of str
        Names of the layers, in the order in which they were randomized.
    signed, magnitude : ndarray of shape (draw, layer, instance)
        Rank correlation of the map with that of the intact network, once this layer and all above it are randomized; of
        the values, and of their magnitudes.
    """

    label: str
    layers: tuple[str, ...]
    signed: np.ndarray
    magnitude: np.ndarray

    @property
    def mean(self) -> float:
        """Mean signed similarity over all: near 0 if the map depends on the learned weights."""
        return float(self.signed.mean())

    def __repr__(self) -> str:
        last = f"{self.signed[:, -1].mean():.2f} (of magnitudes {self.magnitude[:, -1].mean():.2f}) once all are"
        return (
            f"<{self.label} with {counted(len(self.layers), 'layer')} randomized: similarity {self.mean:.2f}, {last}>"
        )


def weight_randomization(
    method: AttributionMethod,
    classifier: Classifier,
    x: SeriesLike,
    target: TargetLike,
    *,
    destroyed: Iterable[tuple[int, str, Classifier]] | None = None,
    draws: int = 5,
    seed: int = 0,
) -> Randomization:
    """How similar a method's maps stay while the network's weights are randomized, layer by layer from the top.

    A map that stays the same cannot depend on what the network has learned.

    Parameters
    ----------
    method : AttributionMethod
    classifier : Classifier
    x : array-like of shape (instance, time, channel), or (time, channel) for one
    target : int, or ndarray of int of shape (instance,)
        Explained class, the same throughout.
    destroyed : iterable of (draw, layer name, Classifier), optional
        Classifiers with more and more layers randomized, the same layers in each draw. Default:
        ``classifier.randomized(seed, draws)``, which draws each layer's weights from the layer's own initializers,
        on a copy.
    draws : int
        How often that is done. One draw is not enough for a map at few steps: all maps of a network follow its
        features, and by chance the new weights keep or change the sign.
    seed : int
        Of the weights.

    Returns
    -------
    Randomization

    Notes
    -----
    Cascading randomization of Adebayo et al. (2018), https://arxiv.org/abs/1810.03292, on maps as they are: not
    normalized, not smoothed, and by rank correlation alone, since structural similarity is a measure for images. Maps
    that are multiplied by the series keep the similarity of its magnitudes, as the authors found: only the sign
    changes.
    """
    check_method(method)
    check_count("draws", draws)
    check_seed(seed)
    x, lengths = series_for(classifier, x)
    targets = one_target_each(target, len(x), classifier)
    if destroyed is None:
        if not offers(classifier, HasRandomized):
            raise TypeError(
                f"classifier must have randomized(seed, draws), but is {shown(classifier)} without; give destroyed="
            )
        destroyed = classifier.randomized(seed, draws)

    def maps(one: Classifier) -> list[np.ndarray]:
        """Maps of the series of each length."""
        return [method.attribute(one, x[rows, :length], targets[rows]) for rows, length in groups(lengths)]

    order = np.argsort(np.concatenate([np.arange(len(x))[rows] for rows, _ in groups(lengths)]))
    intact = maps(classifier)
    names: list[str] = []
    similar: dict[int, list[np.ndarray]] = {}
    for draw, name, one in _checked_networks(destroyed):
        names += [] if draw else [name]
        parts = [map_similarity(*pair) for pair in zip(intact, maps(one), strict=True)]
        similar.setdefault(draw, []).append(np.concatenate(parts, axis=1)[:, order])
    if not names or any(len(one) != len(names) for one in similar.values()):
        raise ValueError(
            f"destroyed must hold the same layers in each draw, at least one, but holds "
            f"{[len(one) for one in similar.values()]}"
        )
    signed, magnitude = np.moveaxis(np.array(list(similar.values())), 2, 0)
    return Randomization(method.label, tuple(names), signed, magnitude)


def _checked_networks(destroyed: Any) -> Iterator[tuple[int, str, Classifier]]:
    """Draw, layer and classifier of each network, checked as it comes: a copy of a model may be the same object."""
    for one in destroyed if isinstance(destroyed, Iterator) else check_list("destroyed", destroyed, "networks"):
        if not isinstance(one, tuple) or len(one) != 3 or not hasattr(one[2], "scores"):
            raise TypeError(f"destroyed must hold tuples (draw, layer name, Classifier), but holds {shown(one)}")
        yield one


def map_similarity(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Rank correlation of values and of magnitudes, of shape (2, instance), of maps (instance, time, channel or 1)."""
    flat = [maps.reshape(len(maps), -1) for maps in (one, other)]
    return np.stack([rank_correlation(*flat), rank_correlation(*map(np.abs, flat))])
