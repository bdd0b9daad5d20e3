"""Source of the panel "Inside": layers and filters of a widget's model, read by :mod:`cam1d_widget.inside`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..attribution.abilities import HasLayers, offers
from ..attribution.lazy_explanation import LazyExplanation
from ..attribution.receptive_field import ReceptiveField
from ..explanation.labels import single_classes
from ..explanation.lengths import own_lengths
from ..explanation.source import LayerFacts
from ..inside.filters.layer_reading import LayerReading
from ..inside.filters.meaning import FilterMeaning
from ..inside.maximization.maximize import Maximization, Maximized
from ..inside.maximization.objective import checked_filter
from ..inside.maximization.options import MaximizationOptions
from ..progress import Steps
from ..validation import check_choice, check_class, check_count, check_index, check_number
from ..viewer.synced.jobs import Result, Work
from .step_result import result_of_steps

__all__ = ["InsideOfModel", "inside_of"]

# Options that the browser does not choose.
_STEPS, _JITTER, _DIVERSITY = 200, 2, 1.0
# Most series that the browser may request at once.
_MOST_SOLUTIONS = 16


def inside_of(explanation: LazyExplanation) -> InsideOfModel | None:
    """Inside of a widget's model; None if its layers cannot be read, or none has a time axis."""
    classifier = explanation.classifier
    return InsideOfModel(explanation) if offers(classifier, HasLayers) and classifier.layers else None


class InsideOfModel:
    """Layers of a model, read over the series of a widget.

    Parameters
    ----------
    explanation : LazyExplanation
        Classifier, series, true classes and names. Generated series are compared with its background, if it has one.
    """

    def __init__(self, explanation: LazyExplanation) -> None:
        self._source, self._lengths = explanation, explanation.lengths
        self.read_model()

    def read_model(self) -> None:
        """Read the layers of the current model, and discard earlier readings."""
        self.layers: tuple[LayerFacts, ...] = tuple(self._classifier.layers)
        explained = self._classifier.explained_layer
        self.explained: str | None = explained if explained in [layer.name for layer in self.layers] else None
        self._readings: dict[str, LayerReading] = {}

    @property
    def _classifier(self) -> Any:
        return self._source.classifier

    @property
    def work(self) -> Mapping[str, Work]:
        """Long work that the browser can request."""
        kinds = {
            "inside layer": self._layer,
            "inside filter": self._filter,
            "inside step": self._contributions,
            "inside series": self._series,
        }
        return {kind: self._on_unchanged_model(work) for kind, work in kinds.items()}

    def _on_unchanged_model(self, work: Callable[[dict[str, Any]], Steps[Result]]) -> Work:
        def guarded(arguments: dict[str, Any]) -> Steps[Result]:
            with self._source.unchanged_model():
                result = yield from work(arguments)
            return result

        return guarded

    def activations(self, layer: str, instance: int) -> np.ndarray:
        """Activations of a layer's filters on an instance, of shape (step, filter)."""
        with self._source.unchanged_model():
            return self._reading(layer).activations(instance).values[0]

    def steps(self, layer: str, instance: int) -> np.ndarray:
        """What each step of a layer sees of an instance: first sample, one past the last, and center, (step, 3)."""
        return _steps_of(self._reading(layer).field_of(instance))

    @property
    def unequal(self) -> bool:
        """Whether the steps of a layer differ from instance to instance, since the lengths of the series do."""
        return self._lengths is not None

    def _reading(self, layer: str) -> LayerReading:
        if layer not in self._readings:
            source, classes = self._source, single_classes(self._source.y)
            classifier = self._classifier.at(layer)
            self._readings[layer] = LayerReading(
                classifier, source.x, layer, classes, source.sampling_rate, self._lengths
            )
        return self._readings[layer]

    def _named_reading(self, arguments: dict[str, Any]) -> LayerReading:
        return self._reading(check_choice("layer", arguments.get("layer"), [layer.name for layer in self.layers]))

    def _layer(self, arguments: dict[str, Any]) -> Steps[Result]:
        """Importance of a layer's filters, and the receptive fields of its steps."""
        reading = self._named_reading(arguments)
        for share in reading.going_through():
            yield 0.8 * share, f"reading {reading.layer}"
        yield 0.8, "computing the weights for the classes"
        content = {"layer": reading.layer, "weighed": reading.weighed}
        activity = np.abs(reading.peaks.means).mean(axis=0)
        steps = _steps_of(reading.receptive_field)
        return Result(content, {"steps": steps, "activity": activity, "weights": reading.weights})

    def _filter(self, arguments: dict[str, Any]) -> Steps[Result]:
        """What a filter responds to."""
        reading = self._named_reading(arguments)
        filter = checked_filter(arguments.get("filter"), reading.filters, reading.layer)
        for share in reading.going_through():
            yield 0.7 * share, f"reading {reading.layer}"
        yield 0.7, "computing the input that maximizes it"
        return self._filter_result(reading.meaning(filter))

    def _filter_result(self, meaning: FilterMeaning) -> Result:
        source, windows, kernel, best = self._source, meaning.windows, meaning.kernel, meaning.maximizing
        content = {
            "layer": meaning.layer,
            "filter": meaning.filter,
            "words": meaning.words(source.class_names, source.channel_names),
            "by": meaning.by,
            "weighed": meaning.weighed,
            "score": float(best.scores[0]),
            "instances": windows.instances.tolist(),
            "starts": windows.starts.tolist(),
            "peak": None if kernel is None else kernel.peak_frequency,
            "truth": single_classes(source.y) is not None,
        }
        arrays = {
            "windows": windows.values,
            "mean": windows.mean,
            "answers": windows.answers,
            "quantiles": meaning.split.quantiles,
            "auc": meaning.split.auc,
            "counts": meaning.split.counts,
            "weights": meaning.weights,
            "best": best.cut[0],
        }
        if kernel is not None:
            arrays |= {"kernel": kernel.weights, "frequencies": kernel.frequencies, "response": kernel.response}
        return Result(content, arrays)

    def _contributions(self, arguments: dict[str, Any]) -> Steps[Result]:
        """How the steps of a layer add up to a class score, for one series."""
        reading, source = self._named_reading(arguments), self._source
        instance = check_index("instance", arguments.get("instance"), len(source.x))
        target = check_class("target", arguments.get("target"), source.class_names)
        yield 0.0, "computing the contributions"
        return result_of_steps(reading.contributions(instance, target), instance)

    def _series(self, arguments: dict[str, Any]) -> Steps[Result]:
        """Inputs that maximize a class, and the nearest real series; of the length of one of these, if it differs."""
        target = check_class("target", arguments.get("target"), self._source.class_names)
        solutions = check_count("solutions", arguments.get("solutions"), most=_MOST_SOLUTIONS)
        samples = self._source.x.shape[1]
        if self._lengths is not None:
            samples = check_choice("length", arguments.get("length"), sorted(set(self._lengths.tolist())))
        yield 0.0, "reading the real series"
        options = MaximizationOptions(
            target,
            start=check_choice("start", arguments.get("start"), ("noise", "data", "mean")),
            solutions=solutions,
            steps=_STEPS,
            nearness=check_number("nearness", arguments.get("nearness"), least=0),
            jitter=_JITTER,
            diversity=_DIVERSITY if solutions > 1 else 0.0,
        )
        first = 0 if self._lengths is None else int((self._lengths == samples).argmax())
        classifier, data = self._source.classifier_of(first), self._data_of(samples)
        going = Maximization(classifier, options, data.x, data.y, data.rows)
        for step in going.run():
            yield step / _STEPS, f"gradient step {step} of {_STEPS}"
        return _series_result(classifier, data, target, going.result())

    def _data_of(self, samples: int) -> _Data:
        """Real series of at least some samples, cut to them: those of the background if it has several, or else all."""
        source, background = self._source, self._source.background
        if background is not None:
            rows = _at_least(background, own_lengths(background), samples)
            if len(rows) > 1:
                return _Data(_cut(background, rows, samples), None, rows, True)
        rows, y = _at_least(source.x, self._lengths, samples), single_classes(source.y)
        return _Data(_cut(source.x, rows, samples), None if y is None else y[rows], rows, False)


