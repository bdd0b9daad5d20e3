"""All checks of one map, as a generator that reports progress and can be cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np

from ...explanation.source import GAP_TOLERANCE, lengths_of, map_of, series_of
from ...progress import Steps, part_of_work
from ...validation import counted
from ..abilities import HasRandomized, offers
from ..check_result import CheckResult, figure_text
from ..lazy_explanation import LazyExplanation
from ..maps import NotFinite
from ..masking import pooled
from ..methods import AttributionMethod
from ..metrics import Randomization, agreement, class_similarity
from ..metrics.randomization import map_similarity
from ..network_check import network_result
from .deletion import deletion_result, deletions, window_of
from .fills import fills_of, known_fill
from .report import ChecksReport
from .thresholds import AGREES, CLASSES, DRAWS, DRAWS_WHEN_SLOW, SIMILAR_FOR_ANOTHER_CLASS, SIMILAR_WHEN_RANDOMIZED

__all__ = ["run_checks"]

RANDOMIZATION, CLASS, AGREEMENT = "Randomization", "Class", "Agreement"
# Share of the work at which each part begins: maps of other methods, and randomized networks, take longest.
_DELETION, _CLASSES, _METHODS, _NETWORKS = 0.0, 0.1, 0.2, 0.5


def run_checks(
    source: LazyExplanation, label: str, instance: int, target: int, seed: int = 0, fill: str | None = None
) -> Steps[Any]:
    """Check one map: a generator of the share that is done and a description, which returns a `ChecksReport`.

    Parameters
    ----------
    source : LazyExplanation
        Has the map, its network, and the maps that it is compared with.
    label : str
        Label of the method.
    instance, target : int
        Series and class.
    seed : int
        Of random orders and weights.
    fill : str, optional
        Replacement values for removed segments, one of :func:`fills_of`; the others are tried as well. Default: the
        background's mean, or zero.
    """
    fills = fills_of(source.x, source.background)
    fill = known_fill(fill, fills)
    yield 0.0, f"map of {label}"
    sums = _sum(source, label, instance, target)
    made = yield from part_of_work(deletions(source, label, instance, target, fills, seed), _DELETION, _CLASSES)
    network, deletion = network_result(source.scores, source.y), deletion_result(made, fill)
    if not made[fill].ordered:
        text = "There is no order to compare."
        unordered = (CheckResult(name, None, text) for name in (RANDOMIZATION, CLASS, AGREEMENT))
        return ChecksReport(label, instance, target, (sums, deletion, *unordered), network, fill, made)
    specificity = yield from _class(source, label, instance, target)
    agreement, correlations = yield from _agreement(source, label, instance, target)
    randomization, randomized = yield from _randomization(source, label, instance, target, seed)
    results = (sums, deletion, randomization, specificity, agreement)
    return ChecksReport(label, instance, target, results, network, fill, made, randomized, correlations)


def _sum(source: LazyExplanation, label: str, instance: int, target: int) -> CheckResult:
    """Whether the map adds up to what its method promises."""
    name, kind = "Sum", source.exactness[label]
    gap = source.completeness_gap(label, instance, target)
    if kind == "approximate" or np.isnan(gap):
        text = f"{label} promises no sum for this network: its values are not shares of the score."
        return CheckResult(name, None, text)
    if gap > GAP_TOLERANCE:
        text = f"The values should {source.adds_up[label]}, but miss {_percent(gap)} of it; the map is approximate."
        return CheckResult(name, False, text, "does not add up to the score")
    return CheckResult(
        name, True, f"The values {source.adds_up[label]}, and miss {_percent(gap)} of it; the map is {kind}."
    )


def _class(source: LazyExplanation, label: str, instance: int, target: int) -> Steps[Any]:
    """Whether the map is different for another class."""
    by_score = np.argsort(-source.scores[instance], kind="stable")
    others = [int(one) for one in by_score if one != target][:CLASSES]
    if not others:
        return CheckResult(CLASS, None, "There is no other class.")
    maps = []
    for place, other in enumerate(others):
        yield _between(_CLASSES, _METHODS, place / len(others)), f"map for {source.class_names[other]}"
        maps.append(map_of(source, label, instance, other))
    similar = float(class_similarity(map_of(source, label, instance, target), maps)[0])
    among = f"those of {len(others)} other classes" if len(others) > 1 else "that of the other class"
    text = f"The map's rank correlation with {among} is {figure_text(similar)}."
    if similar < SIMILAR_FOR_ANOTHER_CLASS:
        return CheckResult(CLASS, True, text)
    return CheckResult(CLASS, False, text, "is not specific to the class")


def _agreement(source: LazyExplanation, label: str, instance: int, target: int) -> Steps[Any]:
    """Whether methods of other families rank the windows alike."""
    compared = [one for one in source.usual if one != label and _comparable(source.method(one))]
    window = window_of(int(lengths_of(source)[instance]))
    maps = {label: pooled(map_of(source, label, instance, target), window)}
    for place, one in enumerate(compared):
        yield _between(_METHODS, _NETWORKS, place / len(compared)), f"map of {one}"
        try:
            seen = map_of(source, one, instance, target)
        except NotFinite:
            continue
        if np.ptp(seen) > 0:  # a constant map has no ranks
            maps[one] = pooled(seen, window)
    correlations = agreement(maps).with_others(label)
    own = source.method(label).family
    nearest: dict[str, str] = {}
    for one in sorted(correlations, key=correlations.__getitem__):
        family = source.method(one).family
        nearest |= {} if family == own else {family: one}
    if not nearest:
        return CheckResult(AGREEMENT, None, "There is no method of another family to compare with."), correlations
    mean = float(np.mean([correlations[one] for one in nearest.values()]))
    each = ", ".join(f"{one} {figure_text(correlations[one])}" for one in nearest.values())
    text = f"Rank correlation over time with the nearest method of each other family: {each}."
    if mean >= AGREES:
        return CheckResult(AGREEMENT, True, text), correlations
    return CheckResult(AGREEMENT, False, text, "disagrees with methods of other families"), correlations


def _comparable(method: AttributionMethod) -> bool:
    return method.class_specific and not method.warning


def _randomization(source: LazyExplanation, label: str, instance: int, target: int, seed: int) -> Steps[Any]:
    """Whether the map changes when the weights are randomized, layer by layer from the top."""
    method = _faster(source.method_of(label, instance))
    x, draws = series_of(source, instance)[np.newaxis], DRAWS_WHEN_SLOW if method.on_demand else DRAWS
    yield _NETWORKS, "copying the network"
    classifier = source.classifier_of(instance)
    intact = method.attribute(classifier, x, target)
    layers: list[str] = []
    similar: list[np.ndarray] = []
    try:
        for draw, layer, one in _cascade(classifier, seed, draws):
            layers += [] if draw else [layer]
            share = (draw + len(similar) % max(len(layers), 1) / max(len(layers), 1)) / draws
            yield _between(_NETWORKS, 1, share), f"randomizing the weights, draw {draw + 1} of {draws}: layer {layer}"
            similar.append(map_similarity(intact, method.attribute(one, x, target)))
    except (ValueError, AttributeError) as fault:
        return CheckResult(RANDOMIZATION, None, f"The weights could not be randomized: {fault}."), None
    signed, magnitude = np.moveaxis(np.reshape(similar, (draws, len(layers), 2, 1)), 2, 0)
    made = Randomization(label, tuple(layers), signed, magnitude)
    text = (
        f"With {counted(len(layers), 'layer')} randomized from the top, the map's rank correlation with the original "
        f"is {figure_text(made.mean)} on average ({figure_text(made.signed[:, -1].mean())} once all are)."
    )
    if made.mean < SIMILAR_WHEN_RANDOMIZED:
        return CheckResult(RANDOMIZATION, True, text), made
    return CheckResult(RANDOMIZATION, False, text, "hardly changes when the weights are randomized"), made


def _cascade(classifier: Any, seed: int, draws: int) -> Iterator[tuple[int, str, Any]]:
    if not offers(classifier, HasRandomized):
        raise ValueError("its classifier offers no weights")
    return iter(classifier.randomized(seed, draws))


def _faster(method: AttributionMethod) -> AttributionMethod:
    """A path method with as few steps as ranks need, since it runs many times."""
    has = {field.name for field in fields(method)}  # type: ignore[arg-type]
    return replace(method, steps=16, tolerance=None) if {"steps", "tolerance"} <= has else method  # type: ignore[type-var]


def _between(first: float, last: float, share: float) -> float:
    return first + (last - first) * share


def _percent(share: float) -> str:
    return f"{share:.1e}" if share < 1e-4 else f"{share:.2%}"
