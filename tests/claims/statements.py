"""What the package states about a network, checked against Keras' own forward pass.

Each check takes a :class:`Case` and yields :class:`Finding`; one that does not hold is a contradiction.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import cached_property, partial
from typing import Any, NamedTuple

import keras
import numpy as np

from cam1d_widget import KerasClassifier, all_methods, explain
from cam1d_widget.attribution.abilities import for_series
from cam1d_widget.attribution.masking import Slices
from cam1d_widget.attribution.methods import (
    CAM,
    LIME,
    RISE,
    ExpectedGradients,
    HiResCAM,
    IntegratedGradients,
    KernelSHAP,
    Occlusion,
    Saliency,
    SmoothGrad,
    SquareGrad,
    VarGrad,
)
from cam1d_widget.frameworks.open_model import as_classifier

from .recipes import Built, Recipe, redrawn

__all__ = ["ALL", "QUICK", "Check", "Finding", "findings"]

CHEAP = {
    KernelSHAP: {"size": 8, "samples": 128},
    LIME: {"size": 8, "samples": 128},
    RISE: {"masks": 32},
    SmoothGrad: {"samples": 3},
    SquareGrad: {"samples": 3},
    VarGrad: {"samples": 3},
    ExpectedGradients: {"references": 2, "steps": 64},
}
# Operations whose slope automatic differentiation does not give, or not at zero.
NOT_DIFFERENTIATED = {"round", "stop gradient", "Masking"}


class Finding(NamedTuple):
    """Whether a statement holds, and by how much it fails.

    `missed` marks what is true of the network and could be stated, but is not.
    """

    statement: str
    holds: bool
    detail: str = ""
    missed: bool = False


class Case:
    """A network, its classifier, and what both say of the same series."""

    def __init__(self, recipe: Recipe, built: Built) -> None:
        self.recipe, self.built, self.x = recipe, built, built.x
        # the one that `explain` keeps, so that it is compiled once
        self.classifier = for_series(as_classifier(built.model), built.x)
        self.rng = np.random.default_rng(recipe.seed + 1)

    def at(self, layer: str) -> Case:
        """The same network, with another explained layer."""
        other = copy(self)
        for made in ("features", "trunk", "influence"):
            other.__dict__.pop(made, None)
        other.classifier = self.classifier.at(layer)
        return other

    @cached_property
    def scores(self) -> np.ndarray:
        return self.built.scores(self.x)

    @property
    def classes(self) -> int:
        return int(self.classifier.classes)

    @cached_property
    def scale(self) -> np.ndarray:
        """Size of each class' scores on series as large as those that methods make, of shape (class,)."""
        some = np.concatenate([self.x, 2 * self.x, 0 * self.x, self.x[:, ::-1]])
        # Of a series that is masked as a whole, Keras' mean over steps is NaN.
        return np.nanmax(np.abs(self.built.scores(some)), axis=0) + 1e-3

    @cached_property
    def targets(self) -> np.ndarray:
        return np.tile(np.arange(self.classes), (len(self.x), 1))

    @cached_property
    def features(self) -> np.ndarray | None:
        """Map of the explained layer, by Keras' own call; None where there is none or it is not placed."""
        self.classifier.scores(self.x)
        if self.classifier.no_features:
            return None
        return self.trunk(self.x)

    @cached_property
    def trunk(self) -> Callable[[np.ndarray], Any]:
        return lambda x: np.asarray(self.classifier._network.features(x))

    def head(self, features: np.ndarray, row: int = 0) -> np.ndarray:
        """Scores of features in float64, of shape (instance, class)."""
        x = np.repeat(self.x[row : row + 1], len(features), axis=0)
        return self.classifier.head_scores(x, features.astype(np.float32)).astype(np.float64)

    @cached_property
    def influence(self) -> np.ndarray:
        """How far a change of each sample changes each step, of shape (sample, step)."""
        assert self.features is not None
        length, changed = self.x.shape[1], np.zeros((self.x.shape[1], self.features.shape[1]))
        for row in range(2):
            for size in (3, -2):
                other = np.repeat(self.x[row : row + 1], length, axis=0)
                other[np.arange(length), np.arange(length)] += size * self.rng.uniform(0.7, 1.3, self.x.shape[2])
                moved = np.abs(self.trunk(other) - self.features[row]).max(axis=2)
                changed = np.maximum(changed, moved)
        return changed / (np.abs(self.features).max() + 1e-6)


