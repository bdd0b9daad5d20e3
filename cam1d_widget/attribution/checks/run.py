"""All checks of one map, one after another, as work that tells how far it is and may be stopped."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np

from ...explanation.source import GAP_TOLERANCE
from ..abilities import HasRandomized, offers
from ..lazy_explanation import LazyExplanation
from ..maps import NotFinite, of_rows
from ..masking import pooled
from ..methods import AttributionMethod
from ..metrics import Randomization, agreement, class_similarity
from ..metrics.randomization import map_similarity
from .deletion import deletion_finding, deletions, window_of
from .fills import fills_of, known_fill
from .network import network_finding
from .report import Trust
from .result import Finding, in_words
from .thresholds import AGREES, CLASSES, DRAWS, DRAWS_WHEN_SLOW, SIMILAR_FOR_ANOTHER_CLASS, SIMILAR_WHEN_DESTROYED

__all__ = ["examined"]

RANDOMIZATION, CLASS, AGREEMENT = "Randomization", "Class", "Agreement"
Steps = Generator[tuple[float, str], None, Any]
# Parts of the whole that the checks take: maps of other methods and classes, and the destroyed networks, take longest.
_DELETION, _CLASSES, _METHODS, _NETWORKS = 0.0, 0.1, 0.2, 0.5


def examined(
    source: LazyExplanation, label: str, instance: int, target: int, seed: int = 0, fill: str | None = None
) -> Steps:
    """Check one map, as a generator of the share that is done and of what is being done; returns :class:`Trust`.

    Parameters
    ----------
    source : LazyExplanation
        What has the map, its network, and the maps that it is compared with.
    label : str
        Of the method.
    instance, target : int
        Series and class.
    seed : int
        Of random orders and weights.
    fill : str, optional
        What stands where pieces were taken away, one of :func:`fills_of`; the others are tried as well. Default: the
        background's mean, or zero.
    """
    fills = fills_of(source.x, source.background)
    fill = known_fill(fill, fills)
    yield 0.0, f"map of {label}"
    sums = _sum(source, label, instance, target)
    made = yield from _within(_DELETION, _CLASSES, deletions(source, label, instance, target, fills, seed))
    network, deleted = network_finding(source.scores, source.y), deletion_finding(made, fill)
    if not made[fill].ordered:
        no_order = (Finding(name, None, "There is no order to compare.") for name in (RANDOMIZATION, CLASS, AGREEMENT))
        return Trust(label, instance, target, (sums, deleted, *no_order), network, fill, made)
    specific = yield from _class(source, label, instance, target)
    agreeing, correlations = yield from _agreement(source, label, instance, target)
    destroyed, randomization = yield from _randomization(source, label, instance, target, seed)
    findings = (sums, deleted, destroyed, specific, agreeing)
    return Trust(label, instance, target, findings, network, fill, made, randomization, correlations)


def _within(first: float, last: float, steps: Steps) -> Steps:
    """Steps of a part of the whole."""
    while True:
        try:
            share, text = next(steps)
        except StopIteration as end:
            return end.value
        yield _between(first, last, share), text


def _sum(source: LazyExplanation, label: str, instance: int, target: int) -> Finding:
    """Whether the map adds up to what it says that it does."""
    name, kind = "Sum", source.exactness[label]
    gap = source.completeness_gap(label, instance, target)
    if kind == "approximate" or np.isnan(gap):
        return Finding(name, None, f"{label} promises no sum for this network: its values are no shares of the score.")
    if gap > GAP_TOLERANCE:
        found = f"The values should {source.adds_up[label]}, but miss {_percent(gap)} of it; the map is approximate."
        return Finding(name, False, found, "does not add up to the score")
    return Finding(
        name, True, f"The values {source.adds_up[label]}, and miss {_percent(gap)} of it; the map is {kind}."
    )


def _class(source: LazyExplanation, label: str, instance: int, target: int) -> Steps:
    """Whether the map is another one for another class."""
    likeliest = np.argsort(-source.scores[instance], kind="stable")
    others = [int(one) for one in likeliest if one != target][:CLASSES]
    if not others:
        return Finding(CLASS, None, "There is no other class.")
    maps = []
    for place, other in enumerate(others):
        yield _between(_CLASSES, _METHODS, place / len(others)), f"map for {source.class_names[other]}"
        maps.append(source.attribution(label, instance, other))
    similar = float(class_similarity(source.attribution(label, instance, target), maps)[0])
    among = f"those of {len(others)} other classes" if len(others) > 1 else "that of the other class"
    found = f"The map's rank correlation with {among} is {in_words(similar)}."
    if similar < SIMILAR_FOR_ANOTHER_CLASS:
        return Finding(CLASS, True, found)
    return Finding(CLASS, False, found, "is not specific to the class")


def _agreement(source: LazyExplanation, label: str, instance: int, target: int) -> Steps:
    """Whether methods of other families put the same first, in windows."""
    witnesses = [one for one in source.usual if one != label and _may_witness(source.method(one))]
    window = window_of(source.x.shape[1])
    maps = {label: pooled(source.attribution(label, instance, target), window)}
    for place, one in enumerate(witnesses):
        yield _between(_METHODS, _NETWORKS, place / len(witnesses)), f"map of {one}"
        try:
            seen = source.attribution(one, instance, target)
        except NotFinite:
            continue
        if np.ptp(seen) > 0:  # what shows nothing speaks neither for a map nor against it
            maps[one] = pooled(seen, window)
    correlations = agreement(maps).with_others(label)
    own = source.method(label).family
    nearest: dict[str, str] = {}
    for one in sorted(correlations, key=correlations.__getitem__):
        family = source.method(one).family
        nearest |= {} if family == own else {family: one}
    if not nearest:
        return Finding(AGREEMENT, None, "There is no method of another family to compare with."), correlations
    mean = float(np.mean([correlations[one] for one in nearest.values()]))
    each = ", ".join(f"{one} {in_words(correlations[one])}" for one in nearest.values())
    found = f"Rank correlation over time with the nearest method of each other family: {each}."
    if mean >= AGREES:
        return Finding(AGREEMENT, True, found), correlations
    return Finding(AGREEMENT, False, found, "is not borne out by other methods"), correlations


def _may_witness(method: AttributionMethod) -> bool:
    return method.class_specific and not method.warning


def _randomization(source: LazyExplanation, label: str, instance: int, target: int, seed: int) -> Steps:
    """Whether the map changes when the network is destroyed, layer by layer from the top."""
    method = _lighter(of_rows(source.method(label), np.array([instance])))
    x, draws = source.x[instance : instance + 1], DRAWS_WHEN_SLOW if method.on_demand else DRAWS
    yield _NETWORKS, "copying the network"
    intact = method.attribute(source.classifier, x, target)
    layers: list[str] = []
    similar: list[np.ndarray] = []
    try:
        for draw, layer, one in _cascade(source.classifier, seed, draws):
            layers += [] if draw else [layer]
            share = (draw + len(similar) % max(len(layers), 1) / max(len(layers), 1)) / draws
            yield _between(_NETWORKS, 1, share), f"destroying the network, draw {draw + 1} of {draws}: layer {layer}"
            similar.append(map_similarity(intact, method.attribute(one, x, target)))
    except (ValueError, AttributeError) as fault:
        return Finding(RANDOMIZATION, None, f"The network could not be destroyed: {fault}."), None
    signed, magnitude = np.moveaxis(np.reshape(similar, (draws, len(layers), 2, 1)), 2, 0)
    made = Randomization(label, tuple(layers), signed, magnitude)
    found = (
        f"While {len(layers)} layers are destroyed from the top, the map's rank correlation with itself is "
        f"{in_words(made.mean)} on average ({in_words(made.signed[:, -1].mean())} once all are)."
    )
    if made.mean < SIMILAR_WHEN_DESTROYED:
        return Finding(RANDOMIZATION, True, found), made
    return Finding(RANDOMIZATION, False, found, "hardly changes when the network is destroyed"), made


def _cascade(classifier: Any, seed: int, draws: int) -> Iterator[tuple[int, str, Any]]:
    if not offers(classifier, HasRandomized):
        raise ValueError("its classifier has no weights to show")
    return iter(classifier.randomized(seed, draws))


def _lighter(method: AttributionMethod) -> AttributionMethod:
    """A method that goes along a path, with as few steps on it as ranks need: it is asked many times."""
    has = {field.name for field in fields(method)}  # type: ignore[arg-type]
    return replace(method, steps=16, tolerance=None) if {"steps", "tolerance"} <= has else method  # type: ignore[type-var]


def _between(first: float, last: float, share: float) -> float:
    return first + (last - first) * share


def _percent(share: float) -> str:
    return f"{share:.1e}" if share < 1e-4 else f"{share:.2%}"
