"""Activation maximization: inputs that maximize a class score or a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from tqdm.auto import tqdm

from ...attribution.abilities import HasLayers, for_instances
from ...attribution.series import check_series
from ...typing import InputsLike, Labels, LayerLike, ModelLike
from ...validation import check_flag, counted
from ..access import class_indices, opened, opened_on
from ..activations import name_of
from .ascent import Ascent
from .objective import ClassScore, FilterDrive, Objective
from .options import MaximizationOptions, Start
from .penalties import Nearness, Penalties, Penalty, Size, Smoothness, Variation
from .plausibility import Plausibility, plausibility_of
from .scale import Scale, lengths
from .starts import Ground, starts

__all__ = ["Maximization", "Maximized", "Progress", "activation_maximization"]

Progress = bool | Callable[[int, int], object]
"""Whether to show a progress bar, or a function of the completed and the total steps."""


@dataclass(frozen=True, eq=False)
class Maximized:
    """Inputs that maximize a class score or a filter, and how similar they are to real series.

    Attributes
    ----------
    x : ndarray of shape (solution, time, channel)
        The series, the best first.
    scores : ndarray of shape (solution,)
        Score of the class, or pre-activation of the filter.
    path : ndarray of shape (step, solution)
        The same at the start and after each step.
    window : tuple of int
        Samples [first, stop) on which the score depends: all for a class, the receptive field of a step for a filter.
        Outside of the window, a series is at its channels' means.
    norm : float
        Bound on the Euclidean norm of the deviations over time and channel, in standard deviations of each channel.
    scale : Scale
        Mean and standard deviation of each channel, from the data.
    plausibility : Plausibility or None
        Distance to the nearest real series, and which they are; None without data.
    finished : bool
        Whether all steps were taken; an interrupt keeps the best so far.
    """

    x: np.ndarray
    scores: np.ndarray
    path: np.ndarray
    window: tuple[int, int]
    norm: float
    scale: Scale
    plausibility: Plausibility | None
    finished: bool = True

    @property
    def cut(self) -> np.ndarray:
        """The series in their window, of shape (solution, tap, channel)."""
        return self.x[:, self.window[0] : self.window[1]]

    def __repr__(self) -> str:
        best = f"best score {self.scores[0]:.3g}"
        judged = "" if self.plausibility is None else f", {self.plausibility.words()}"
        return f"Maximized({counted(len(self.x), 'solution')}, {best}{judged})"


def activation_maximization(
    model: ModelLike,
    target: int | None = None,
    *,
    layer: LayerLike | None = None,
    filter: int | None = None,
    data: InputsLike | None = None,
    y: Labels | None = None,
    start: Start = "noise",
    solutions: int = 1,
    steps: int = 200,
    norm: float | None = None,
    l2: float = 0.0,
    total_variation: float = 0.0,
    smoothness: float = 0.0,
    nearness: float = 0.0,
    jitter: int = 0,
    diversity: float = 0.0,
    length: int | None = None,
    padding_value: float | None = None,
    seed: int = 0,
    progress: Progress = True,
) -> Maximized:
    """Inputs that maximize a class score or a filter, by gradient ascent under a bound on the norm.

    The bound applies to deviations from the channels' means, in their standard deviations over `data`. Weights are in
    units of the score; every penalty is about one for real series, independent of their length.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, or a classifier of one
    target : int, optional
        Index of the class. Or else:
    layer, filter : optional
        Layer, and the index of one of its filters, taken at the step nearest to the middle.
    data : array-like of shape (instance, time, channel), optional
        Real series, usually the training data, for the scale of the channels and for the nearest real series; or all
        inputs of a model by name: those besides the series are held at the values of the first instance.
    y : array-like of int, of shape (instance,), optional
        True classes of `data`, for ``start="mean"``. Default: the predicted ones.
    start : {"noise", "data", "mean"} or array of shape (time, channel) or (solution, time, channel)
        Where to start: from noise, from the real series that score highest, or from the mean of the class.
    solutions : int
        Number of series to generate, each from its own start.
    steps : int
        Gradient steps.
    norm : float, optional
        Bound on the Euclidean norm of the deviations; ``numpy.inf`` for none. Default: the median norm of `data`, or
        that of noise with a standard deviation of one.
    l2, total_variation, smoothness, nearness : float
        Weights of penalties: mean square; mean change from one sample to the next; power at high frequencies; and
        Mahalanobis distance under the covariance of `data`.
    jitter : int
        Largest random shift of the series in samples, drawn for each step: the result then does not depend on one
        position, and the gradient after max-pooling reaches more samples.
    diversity : float
        Weight that drives several solutions apart.
    length : int, optional
        Samples of the series, for models that take any, and for `data` of unequal length. Default: as in `data`, those
        of the longest. Real series are cut to it, and shorter ones left out.
    padding_value : float, optional
        What fills shorter series up, as in :func:`~cam1d_widget.explain`.
    seed : int
    progress : bool or callable
        Show a progress bar, or a function of the steps done and the steps in all.

    Returns
    -------
    Maximized

    Raises
    ------
    ValueError
        If there is no such class, layer or filter, or an option that needs `data` is given none.

    Notes
    -----
    Erhan, Bengio, Courville and Vincent (2009), "Visualizing higher-layer features of a deep network"; Simonyan,
    Vedaldi and Zisserman (2014), https://arxiv.org/abs/1312.6034. Of a filter that is an affine function of the series
    the optimum under the norm is known in closed form, and is used if there are no penalties.

    Examples
    --------
    >>> best = inside.activation_maximization(model, target=2, data=x_train, nearness=1, solutions=3)
    >>> best.x.shape, best.plausibility.words()
    """
    if not callable(progress):
        check_flag("progress", progress)
    if y is not None and data is None:
        raise ValueError("y must come with data, since it holds the true classes of data; give data=")
    if padding_value is not None and data is None:
        raise ValueError("padding_value must come with data, whose shorter series it fills up; give data=")
    options = MaximizationOptions(
        target, layer, filter, start, solutions, steps, norm, l2, total_variation, smoothness, nearness, jitter,
        diversity, length, seed,
    )  # fmt: skip
    if data is None:
        begun = Maximization(opened(model, layer, length), options)
    else:
        begun = Maximization(*_on_data(model, options, data, y, padding_value))
    report = progress if callable(progress) else None
    try:
        for step in tqdm(begun.run(), total=steps, desc="gradient steps", disable=progress is not True, leave=False):
            if report:
                report(step, steps)
    except KeyboardInterrupt:
        return begun.result(finished=False)
    return begun.result()


def _on_data(
    model: ModelLike, options: MaximizationOptions, data: InputsLike, y: Labels | None, padding_value: float | None
) -> tuple[HasLayers, MaximizationOptions, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Arguments of a maximization on real series, which are cut to one length where theirs differ."""
    classifier, found = opened_on(model, options.layer, data, padding_value=padding_value, argument="data")
    classes, rows = class_indices(classifier, y, len(found.x)), None
    of_any_length = found.lengths is not None or opened(model).input_shape[0] is None
    if of_any_length and (found.lengths is not None or options.length not in (None, found.x.shape[1])):
        length = options.length or found.x.shape[1]
        rows = found.rows_of(length)
        classifier, found = opened_on(
            model, options.layer, data, padding_value=padding_value, argument="data", length=length
        )
        classes = None if classes is None else classes[rows]
    return classifier, options, found.x, classes, rows