def _close(name: str, ours: Any, theirs: Any, tolerance: Any) -> Finding:
    """Finding that arrays agree; `tolerance` is absolute and broadcasts to them."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    if ours.shape != theirs.shape:
        return Finding(name, False, f"shapes {ours.shape} and {theirs.shape}")
    off = np.abs(ours - theirs) / tolerance
    worst = float(np.max(off, initial=0))
    return Finding(name, bool(worst <= 1), f"{worst:.3g} times the tolerance")


# 1. Scores


def scores(case: Case) -> Iterator[Finding]:
    built, classifier = case.built, case.classifier
    yield _close("scores are the model's", classifier.scores(case.x), case.scores, 1e-4 * case.scale)
    told = classifier.probabilities(case.x)
    output = np.asarray(built.model(case.x, training=False))
    if told is not None:
        shown = np.hstack([1 - output, output]) if output.shape[1] < case.classes else output
        if case.recipe.ending == "linear":
            shown = np.asarray(keras.ops.softmax(output))
        yield _close("probabilities are the model's", told, shown, 1e-4)
    alone = np.concatenate([classifier.scores(one[np.newaxis]) for one in case.x])
    yield _close("scores of a batch are those of its series", alone, case.scores, 1e-4 * case.scale)


# 2. Receptive field


def receptive_field(case: Case) -> Iterator[Finding]:
    if case.features is None:
        return
    field, length = case.classifier.receptive_field, case.x.shape[1]
    time = np.arange(length)[:, np.newaxis]
    outside = (time < field.start) | (time >= field.stop)
    yield Finding(
        "nothing outside of the field changes a step",
        bool((case.influence[outside] < 1e-4).all()),
        f"{np.max(case.influence[outside], initial=0):.3g} of the largest feature",
    )
    yield Finding("unseen samples change nothing", bool((case.influence[~field.seen] < 1e-4).all()))
    uncut = (field.low == field.start) & (field.high == field.stop)
    middle = (field.start + field.stop - 1) / 2
    # A step is drawn no earlier than the one before it, which may see less at the start of a causal network.
    wanted = np.maximum.accumulate(np.where(uncut, middle, field.positions))
    yield _close("a step is in the middle of what it sees", field.positions[uncut], wanted[uncut], 1e-6)
    allowed = np.stack([field.centers, middle, np.append(-np.inf, field.positions[:-1])])
    off = abs(field.positions - allowed).min(axis=0)
    yield Finding("a step that is cut off is at its center, amid what it sees, or at the step before", off.max() < 1e-6)
    yield Finding("positions follow each other", bool((np.diff(field.positions) >= 0).all()))


def placement(case: Case) -> Iterator[Finding]:
    """Steps that see everything stand where they are influenced most, and so in the order of time."""
    if case.features is None:
        return
    positions, seen_at = case.classifier.receptive_field.positions, _seen_at(case.influence)
    # Few steps, or ones that all see the same, have an order by chance.
    if len(seen_at) < 6 or np.ptp(seen_at) < 0.5 * len(case.influence) or np.ptp(positions) == 0:
        return
    agreement = float(np.corrcoef(positions, seen_at)[0, 1])
    yield Finding("steps stand in the order of what changes them", agreement > -0.5, f"correlation {agreement:.2f}")


def _seen_at(influence: np.ndarray) -> np.ndarray:
    """Mean sample that changes each step, weighed by its influence squared; the middle where nothing does."""
    weights = influence**2 + 1e-12
    return (np.arange(len(weights)) @ weights) / weights.sum(axis=0)


# 3. Heads


def heads(case: Case) -> Iterator[Finding]:
    if case.features is None:
        return
    one, other = (case.features.std() * case.rng.normal(size=case.features[:1].shape) for _ in range(2))
    real = case.features[:1].astype(float)
    for name, a, b in (("noise", one, other), ("its map", real, one)):
        nothing, fa, fb, both, twice = case.head(np.concatenate([0 * a, a, b, a + b, 2 * a]))
        mass = np.abs([nothing, fa, fb, both, twice]).max(axis=0) + 1e-3 * case.scale
        affine = _close(f"affine head, {name}", fa + fb, both + nothing, 2e-3 * mass)
        homogeneous = _close(f"homogeneous head, {name}", 2 * (fa - nothing), twice - nothing, 2e-3 * mass)
        claims = case.classifier
        if claims.affine_head:
            yield affine
        if claims.homogeneous_head or claims.affine_head:
            yield homogeneous
        if name == "noise" and affine.holds and not claims.affine_head:
            yield Finding("affine head that is not stated", True, missed=True)
    nothing = case.head(0 * real)
    if case.classifier.affine_head or case.classifier.homogeneous_head:
        bias = case.classifier.bias()[np.newaxis]
        yield _close("bias is the score of zero features", bias, nothing, 1e-4 * case.scale)
    whole = np.concatenate([case.head(case.features[row : row + 1], row) for row in range(len(case.x))])
    yield _close("head on its map gives the scores", whole, case.scores, 1e-4 * case.scale)


# 4. Exactness


def _fitting(case: Case) -> list[Any]:
    made = [
        method(**(CHEAP.get(method, {}) | ({"background": case.x[1:]} if method is ExpectedGradients else {})))
        for method in all_methods()
    ]
    return [method for method in made if method.refusal(case.classifier) is None]


def refusals(case: Case) -> Iterator[Finding]:
    for method in all_methods():
        reason = method().refusal(case.classifier)
        yield Finding(
            f"{method.label}: a refusal is one sentence",
            reason is None or (bool(reason.strip()) and "\n" not in reason),
            str(reason),
        )


def exactness(case: Case) -> Iterator[Finding]:
    for method in _fitting(case):
        yield from _guarded(f"{method.label}: maps", partial(_of_method, case, method))


def _of_method(case: Case, method: Any) -> Iterator[Finding]:
    label, classifier, x = method.label, case.classifier, case.x
    word = method.exactness(classifier)
    maps = method.maps(classifier, x, case.targets)
    yield Finding(f"{label}: map is finite", bool(np.isfinite(maps.values).all()))
    if not np.isfinite(maps.values).all():
        return
    # What a path misses is measured for every map: see `explained`.
    if word == "approximate" or isinstance(method, IntegratedGradients | ExpectedGradients):
        return
    expected = _explained(case, method)
    if not np.isfinite(expected).all():  # where all is masked, Keras says NaN, or not, by how it is called
        return
    gap = maps.totals - expected
    mass = np.abs(maps.values).sum(axis=(2, 3))
    if method.placed:
        mass = np.abs(method.at_steps(classifier, x, case.targets)).sum(axis=2)
    worst = np.abs(gap) / (1e-2 * mass + 1e-3 * case.scale * (len(classifier.receptive_field) if label == "CAM" else 1))
    yield Finding(f"{label}: {word} values add up", bool((worst <= 1).all()), f"{worst.max():.3g} times the tolerance")
    if word == "exact":
        yield from _own_contributions(case, method)


def _explained(case: Case, method: Any) -> np.ndarray:
    """What the values of a method are to add up to, by Keras, of shape (instance, target)."""
    if method.placed:
        if method.label in ("MIL", "Attention × Gradient"):
            return method.expected_total(case.classifier, case.x, case.targets)
        difference = case.scores - case.classifier.bias()
        return difference * (len(case.classifier.receptive_field) if isinstance(method, CAM) else 1)
    return case.scores - case.built.scores(np.zeros_like(case.x[:1]))


def _own_contributions(case: Case, method: Any) -> Iterator[Finding]:
    """Taking a step away takes its value from the score, and leaves the others' values as they are."""
    assert case.features is not None
    steps = case.features.shape[1]
    without = np.repeat(case.features[:1], steps, axis=0)
    without[np.arange(steps), np.arange(steps)] = 0
    loss = case.head(case.features[:1]) - case.head(without)
    values = method.at_steps(case.classifier, case.x[:1], case.targets[:1])[0].T.astype(float)
    if isinstance(method, CAM):
        values /= steps
    name = f"{method.label}: exact values are what the score loses without the step"
    mass = np.abs(values).sum(axis=0) + case.scale
    yield _close(name, values, loss, 1e-3 * mass)


