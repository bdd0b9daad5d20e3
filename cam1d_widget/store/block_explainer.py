"""BlockExplainer: from blocks of series to blocks of maps, as plain dicts of arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..attribution.abilities import HasWeights, SharesPass, for_series, offers, probabilities_of
from ..attribution.classifier import WrongScores
from ..attribution.classifier_facts import version_of
from ..attribution.lazy_explanation import LazyExplanation
from ..attribution.maps import ComputedMaps, computed_maps
from ..attribution.masking import Blur, Noise, NotFinite, PieceBaseline, Swap
from ..attribution.methods import AttributionMethod
from ..attribution.requests import Methods, columns, has_field, wanted_targets, with_baseline
from ..attribution.series import check_series, read_series
from ..explanation.source import ModelChangedError
from ..explanation.stored.format import arrays_of
from ..frameworks.open_model import as_classifier
from ..typing import LayerLike, Layout, ModelLike, Score, SeriesLike, TargetsLike, WindowsLike
from ..validation import check_choice, check_mapping, counted, numbers, shaped, shown
from .identity import needs_features
from .permuted_channels import with_permuted_channels

__all__ = ["BadSeries", "BlockExplainer", "check_rows_of"]

# Series that are computed at a time, and of slow methods. Powers of two, so that blocks of as many or more series are
# computed in the same batches, and have equal bits.
_TOGETHER, _SLOW = 64, 4
_BYTES = 2**23
# Baselines that depend on the series, but not on the other series of their batch.
_OF_EACH = (Blur, Noise, Swap, PieceBaseline)


class BadSeries(ValueError):
    """Series of a block that cannot be explained, as those with NaN."""


class BlockExplainer:
    """Computes scores and maps of one block of series after another.

    The model is loaded once; each call takes and returns a dict of arrays. Ray Data's ``map_batches`` takes the class,
    and creates one in each of its actors.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, fitted estimator, function or Classifier
    methods : sequence of labels, methods or method classes, optional
        Default: all that fit the classifier, without the slow ones.
    targets : {"predicted", "all"}, int, or sequence of int
        Explained classes.
    background, layer, output, score, batch_size, series, window, layout
        As in :func:`~cam1d_widget.explain`.
    others : array-like of shape (instance, time, channel), optional
        Series whose channels replace those of each explained series, one after the other, for permutation importance.

    Examples
    --------
    >>> explainer = BlockExplainer("model.keras", methods=["Grad-CAM"])
    >>> explainer({"x": x[:4096]})["Grad-CAM"]
    >>> dataset.map_batches(BlockExplainer, fn_constructor_args=["model.keras"],
    ...                     fn_constructor_kwargs={"methods": ["Grad-CAM"]}, concurrency=2)
    """

    def __init__(
        self,
        model: ModelLike,
        *,
        methods: Methods = None,
        targets: TargetsLike = "predicted",
        background: SeriesLike | None = None,
        layer: LayerLike | None = None,
        output: str | int | None = None,
        score: Score | None = None,
        batch_size: int | None = None,
        series: str | None = None,
        window: WindowsLike | None = None,
        layout: Layout = "channels_last",
        others: SeriesLike | None = None,
    ) -> None:
        self.classifier: Any = as_classifier(
            model, layer=layer, output=output, score=score, batch_size=batch_size, series=series
        )
        check_choice("layout", layout, ("channels_last", "channels_first"))
        several = list(methods) if isinstance(methods, Iterator) else methods
        self._given: dict[str, Any] = {"methods": several, "background": background, "window": window, "layout": layout}
        self.targets, self._layout = targets, layout
        self.methods: list[AttributionMethod] = []
        self._known: LazyExplanation | None = None
        self.wanted: Any = None
        self._version: Any = None
        self.others: np.ndarray | None = None if others is None else self._read(others)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Scores and maps of a block.

        Parameters
        ----------
        batch : mapping of str to array
            ``x`` of shape (instance, time, channel). Others are returned as they are.

        Returns
        -------
        dict of str to ndarray
            ``scores``, ``probabilities`` (if there are any) and ``targets``; of each method its maps under its label,
            of shape (instance, target, time, channel or 1), the completeness gaps under "<label> gap", the share of
            each channel in the sum of a map's magnitudes under "<label> channel share", and the standard errors of
            methods that draw at random under "<label> standard error". With `others` also "prediction without
            channel" and "score decrease without channel", of shape (instance, channel).
        """
        check_mapping("batch", batch)
        if "x" not in batch:
            raise ValueError(f"batch must hold the series under 'x', but holds {', '.join(map(str, batch))}")
        x = np.asarray(batch["x"])
        x = self.checked(np.moveaxis(x, 1, 2) if self._layout == "channels_first" and x.ndim == 3 else x)
        self.prepared(x)
        if not isinstance(self.wanted, str) and self.wanted.ndim == 2:
            raise ValueError(
                f"targets must be the same for all series of a batch, but has shape {self.wanted.shape}; explain_to "
                f"takes targets of each instance"
            )
        others = {name: values for name, values in batch.items() if name != "x"}
        return {**others, **self.explained(x)}

    def checked(self, x: np.ndarray, start: int = 0) -> np.ndarray:
        """Series as float32; an error that counts instances from `start` if they cannot be explained."""
        try:
            return check_series(x, *self.classifier.input_shape)
        except ValueError as fault:
            wrong: Any = np.flatnonzero(~np.isfinite(x).all(axis=(1, 2))) if x.ndim == 3 and x.dtype.kind == "f" else []
            if not len(wrong):
                raise
            raise BadSeries(
                f"x must be finite, but holds NaN or infinite values in {counted(len(wrong), 'instance')}, first in "
                f"instance {start + wrong[0]}"
            ) from fault

    def _read(self, others: SeriesLike) -> np.ndarray:
        """Series of the argument `others`, (instance, time, channel)."""
        length, channels = self.classifier.input_shape
        values = check_series(read_series("others", others, self._layout, channels).values, length, channels, "others")
        if len(values) < 2:
            raise ValueError("others must be at least two series, but is one")
        return values

    def explained(self, x: np.ndarray, start: int = 0) -> dict[str, np.ndarray]:
        """Scores and maps of checked series (instance, time, channel), the first of which is instance `start`."""
        try:
            classifier, size = self.prepared(x).classifier, self._batch(x)
            parts = []
            for first in range(0, len(x), size):
                part, classifier = self._part(classifier, x[first : first + size], start + first)
                parts.append(part)
        except NotFinite as fault:
            raise BadSeries(f"{fault}, in one of the instances {start} to {start + len(x) - 1}") from fault
        if version_of(self.prepared(x).classifier) != self._version:
            raise ModelChangedError(
                "the model has changed since its first series was explained; start again with another BlockExplainer, "
                "or another path"
            )
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def prepared(self, x: np.ndarray, instances: int | None = None) -> LazyExplanation:
        """Facts about the model and its methods, which are read once for series of the shape of `x`.

        `instances` is the number of all series, to check targets of each instance.
        """
        if self._known is None or self._known.x.shape[1:] != x.shape[1:]:
            given = {**self._given, "layout": "channels_last"}
            if given["background"] is not None and self._layout == "channels_first":
                given["background"] = np.moveaxis(np.asarray(given["background"]), 1, 2)
            self._known = LazyExplanation(self.classifier, x[:1], **given)
            self.methods = [self._known.chosen(label) for label in self._known.usual]
            for method in self.methods:
                refuse_shared_baseline(method)
            self.wanted = wanted_targets(self.targets, self._known.class_names)
            self._version = version_of(self._known.classifier)
            if self.others is not None and self.others.shape[1:] != x.shape[1:]:
                raise ValueError(f"others must have series of shape {x.shape[1:]}, but has {self.others.shape[1:]}")
        if instances is not None:
            check_rows_of(self.wanted, instances)
        return self._known

    def _batch(self, x: np.ndarray) -> int:
        """Series that are computed at a time."""
        most = _SLOW if any(method.on_demand for method in self.methods) else _TOGETHER
        while most > 1 and most * x[0].nbytes > _BYTES:
            most //= 2
        return most

    def _part(self, classifier: Any, x: np.ndarray, start: int) -> tuple[dict[str, np.ndarray], Any]:
        """Arrays of some series, and the classifier for the next ones, which looks for no changes of the model."""
        try:
            classifier = plain = for_series(classifier, x)
            if needs_features(self.methods) and offers(classifier, SharesPass):
                classifier = classifier.for_batch(x)
            scores = classifier.scores(x)
        except WrongScores as fault:
            raise fault.of_instance(start + fault.row) from None
        shaped("scores", numbers("scores", scores), "(instance, class)", (len(x), classifier.classes))
        wrong = np.flatnonzero(~np.isfinite(scores).all(axis=1))
        if len(wrong):
            if offers(classifier, HasWeights):
                classifier.refuse_weights()
            raise BadSeries(
                f"scores must be finite, but the model gives NaN or infinite ones for {counted(len(wrong), 'instance')}"
                f", first for instance {start + wrong[0]}"
            )
        of_each = isinstance(self.wanted, np.ndarray) and self.wanted.ndim == 2
        targets = columns(self.wanted[start : start + len(x)] if of_each else self.wanted, scores)
        made: dict[str, np.ndarray] = {"scores": scores.astype(np.float32), "targets": targets.astype(np.int64)}
        probabilities = probabilities_of(classifier, x, scores)
        if probabilities is not None:
            made["probabilities"] = np.asarray(probabilities, np.float32)
        if self.others is not None:
            made |= with_permuted_channels(plain, x, scores, self.others, start)
        for method in self.methods:
            made |= _named(method.label, self._maps(method, classifier, x, targets))
        return made, classifier

    def _maps(self, method: AttributionMethod, classifier: Any, x: np.ndarray, targets: np.ndarray) -> ComputedMaps:
        assert self._known is not None
        fitted = with_baseline(method, self._known.baseline, x)
        return computed_maps(fitted, classifier, x, targets, None, self._known.window)