class Maximization:
    """Activation maximization, one step at a time.

    Parameters
    ----------
    classifier : HasLayers
    options : MaximizationOptions
    data : ndarray of shape (instance, time, channel), or None
        Real series; other inputs of the model are held at the values of the first of the classifier's instances.
    y : ndarray of int, of shape (instance,), or None
        True classes of `data`.
    rows : ndarray of int, of shape (instance,), or None
        Numbers of the series in `data`, of which some are left out.
    """

    def __init__(
        self,
        classifier: HasLayers,
        options: MaximizationOptions,
        data: np.ndarray | None = None,
        y: np.ndarray | None = None,
        rows: np.ndarray | None = None,
    ) -> None:
        classifier = for_instances(classifier, 0)
        self._options, self._rows = options, rows
        self._real = None if data is None else check_series(data, *classifier.input_shape, "data")
        size = _size(classifier, self._real, options.length)
        self._objective = _objective(classifier, options, size[0])
        self._scale = Scale.plain(size[1]) if self._real is None else Scale.of(self._real)
        penalties = _penalties(options, self._real, self._scale)
        self._norm = _norm(options.norm, self._real, self._scale, self._objective, size[1])
        rng = np.random.default_rng(options.seed)
        ground = Ground(classifier, self._objective, self._scale, self._norm, self._real, size)
        begun, self._others = starts(options.start, ground, y, options.solutions, rng)
        self._ascent = Ascent(
            self._objective, self._scale, penalties, self._norm, options.jitter, options.diversity, rng, begun
        )
        one = options.solutions == 1
        self._direct = self._objective.affine and not penalties.weighted and one and np.isfinite(self._norm)

    def run(self) -> Iterator[int]:
        """Take all steps, yielding the number of each; none if the optimum is known in closed form."""
        return iter(()) if self._direct else self._ascent.run(self._options.steps, self._others)

    def result(self, finished: bool = True) -> Maximized:
        """The best result so far."""
        best, path = self._ascent.best, np.array(self._ascent.path)
        if self._direct:
            best, path = _closed_form(self._objective, self._scale, self._norm, best.shape[1:])
        scores = self._objective.values(self._scale.series(best))
        order, window = np.argsort(-scores), slice(*self._objective.window)
        best = best[order]
        real = self._real
        near = None if real is None else plausibility_of(best[:, window], self._scale.deviations(real)[:, window])
        if near is not None and self._rows is not None:
            near = replace(near, nearest=self._rows[near.nearest])
        x = self._scale.series(best)
        return Maximized(
            x, scores[order], path[:, order], self._objective.window, self._norm, self._scale, near, finished
        )