def other_layer(case: Case) -> Iterator[Finding]:
    """What is stated with a layer inside the trunk as the explained one."""
    layers = [layer.name for layer in case.classifier.layers]
    if not layers:
        return
    layer = layers[case.recipe.seed % len(layers)]
    inside = case.at(layer)
    for check in (receptive_field, placement, heads):
        for one in check(inside):
            yield one._replace(statement=f"at an inner layer: {one.statement}", detail=f"{layer}: {one.detail}")
    method = HiResCAM()
    if method.refusal(inside.classifier) is None:
        for one in _of_method(inside, method):
            yield one._replace(statement=f"at an inner layer: {one.statement}", detail=f"{layer}: {one.detail}")


# 5. Continuity


def continuity(case: Case) -> Iterator[Finding]:
    """No jump on the way from zero to a series: a jump stays as large when the way across it is divided."""
    if not case.classifier.continuous:
        return
    for row in range(2):
        low, high = np.zeros_like(case.x[row]), case.x[row]
        shares = np.linspace(0, 1, 129, dtype=np.float32)[:, np.newaxis, np.newaxis]
        first = None
        for _ in range(3):
            made = case.built.scores(low + shares * (high - low))
            rise = np.abs(np.diff(made, axis=0)) / case.scale
            at, target = np.unravel_index(rise.argmax(), rise.shape)
            first = rise[at, target] if first is None else first
            low, high = low + shares[at] * (high - low), low + shares[at + 1] * (high - low)
        yield Finding("continuous", bool(rise.max() < max(0.3 * first, 2e-3)), f"jump of {rise.max():.2g} of the scale")


