"""How the steps of a layer add up to a class score: activation times weight, filter by filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..attribution.abilities import HasLayers, for_instances
from ..attribution.receptive_field import ReceptiveField
from ..attribution.stage_map import StageMap
from ..typing import InputsLike, LayerLike, Layout, ModelLike
from ..validation import check_index, check_text, counted
from .access import opened_on

__all__ = ["StepContributions", "contributions_of", "step_contributions"]


@dataclass(frozen=True, eq=False, repr=False)
class StepContributions:
    """Contributions of a layer's steps and filters to the score of one class for one series.

    Attributes
    ----------
    layer : str
        Name of the layer.
    target : int
        The class.
    score : float
        Its score, in the unit of the model's scores.
    activations : ndarray of shape (step, filter)
        Output of the layer.
    weights : ndarray of shape (step, filter)
        Gradient of the score with respect to the activations; if the layers after it are affine, the weights of the
        class, the same for every series.
    affine : bool
        Whether the score is an affine function of the activations: then the contributions and `rest`, a constant if no
        step lies in padding, add up to the score exactly. Otherwise `rest` differs from series to series.
    receptive_field : ReceptiveField
        Samples that each step depends on.
    stages : tuple of StageMap
        Maps from the last layer that mixes filters, such as a convolution, to the layer itself; `values` have shape
        (1, position, filter).
    """

    layer: str
    target: int
    score: float
    activations: np.ndarray
    weights: np.ndarray
    affine: bool
    receptive_field: ReceptiveField
    stages: tuple[StageMap, ...]

    @property
    def padded(self) -> bool:
        """Whether the series was filled up: steps that begin in the padding are left out, and part of `rest`."""
        return self.receptive_field.padding > 0

    @property
    def values(self) -> np.ndarray:
        """Contributions: activations times weights, of shape (step, filter)."""
        return self.activations * self.weights

    @property
    def rest(self) -> float:
        """The part of the score that the contributions leave: the constant of an affine head, and steps in padding."""
        return self.score - float(self.values.sum(dtype=np.float64))

    def ranked(self, step: int) -> np.ndarray:
        """Filters in descending order of the size of their contribution at a step, of shape (filter,)."""
        step = check_index("step", step, len(self.activations))
        return np.argsort(-np.abs(self.values[step]), kind="stable")

    def positions(self, step: int, filter: int) -> list[int]:
        """Position of each stage whose value reaches a step: of a pooled window, also by its mean, that of the largest.

        Parameters
        ----------
        step, filter : int

        Returns
        -------
        list of int
            One for each stage; the last is `step`.
        """
        step = check_index("step", step, len(self.activations))
        filter = check_index("filter", filter, self.activations.shape[1])
        places = [step]
        for stage in self.stages[-2::-1]:
            start, stop = stage.start[places[0]], stage.stop[places[0]]
            places.insert(0, int(start + stage.values[0, start:stop, filter].argmax()) if stop > start else int(start))
        return places

    def words(self, step: int, class_name: str | None = None) -> str:
        """The score as a sum, seen from one step: its largest filter, its other filters, the other steps, the rest."""
        filter = int(self.ranked(step)[0])
        one, here = self.values[step, filter], self.values[step].sum()
        name = f"class {self.target}" if class_name is None else check_text("class_name", class_name)
        rest = "a constant" if self.affine else "what a linear approximation leaves"
        rest += " and the steps in the padding" if self.padded else ""
        return (
            f"{name}: {self.score:.3g} = {one:+.3g} (step {step}, filter {filter}) {here - one:+.3g} (step {step}, "
            f"other filters) {self.values.sum() - here:+.3g} (other steps) {self.rest:+.3g} ({rest})"
        )

    def __repr__(self) -> str:
        steps, filters = self.activations.shape
        sizes = f"{counted(steps, 'step')}, {counted(filters, 'filter')}"
        best = int(self.values.sum(axis=1).argmax())
        return f"StepContributions(layer={self.layer!r}, {sizes}; {self.words(best)})"


def step_contributions(
    model: ModelLike,
    x: InputsLike,
    layer: LayerLike | None = None,
    *,
    target: int | None = None,
    layout: Layout = "channels_last",
    padding_value: float | None = None,
) -> StepContributions:
    """How the steps of a layer add up to a class score, with the values on the way to each step.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, or a classifier of one
    x : array-like of shape (time, channel), or (1, time, channel)
        One series.
    layer : str, int or keras.Layer, optional
        Default: the layer that class activation maps explain, the last one with a time axis before the head.
    target : int, optional
        The class. Default: the predicted one.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x`.
    padding_value : float, optional
        What fills a series up that is shorter than the model takes.

    Returns
    -------
    StepContributions

    Raises
    ------
    ValueError
        If the layer has no time axis, or `x` holds several series.

    Examples
    --------
    >>> found = inside.step_contributions(model, x_test[3])
    >>> found.values.sum() + found.rest - found.score
    0.0
    """
    classifier, data = opened_on(model, layer, x, layout, padding_value)
    if len(data.x) != 1:
        raise ValueError(f"x must hold one series, but holds {len(data.x)}; choose one, as x[0]")
    series = data.one(0)
    classifier = for_instances(classifier, np.zeros(1, int))
    if classifier.no_features:
        raise ValueError(classifier.no_features)
    if target is None:
        target = int(classifier.scores(series)[0].argmax())
    return contributions_of(classifier, series, check_index("target", target, classifier.classes))


def contributions_of(classifier: HasLayers, series: np.ndarray, target: int) -> StepContributions:
    """Contributions of the steps of a classifier's explained layer, for a series (1, time, channel)."""
    activations, weights = classifier.features(series, target)
    score = float(classifier.scores(series)[0, target])
    field, affine = classifier.receptive_field, classifier.affine_head
    stages, activations, weights = classifier.stages(series), activations[0], weights[0]
    if field.padding:
        own = field.begins_in_series
        stages, activations, weights = _of_steps(stages, own), activations[own], weights[own]
        field = field.without_padding()
    return StepContributions(stages[-1].name, target, score, activations, weights, affine, field, tuple(stages))


def _of_steps(stages: Sequence[StageMap], kept: np.ndarray) -> Sequence[StageMap]:
    """Stages that lead to some of the steps."""
    *before, last = stages
    if before:
        before[-1] = before[-1]._replace(start=before[-1].start[kept], stop=before[-1].stop[kept])
    return [*before, last._replace(values=last.values[:, kept])]