def _closed_form(
    objective: Objective, scale: Scale, norm: float, size: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Optimum of an affine objective: along its gradient."""
    middle = np.zeros((1, *size))
    before, slope = objective.slopes(scale.series(middle))
    uphill = slope * scale.spread
    best = uphill * (norm / np.maximum(lengths(uphill), 1e-30))[:, np.newaxis, np.newaxis]
    return best, np.stack([before, objective.values(scale.series(best))])


def _objective(classifier: HasLayers, options: MaximizationOptions, length: int) -> Objective:
    if options.layer is None:
        return ClassScore(classifier, options.target, length)
    return FilterDrive(classifier, options.filter, length, name_of(options.layer))


def _size(classifier: HasLayers, real: np.ndarray | None, length: int | None) -> tuple[int, int]:
    """Samples and channels of the series to be made."""
    samples, channels = classifier.input_shape
    samples = samples or length or (None if real is None else real.shape[1])
    channels = channels or (None if real is None else real.shape[2])
    if samples is None or channels is None:
        raise ValueError("length must be given, since the model takes series of any length; or give data")
    return samples, channels


def _norm(norm: float | None, real: np.ndarray | None, scale: Scale, objective: Objective, channels: int) -> float:
    if norm is not None:
        return float(norm)
    window = slice(*objective.window)
    if real is None:
        return float(np.sqrt((window.stop - window.start) * channels))
    return float(np.median(scale.norms(real[:, window])))


def _penalties(options: MaximizationOptions, real: np.ndarray | None, scale: Scale) -> Penalties:
    made: list[tuple[float, Penalty]] = [
        (options.l2, Size()),
        (options.total_variation, Variation()),
        (options.smoothness, Smoothness()),
    ]
    if options.nearness:
        if real is None:
            raise ValueError("nearness needs data, the real series to stay close to; give data=")
        made.append((options.nearness, Nearness(scale.deviations(real))))
    return Penalties(tuple((weight, penalty) for weight, penalty in made if weight))