# 6. Occlusion


def occlusion(case: Case) -> Iterator[Finding]:
    x, length = case.x[:2], case.x.shape[1]
    maps = []
    for size in sorted({max(1, round(length / part)) for part in (4, 8, 16)}):
        slices = Slices.sliding(length, size, max(1, size // 4))
        total, count = np.zeros((len(x), case.classes, *x.shape[1:])), np.zeros(length)
        pieces = [(start, stop, channel) for start, stop in zip(slices.start, slices.stop, strict=True)
                  for channel in range(x.shape[2])]  # fmt: skip
        for row, series in enumerate(x):
            other = np.repeat(series[np.newaxis], len(pieces), axis=0)
            for one, (start, stop, channel) in zip(other, pieces, strict=True):
                one[start:stop, channel] = 0
            falls = case.scores[row] - case.built.scores(other)
            for fall, (start, stop, channel) in zip(falls, pieces, strict=True):
                total[row, :, start:stop, channel] += fall[:, np.newaxis]
        for start, stop in zip(slices.start, slices.stop, strict=True):
            count[start:stop] += 1
        maps.append(total / count[:, np.newaxis])
    ours = Occlusion().maps(case.classifier, x, case.targets[:2]).values
    tolerance = 1e-3 * case.scale[:, np.newaxis, np.newaxis]
    yield _close("Occlusion is that of whole series", ours, np.mean(maps, axis=0), tolerance)


# 7. Gradients


def gradients(case: Case) -> Iterator[Finding]:
    """Along a direction in which the slope is the same on both sides, that is away from kinks."""
    if NOT_DIFFERENTIATED & case.recipe.names():
        return
    direction, step, target = case.rng.normal(size=case.x.shape).astype(np.float32), 1e-3, case.classes - 1
    far, ahead, here, behind, back = (
        case.built.scores(case.x + side * step * direction)[:, target] for side in (2, 1, 0, -1, -2)
    )
    slope = (Saliency().attribute(case.classifier, case.x, target).astype(float) * direction).sum(axis=(1, 2))
    wide, narrow = (far - back) / (4 * step), (ahead - behind) / (2 * step)
    noise = 3e-6 * case.scale[target] / step
    bent = np.abs(np.stack([wide - narrow, (ahead - 2 * here + behind) / step])).max(axis=0)
    straight = bent < 4 * noise + 0.02 * np.abs(narrow)
    off = (np.abs(narrow - slope) / (6 * noise + 0.05 * np.abs(narrow) + bent))[straight]
    yield Finding("gradient is the slope of the score", bool((off <= 1).all()), f"{np.max(off, initial=0):.3g} times")


# 8. Batches


def batches(case: Case) -> Iterator[Finding]:
    for method in _fitting(case):
        if method.label in ("HiResCAM", "Saliency", "MIL", "Attention", "DeepLIFT"):
            together = method.attribute(case.classifier, case.x, 0)
            alone = np.concatenate([method.attribute(case.classifier, one[np.newaxis], 0) for one in case.x])
            tolerance = 1e-3 * np.abs(together).max() + 1e-6
            yield _close(f"{method.label}: a batch is its series one by one", together, alone, tolerance)


# 9. explain


def explained(case: Case) -> Iterator[Finding]:
    made = explain(case.built.model, case.x, background=case.x[1:], progress=False)
    yield _close("explain: scores are the model's", made.scores, case.scores, 1e-4 * case.scale)
    origin = np.broadcast_to(case.x[1:].mean(axis=(0, 1)), case.x[:1].shape)
    expected = np.take_along_axis(case.scores - case.built.scores(origin), made.targets, axis=1)
    for label in {"Integrated Gradients", "DeepLIFT"} & {*made.methods}:
        if made.exactness[label] == "approximate":
            continue
        values = made.attributions[label].astype(float)
        gaps = np.abs(values.sum(axis=(2, 3)) - expected) / np.maximum(np.abs(expected), 1e-7)
        # A share of what is hardly there means nothing.
        scale = np.maximum(0.1 * np.abs(values).sum(axis=(2, 3)), 1e-2 * case.scale[made.targets])
        there = np.abs(expected) > scale
        tolerance = 5e-3 + 0.02 * gaps[there]
        yield _close(f"{label}: the gap shown is the gap", made.completeness[label][there], gaps[there], tolerance)


def _guarded(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Findings of a check; an error is one as well, unless it is a sentence of the package's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            yield from check()
    except Exception as fault:
        yield _raised(name, fault)


def _raised(name: str, fault: Exception) -> Finding:
    """Finding that an error is a refusal in a sentence of the package's own."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    words = str(fault).strip().splitlines() or [""]
    detail = f"{type(fault).__name__}: {words[0][:200]} ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})"
    return Finding(f"{name}: an error is a refusal in a sentence", _own(fault), detail)


def _own(fault: Exception) -> bool:
    """Whether an error is a refusal: a ValueError that the package raised, in one line."""
    frames = traceback.extract_tb(fault.__traceback__)
    raised = frames[-1]
    own = "cam1d_widget" in raised.filename and "raise" in (raised.line or "")
    return isinstance(fault, ValueError) and own and "\n" not in str(fault)


# 10. After a change

DETERMINISTIC = ["CAM", "Grad-CAM", "HiResCAM", "XGrad-CAM", "Gradient × Input", "DeepLIFT", "LRP", "Occlusion", "MIL"]


def changed_weights(case: Case) -> Iterator[Finding]:
    """A classifier that was used before the weights changed says what a new one says."""
    inner = case.built.inner
    weights = inner.get_weights()
    kind = case.recipe.seed % 3
    if kind == 0:
        redrawn(inner, case.recipe.seed + 7)
    else:  # the last unit of the last layer, turned round; or a step of training
        other = [np.array(one) for one in weights]
        if kind == 1:
            for one in other[-2:]:
                one[..., -1] *= -1
        else:
            noise = np.random.default_rng(case.recipe.seed)
            other = [one * (1 + 1e-3 * noise.normal(size=one.shape)) for one in other]
            other = [old if one.dtype.kind != "f" else one for old, one in zip(weights, other, strict=True)]
        inner.set_weights(other)
    try:
        yield from _like_new(case, ("all weights", "one unit", "slightly")[kind])
    finally:
        inner.set_weights(weights)


def _like_new(case: Case, kind: str) -> Iterator[Finding]:
    now = case.built.scores(case.x)
    scale = np.abs(now).max(axis=0) + 1e-3
    yield _close(f"after {kind} changed: scores", case.classifier.scores(case.x), now, 1e-4 * scale)
    fresh = KerasClassifier(case.built.model)
    used, new = ({method.label: method for method in _fitting(case)} for _ in range(2))
    for label in DETERMINISTIC:
        if label not in used or (label in ("DeepLIFT", "LRP") and case.recipe.seed % 2):
            continue
        ours = used[label].maps(case.classifier, case.x, case.targets).values
        theirs = new[label].maps(fresh, case.x, case.targets).values
        tolerance = 2e-5 * np.abs(theirs).max(axis=(0, 2, 3), keepdims=True) + 1e-7
        yield _close(f"{label}: after {kind} changed, the map is that of a new classifier", ours, theirs, tolerance)
    again = explain(case.built.model, case.x, methods=["Saliency"], targets=0, progress=False)
    yield _close(f"explain: after {kind} changed, scores", again.scores, now, 1e-4 * scale)
    ours, theirs = again.attributions["Saliency"][:, 0], Saliency().attribute(fresh, case.x, 0)
    tolerance = 2e-5 * np.abs(theirs).max() + 1e-7
    yield _close(f"explain: after {kind} changed, the map is that of a new classifier", ours, theirs, tolerance)


def changed_activation(case: Case) -> Iterator[Finding]:
    """`explain` after an activation inside the network, or the slope of one, was changed."""
    layers = [layer for layer in case.built.inner._flatten_layers() if layer is not case.built.inner.layers[-1]]
    sloped = [layer for layer in layers if type(layer).__name__ in ("LeakyReLU", "ReLU")]
    active = [layer for layer in layers if type(layer).__name__ in ("Conv1D", "Dense", "Activation", "SeparableConv1D")]
    active = [
        layer for layer in active if layer.activation not in (keras.activations.softmax, keras.activations.sigmoid)
    ]
    if case.recipe.recurrent or not (sloped or active):  # the compiled scores would not notice
        return
    layer = (sloped or active)[0]
    name = "negative_slope" if sloped else "activation"
    before = getattr(layer, name)
    other = keras.activations.relu if before is keras.activations.tanh else keras.activations.tanh
    explain(case.built.model, case.x, methods=["Saliency"], targets=0, progress=False)
    setattr(layer, name, before + 0.4 if sloped else other)
    try:
        now = case.built.scores(case.x)
        again = explain(case.built.model, case.x, methods=["Saliency"], targets=0, progress=False)
        scale = np.abs(now).max(axis=0) + 1e-3
        yield _close(f"explain: after another {name}, scores", again.scores, now, 1e-4 * scale)
    finally:
        setattr(layer, name, before)


Check = Callable[[Case], Iterator[Finding]]
QUICK: tuple[Check, ...] = (scores, receptive_field, placement, heads, refusals, continuity, gradients)
ALL: tuple[Check, ...] = (
    *QUICK,
    other_layer,
    exactness,
    occlusion,
    batches,
    explained,
    changed_weights,
    changed_activation,
)


def findings(recipe: Recipe, checks: Iterable[Check] = ALL) -> Iterator[Finding]:
    """Findings of these checks on the network of a recipe."""
    built = recipe.built()
    try:
        case = Case(recipe, built)
    except Exception as fault:
        yield _raised("classifier", fault)
        return
    found = case.classifier._network.link
    yield Finding("link", found == built.link, f"{found} for {built.link}")
    if found != built.link:  # then all scores differ
        return
    for check in checks:
        yield from _guarded(check.__name__, partial(check, case))