class _Data(NamedTuple):
    """Real series of one length, their classes and their numbers, and whether they are of the background."""

    x: np.ndarray
    y: np.ndarray | None
    rows: np.ndarray
    of_background: bool


def _at_least(x: np.ndarray, lengths: np.ndarray | None, samples: int) -> np.ndarray:
    return np.arange(len(x)) if lengths is None else np.flatnonzero(lengths >= samples)


def _cut(x: np.ndarray, rows: np.ndarray, samples: int) -> np.ndarray:
    return x if (len(rows), samples) == x.shape[:2] else x[rows, :samples]


def _steps_of(field: ReceptiveField) -> np.ndarray:
    return np.stack([field.start, field.stop, field.positions], axis=1)


def _series_result(classifier: Any, data: _Data, target: int, best: Maximized) -> Result:
    """Maximizing inputs, and the nearest real series."""
    near = best.plausibility
    numbers = None if near is None else near.nearest[:, 0]
    nearest = data.x[[0] * len(best.x)] if numbers is None else data.x[np.searchsorted(data.rows, numbers)]
    real = classifier.scores(nearest)
    content = {
        "target": target,
        "words": ["" if near is None else near.words(place) for place in range(len(best.x))],
        "numbers": None if numbers is None else numbers.tolist(),
        "classes": real.argmax(axis=1).tolist(),
        "background": data.of_background,
    }
    arrays = {
        "x": best.x,
        "scores": best.scores,
        "nearest": nearest,
        "real": real[:, target],
        "path": best.path,
        "real_best": classifier.scores(data.x)[:, target].max(keepdims=True),
    }
    return Result(content, arrays)