def check_rows_of(wanted: str | np.ndarray, instances: int) -> None:
    """Refuse targets of each instance that are of another number of instances."""
    if not isinstance(wanted, str):
        columns(wanted, np.empty((instances, 0)))


def refuse_shared_baseline(method: AttributionMethod) -> None:
    """Refuse a baseline that may depend on the other series of a block, or that is for each series of all of x."""
    baseline: Any = getattr(method, "baseline", None) if has_field(method, "baseline") else None
    if callable(baseline) and not isinstance(baseline, _OF_EACH):
        raise ValueError(
            f"baseline of {method.label} must not be a function of all of x, which is never held at once, but is "
            f"{shown(baseline)}; give its values for a series, of shape (time, channel), or one of "
            f"cam1d_widget.baselines"
        )
    if not callable(baseline) and np.ndim(baseline) == 3 and len(baseline) > 1:
        raise ValueError(
            f"baseline of {method.label} must be the same for all series, of shape (time, channel) or (channel,), but "
            f"has {np.shape(baseline)}"
        )


def _named(label: str, made: ComputedMaps) -> dict[str, np.ndarray]:
    names = arrays_of(label)
    arrays = {names.values: made.values, names.gaps: made.gaps}
    if made.values.shape[3] > 1:
        arrays[names.shares] = _shares(made.values)
    return arrays if made.errors is None else {**arrays, names.errors: made.errors}


def _shares(maps: np.ndarray) -> np.ndarray:
    """Share of each channel in the sum of a map's magnitudes, (instance, target, channel); zero for a map of zeros."""
    sums = np.abs(maps).sum(axis=2, dtype=np.float64)
    return (sums / np.maximum(sums.sum(axis=2, keepdims=True), np.finfo(float).tiny)).astype(np.float32)
